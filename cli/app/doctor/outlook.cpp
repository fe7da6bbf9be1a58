// How an authority stands, and which other one can issue where it signs nothing new.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "app/doctor/doctor.hpp"
#include "app/enrolment_check.hpp"
#include "app/shell_word.hpp"

namespace yuxin::cli {

using base::Result;
using ca::Standing;

namespace {

bool is_self_signed(const x509::Certificate& certificate) { return certificate.subject().same(certificate.issuer()); }

bool is_sm2(const x509::Certificate& certificate) {
  const auto key = certificate.public_key();
  return key && key->kind().type == x509::KeyType::kSm2;
}

// A root takes the place of a root, and whoever can verify SM2 alone is not helped by another algorithm.
bool could_follow(const KnownAuthority& other, const KnownAuthority& authority, base::UnixTime now) {
  if (other.row.id == authority.row.id || !other.certificate) return false;
  if (other.row.key_name.empty() != authority.row.key_name.empty()) return false;
  return is_self_signed(*other.certificate) == is_self_signed(*authority.certificate) &&
         is_sm2(*other.certificate) == is_sm2(*authority.certificate) && other.certificate->not_before() <= now;
}

Result<Standing> standing_of(const Patient& patient, const KnownAuthority& authority) {
  return ca::standing_of(patient.home.store(), patient.home.path(), authority.row, patient.now);
}

// What serves the home itself is not counted: the server makes it anew under whoever signs now.
std::int64_t living_of(const Patient& patient, const KnownAuthority& authority) {
  std::int64_t living = 0;
  const auto counted = patient.home.store().read([&](store::Reader& reader) -> Result<> {
    store::CertificateFilter filter;
    filter.authority = authority.row.id;
    filter.state = store::CertificateState::kGood;
    filter.expires_after = patient.now;
    TRY(living, reader.count(filter));
    for (const auto profile : profiles_of_the_home()) {
      filter.profile = profile;
      TRY(const auto own, reader.count(filter));
      living -= own;
    }
    return {};
  });
  return counted ? living : 0;
}

std::string free_name(const Patient& patient, const std::string& name) {
  const auto hyphen = name.find_last_not_of("0123456789");
  const bool numbered = hyphen != std::string::npos && name[hyphen] == '-' && hyphen + 1 < name.size();
  const auto base = numbered ? name.substr(0, hyphen) : name;
  for (int number = 2;; ++number) {
    auto wanted = fmt::format("{}-{}", base, number);
    if (std::ranges::none_of(patient.authorities, [&](const auto& known) { return known.row.name == wanted; }))
      return wanted;
  }
}

// "CN=City Issuing 1" is followed by "CN=City Issuing 2". Nothing where the last part of the name ends in no number,
// or could not be typed into a shell as it stands.
std::string next_subject(const Patient& patient, const x509::Name& subject) {
  const auto text = subject.text();
  const auto last = text.find_last_not_of("0123456789");
  if (last == std::string::npos || last + 1 == text.size() || text.find('\'') != std::string::npos) return {};
  unsigned number = 0;
  if (std::from_chars(text.data() + last + 1, text.data() + text.size(), number).ec != std::errc()) return {};
  const auto is_taken = [&](const std::string& wanted) {
    return std::ranges::any_of(patient.authorities, [&](const auto& known) {
      return known.certificate && known.certificate->subject().text() == wanted;
    });
  };
  auto wanted = text;
  for (std::size_t tried = 0; is_taken(wanted) && tried <= patient.authorities.size(); ++tried)
    wanted = fmt::format("{}{}", std::string_view(text).substr(0, last + 1), ++number);
  return is_taken(wanted) ? std::string() : wanted;
}

}  // namespace

bool Outlook::is_over() const {
  if (!standing || living > 0) return false;
  return standing->state == Standing::State::kRevoked || standing->state == Standing::State::kExpired;
}

Outlook outlook_of(const Patient& patient, const KnownAuthority& authority) {
  Outlook outlook{standing_of(patient, authority), {}, {}, 0};
  for (const auto& other : patient.authorities) {
    if (!could_follow(other, authority, patient.now) || other.certificate->not_after() <= outlook.until) continue;
    const auto standing = standing_of(patient, other);
    if (!standing || standing->state != Standing::State::kGood) continue;
    outlook.successor = other.row.name;
    outlook.until = other.certificate->not_after();
  }
  if (outlook.standing && !outlook.is_good()) outlook.living = living_of(patient, authority);
  return outlook;
}

std::string successor_command(const Patient& patient, const KnownAuthority& authority) {
  auto subject = next_subject(patient, authority.certificate->subject());
  if (subject.empty()) subject = "DN";
  return fmt::format("yuxin --home {} ca create {}{} --subject {}", shell_word(patient.home.path()),
                     free_name(patient, authority.row.name), is_self_signed(*authority.certificate) ? " --root" : "",
                     shell_word(subject));
}

}  // namespace yuxin::cli
