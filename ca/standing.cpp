#include "yuxin/ca/standing.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "yuxin/base/file.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ca {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using store::CertificateState;

namespace {

constexpr std::size_t kLargestList = std::size_t{1} << 30U;

// An authority of the home that has a certificate.
struct Known {
  store::AuthorityRow row;
  x509::Certificate certificate;
  std::optional<store::CrlRow> list;                   // its newest
  std::optional<store::CertificateStatus> own_status;  // that its issuer, in this home, gave its certificate
  const Known* issuer = nullptr;
};

// Proven remembers which certificates were found to be signed by which keys: what holds of octets once holds always,
// and a server asks after the same few before everything that it signs.
class Proven {
 public:
  bool signed_by(const x509::Certificate& certificate, const x509::Certificate& issuer) {
    const std::pair pair(x509::sha256(certificate.der()), x509::sha256(issuer.der()));
    {
      const std::lock_guard lock(mutex_);
      if (pairs_.contains(pair)) return true;
    }
    const auto key = issuer.public_key();
    if (!key || !x509::verify_signature(certificate, *key)) return false;
    const std::lock_guard lock(mutex_);
    if (pairs_.size() >= kMost) pairs_.clear();
    pairs_.insert(pair);
    return true;
  }

 private:
  static constexpr std::size_t kMost = 256;
  std::mutex mutex_;
  std::set<std::pair<x509::Digest256, x509::Digest256>> pairs_;
};

const Known* issuer_among(const std::vector<Known>& all, const x509::Certificate& certificate) {
  static Proven proven;
  for (const auto& candidate : all) {
    if (!candidate.certificate.subject().same(certificate.issuer())) continue;
    if (proven.signed_by(certificate, candidate.certificate)) return &candidate;
  }
  return nullptr;
}

Result<std::vector<Known>> known_authorities(store::Store& store) {
  std::vector<Known> all;
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    all.clear();
    TRY(auto rows, reader.authorities());
    for (auto& row : rows) {
      if (row.certificate.empty()) continue;
      TRY(auto certificate, x509::Certificate::from_der(row.certificate));
      auto list = reader.latest_crl(row.id);
      if (!list && list.error().code != Code::kNotFound) return tl::unexpected(std::move(list).error());
      all.push_back({std::move(row), std::move(certificate), list ? std::optional(std::move(*list)) : std::nullopt,
                     std::nullopt, nullptr});
    }
    for (auto& known : all) {
      known.issuer = issuer_among(all, known.certificate);
      if (known.issuer == nullptr) continue;
      auto row = reader.find(known.issuer->row.id, known.certificate.tbs().serial, store::Reader::With::kRowOnly);
      if (row) known.own_status = row->status;
      if (!row && row.error().code != Code::kNotFound) return tl::unexpected(std::move(row).error());
    }
    return {};
  }));
  return all;
}

std::optional<Standing> from_own_status(const Known& known) {
  if (!known.own_status || known.own_status->state == CertificateState::kGood) return std::nullopt;
  const auto& status = *known.own_status;
  return Standing{status.state == CertificateState::kOnHold ? Standing::State::kOnHold : Standing::State::kRevoked,
                  known.row.name, status.revoked_at, static_cast<x509::RevocationReason>(status.reason),
                  message("{}, in this home", known.issuer->row.name)};
}

// The list of an issuer whose key is elsewhere is all that this home can know of what that issuer revoked.
Result<std::optional<Standing>> from_imported_list(const Known& known, const std::string& home) {
  const auto& issuer = *known.issuer;
  const auto serial = known.certificate.serial();
  if (!issuer.row.key_name.empty() || !issuer.list || !serial) return std::optional<Standing>();
  const auto octets = base::read_file(home + "/" + issuer.list->file, kLargestList);
  if (!octets || !base::equal(x509::sha256(*octets), issuer.list->sha256)) {
    return base::fail_with(
        Code::kIntegrity, octets ? std::string() : octets.error().diagnostic,
        "List {} of {}, which says whether {} is revoked, is missing or was changed ({}). Bring it "
        "again: yuxin ca import-crl {} FILE",
        issuer.list->number, issuer.row.name, known.row.name, issuer.list->file, issuer.row.name);
  }
  TRY(const auto list, x509::Crl::from_der(*octets));
  TRY(const auto entry, list.find(*serial));
  if (!entry || entry->reason == x509::RevocationReason::kRemoveFromCrl) return std::optional<Standing>();
  const bool held = entry->reason == x509::RevocationReason::kCertificateHold;
  return std::optional(Standing{held ? Standing::State::kOnHold : Standing::State::kRevoked, known.row.name,
                                entry->revoked_at, entry->reason,
                                message("list {} of {}", issuer.list->number, issuer.row.name)});
}

Result<std::optional<Standing>> bad_standing(const Known& known, const std::string& home, base::UnixTime now) {
  if (known.issuer != nullptr) {
    if (auto own = from_own_status(known)) return own;
    TRY(auto listed, from_imported_list(known, home));
    if (listed) return listed;
  }
  if (known.certificate.not_after() < now)
    return std::optional(
        Standing{Standing::State::kExpired, known.row.name, known.certificate.not_after(), {}, std::string()});
  return std::optional<Standing>();
}

std::string reason_text(const Standing& standing) {
  return standing.state == Standing::State::kRevoked
             ? base::message("{}, {}", x509::reason_text(standing.reason), standing.source)
             : standing.source;
}

}  // namespace

Result<Standing> standing_of(store::Store& store, const std::string& home, const store::AuthorityRow& authority,
                             base::UnixTime now) {
  TRY(const auto all, known_authorities(store));
  const auto own = std::ranges::find_if(all, [&](const Known& known) { return known.row.id == authority.id; });
  const Known* at = own == all.end() ? nullptr : &*own;
  // a root ends the way, and so does a circle of cross-certificates
  for (std::size_t steps = 0; at != nullptr && steps < all.size(); ++steps) {
    TRY(auto bad, bad_standing(*at, home, now));
    if (bad) return std::move(*bad);
    at = at->issuer == at ? nullptr : at->issuer;
  }
  return Standing{};
}

Result<> require_good_standing(store::Store& store, const std::string& home, const store::AuthorityRow& authority,
                               base::UnixTime now) {
  TRY(const auto standing, standing_of(store, home, authority, now));
  const auto since = base::local_time(standing.since);
  switch (standing.state) {
    case Standing::State::kGood:
      return {};
    case Standing::State::kRevoked:
      return fail(Code::kConflict,
                  "Authority {} signs nothing new: the certificate of {} was revoked at {} ({}). Its lists and OCSP "
                  "answers go on. Make a successor: yuxin ca create NAME --subject DN",
                  authority.name, standing.authority, since, reason_text(standing));
    case Standing::State::kOnHold:
      return fail(
          Code::kConflict,
          "Authority {} signs nothing now: the certificate of {} is on hold since {} ({}). When it is released "
          "there, bring the next list: yuxin ca import-crl NAME FILE",
          authority.name, standing.authority, since, reason_text(standing));
    case Standing::State::kExpired:
      break;
  }
  return fail(
      Code::kConflict,
      "Authority {} signs nothing new: the certificate of {} expired at {}. Make a successor: yuxin ca create "
      "NAME --subject DN",
      authority.name, standing.authority, since);
}

std::string standing_text(const Standing& standing, const std::string& asked) {
  const auto since = base::local_time(standing.since);
  const auto whose = standing.authority == asked ? std::string() : standing.authority + ": ";
  switch (standing.state) {
    case Standing::State::kGood:
      return message("good");
    case Standing::State::kRevoked:
      return whose + message("revoked {} ({})", since, reason_text(standing));
    case Standing::State::kOnHold:
      return whose + message("on hold since {}", since);
    case Standing::State::kExpired:
      break;
  }
  return whose + message("expired {}", since);
}

std::string_view standing_name(Standing::State state) {
  switch (state) {
    case Standing::State::kGood:
      return "good";
    case Standing::State::kRevoked:
      return "revoked";
    case Standing::State::kOnHold:
      return "on-hold";
    case Standing::State::kExpired:
      break;
  }
  return "expired";
}

}  // namespace yuxin::ca
