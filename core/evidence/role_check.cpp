// Whether somebody may hold roles, and may act in one now.
#include <algorithm>

#include "compromised.hpp"
#include "grant_repository.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/authority.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

// issued_row is the certificate as an authority of this home issued it, octet for octet. Several authorities may have
// one name: keys change, and certificates of one authority cross others.
Result<std::optional<store::CertificateRow>> issued_row(store::Reader& reader, const x509::Certificate& certificate) {
  TRY(const auto authorities, reader.authorities());
  for (const auto& authority : authorities) {
    const auto own = x509::Certificate::from_der(authority.certificate);
    if (!own || !own->subject().same(certificate.issuer())) continue;
    auto row = reader.find(authority.id, certificate.tbs().serial, store::Reader::With::kDer);
    if (row && base::equal(row->der, certificate.der())) return std::optional(std::move(*row));
    if (!row && row.error().code != Code::kNotFound) return base::Failure(std::move(row).error());
  }
  return std::optional<store::CertificateRow>();
}

bool can_sign(const x509::Certificate& certificate) {
  const auto* usage = certificate.tbs().find(x509::oid::kKeyUsage);
  const auto bits = usage != nullptr ? x509::read_key_usage(usage->value) : std::uint32_t{x509::kDigitalSignature};
  return bits && (*bits & (x509::kDigitalSignature | x509::kNonRepudiation)) != 0;
}

std::string place_text(const Place& place) {
  std::vector<std::string> words;
  if (place.organisation) words.push_back("org:" + place.organisation->text());
  if (!place.district.empty()) words.push_back("district:" + place.district);
  if (!place.profile.empty()) words.push_back("profile:" + place.profile);
  return words.empty() ? std::string() : message(" for {}", base::join(words, " "));
}

// Why a grant of the role, if there is one, is not in force for this question; the nearest miss speaks.
std::string miss(const GrantRow& row, base::UnixTime at) {
  if (row.revoked_at && *row.revoked_at <= at) {
    return message("it was revoked at {} ({})", base::local_time(*row.revoked_at),
                   x509::reason_text(static_cast<x509::RevocationReason>(row.reason)));
  }
  if (row.compromised_at && *row.compromised_at <= at)
    return message("its key was compromised at {}", base::local_time(*row.compromised_at));
  if (at < row.not_before) return message("it is in force from {} only", base::local_time(row.not_before));
  return message("it was in force until {}", base::local_time(row.not_after));
}

base::Failure not_held(const Organisation& organisation, const ActingQuestion& question, const std::string& why) {
  return fail(Code::kNotAuthorised, "{} does not hold role {}{} at {}: {}. Who could grant it: {}.",
              question.holder.subject().text(), question.role.text(), place_text(question.place),
              base::local_time(question.at), why, granters_of(organisation, question.role));
}

Result<> check_other_roles(const Organisation& organisation, const ActingQuestion& question,
                           const std::vector<GrantRow>& rows) {
  for (const auto& row : rows) {
    if (!row.in_force_at(question.at)) continue;
    TRY(const auto other, RoleCode::parse(row.role));
    const auto* exclusion = organisation.conflict(question.role, other, Exclusion::Reach::kPerson);
    if (exclusion == nullptr) continue;
    return fail(
        Code::kNotAuthorised,
        "{} holds role {} too, which does not go together with role {}: {} (exclusion {}). One of the two must "
        "be revoked before the other is used.",
        question.holder.subject().text(), other.text(), question.role.text(), reason_of(*exclusion), exclusion->name);
  }
  return {};
}

}  // namespace

Result<> check_holder(store::Reader& reader, const x509::Certificate& holder, base::UnixTime now) {
  const auto name = holder.subject().text();
  TRY(const auto row, issued_row(reader, holder));
  if (!row) {
    return fail(Code::kRefused,
                "The certificate of {} was not issued in this home, so nobody here answers for who holds it.", name);
  }
  if (row->status.state != store::CertificateState::kGood)
    return fail(Code::kRefused, "The certificate of {} is revoked or on hold. A role needs a good one.", name);
  TRY(const auto compromised, compromised_keys(reader));
  const auto key = x509::sha256(holder.tbs().spki);
  if (compromised.contains(base::Bytes(key.begin(), key.end())))
    return fail(
        Code::kRefused,
        "The key of {} is known to be in wrong hands: another certificate with it was revoked for that. A role "
        "needs a new key.",
        name);
  if (now < holder.not_before() || now > holder.not_after())
    return fail(Code::kRefused, "The certificate of {} is valid from {} until {} only.", name,
                base::local_time(holder.not_before()), base::local_time(holder.not_after()));
  if (holder.is_ca() || !can_sign(holder))
    return fail(Code::kRefused,
                "The certificate of {} is not one that a person signs with. Take the signature "
                "certificate of the pair.",
                name);
  return {};
}

Result<GrantRow> check_acting(store::Reader& reader, const Organisation& organisation,
                              const ActingQuestion& question) {
  const auto person = grants::person_of(question.holder);
  TRY(auto rows, grants::of_holder(reader.session(), person));
  std::erase_if(rows, [&](const GrantRow& row) { return row.role != question.role.text(); });
  TRY(mark_compromised(reader, rows));
  std::string why = message("no such role was granted to this subject with this key");
  for (const auto& row : rows) {
    if (!row.in_force_at(question.at)) {
      why = miss(row, question.at);
      continue;
    }
    TRY(const auto scope, parse_scope(row.scope));
    if (!covers(scope, question.place, organisation)) {
      why = message("it is limited to {}", row.scope);
      continue;
    }
    TRY(auto others, grants::of_person(reader.session(), question.holder));
    TRY(mark_compromised(reader, others));
    TRY(check_other_roles(organisation, question, others));
    return row;
  }
  return not_held(organisation, question, why);
}

}  // namespace yuxin::evidence
