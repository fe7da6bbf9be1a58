#include "stamp_trust.hpp"

#include <fmt/format.h>

#include "fetch.hpp"
#include "trust.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using x509::RevocationReason;

namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;

// RFC 3161 section 4: with these reasons what was stamped before stays good. "unspecified" cannot be told from no
// reason at all, which is the bad case.
bool leaves_stamps_good(RevocationReason reason) {
  return reason == RevocationReason::kSuperseded || reason == RevocationReason::kCessationOfOperation ||
         reason == RevocationReason::kAffiliationChanged;
}

std::string accuracy_text(const x509::TimeStampInfo& info) {
  if (!info.accuracy_microseconds) return message("not said");
  const auto microseconds = *info.accuracy_microseconds;
  if (microseconds % kMicroseconds == 0) return message("within {} s", microseconds / kMicroseconds);
  if (microseconds % 1000 == 0) return message("within {} ms", microseconds / 1000);
  return message("within {} µs", microseconds);
}

std::string digest_text(const x509::TimeStampInfo& info) {
  return info.digest ? std::string(x509::digest_name(*info.digest)) : message("unknown");
}

// precise is RFC 3339 with the fraction that the token has.
std::string precise(const x509::TimeStampInfo& info) {
  std::string text = base::rfc3339(info.time);
  if (info.time_microseconds == 0) return text;
  std::string fraction = fmt::format(".{:06}", info.time_microseconds);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  text.insert(text.size() - 1, fraction);
  return text;
}

}  // namespace

Result<StampTrust> read_stamp_trust(const Context& context, const Arguments& arguments) {
  StampTrust trust;
  TRY(trust.material,
      read_material(arguments.many("--trust"), arguments.many("--untrusted"), arguments.many("--crl")));
  if (trust.material.anchors.empty()) TRY(add_home(context, trust.material));
  trust.lists.swap(trust.material.crls);
  return trust;
}

Result<> check_not_revoked(const x509::TimeStampEvidence& evidence, const std::vector<x509::Crl>& lists,
                           base::UnixTime at) {
  if (evidence.path.chain.size() < 2) return {};
  for (const auto& list : lists) {
    const auto verdict = x509::check_crl(evidence.authority, evidence.path.chain[1], list, at);
    if (verdict.status != x509::CrlStatus::kRevoked) continue;
    const auto since = verdict.untrusted_since();
    if (leaves_stamps_good(verdict.reason) && evidence.time < since) continue;
    return fail(Code::kBadSignature,
                "The certificate of the time stamp authority, {}, was revoked {} ({}): this stamp proves nothing.",
                evidence.authority.subject().text(), base::local_time(since), x509::reason_text(verdict.reason));
  }
  return {};
}

base::JsonObject stamp_json(const x509::TimeStampToken& token, const x509::TimeStampEvidence* evidence) {
  const auto& info = token.info();
  base::JsonObject document;
  document["time"] = precise(info);
  if (info.accuracy_microseconds) document["accuracy_microseconds"] = *info.accuracy_microseconds;
  document["ordering"] = info.ordering == x509::TimeStampInfo::Ordering::kYes;
  document["policy"] = x509::dotted(info.policy);
  document["serial"] = base::hex_upper(info.serial);
  document["digest_algorithm"] = digest_text(info);
  document["digest"] = base::hex(info.imprint);
  if (!info.nonce.empty()) document["nonce"] = base::hex(info.nonce);
  if (evidence == nullptr) return document;
  document["authority"] = evidence->authority.subject().text();
  document["authority_valid_until"] = base::rfc3339(evidence->authority.not_after());
  base::JsonArray chain;
  for (const auto& certificate : evidence->path.chain) chain.emplace_back(certificate.subject().text());
  document["chain"] = std::move(chain);
  return document;
}

void print_stamp(const Context& context, const x509::TimeStampToken& token, const x509::TimeStampEvidence* evidence) {
  const auto& info = token.info();
  context.out(labelled(message("time"), base::local_time(info.time)));
  context.out(labelled(message("accuracy"), accuracy_text(info)));
  if (evidence != nullptr) {
    context.out(labelled(message("stamped by"), evidence->authority.subject().text()));
    context.out(labelled(message("trusted root"), evidence->path.chain.back().subject().text()));
  }
  context.out(labelled(message("serial"), base::hex_upper(info.serial)));
  context.out(labelled(message("policy"), x509::dotted(info.policy)));
  context.out(labelled(message("digest"), digest_text(info) + "  " + base::hex(info.imprint)));
}

Result<x509::TimeStampToken> read_stamp(const std::string& place) {
  TRY(auto bytes, fetch(place, 1U << 20U));
  const auto response = x509::parse_time_stamp_response(bytes);
  if (response && response->token) return *response->token;
  if (response) {
    return fail(Code::kBadSignature, "{} is the answer of an authority that refused to stamp: {} {}", place,
                response->failure ? x509::time_stamp_failure_name(*response->failure) : std::string(),
                response->text);
  }
  auto token = x509::TimeStampToken::from_der(bytes);
  if (token) return token;
  return base::fail_with(token.error().code, token.error().diagnostic, "{}: {}", place, token.error().detail);
}

}  // namespace yuxin::cli
