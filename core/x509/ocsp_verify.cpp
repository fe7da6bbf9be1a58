#include <algorithm>
#include <array>

#include "yuxin/base/language.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/ocsp_response.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::x509 {

namespace {

using base::ByteView;
template <typename T>
using Checked = tl::expected<T, OcspProblem>;

struct ProblemRow {
  OcspProblem problem;
  std::string_view name;
  const char* text;
};
const std::array<ProblemRow, 13> kProblems = {{
    {OcspProblem::kErrorResponse, "error-response",
     base::translatable("The OCSP responder gave an error instead of an answer.")},
    {OcspProblem::kCriticalExtension, "critical-extension",
     base::translatable("The OCSP response has a critical extension that is not understood.")},
    {OcspProblem::kNoResponder, "no-responder",
     base::translatable("The OCSP response is signed by a responder whose certificate is neither the issuer's nor in "
                        "the response.")},
    {OcspProblem::kResponderNotDelegated, "responder-not-delegated",
     base::translatable("The OCSP responder was not authorised by the issuer of the certificate to answer for it.")},
    {OcspProblem::kResponderExpired, "responder-expired",
     base::translatable("The OCSP responder's certificate is not valid at that time.")},
    {OcspProblem::kBadSignature, "bad-signature", base::translatable("The signature of the OCSP response is wrong.")},
    {OcspProblem::kNoMatchingAnswer, "no-matching-answer",
     base::translatable("The OCSP response speaks of other certificates.")},
    {OcspProblem::kNotYetValid, "not-yet-valid",
     base::translatable("The OCSP response is from the future; check the clock of this machine.")},
    {OcspProblem::kOutdated, "outdated",
     base::translatable("The OCSP response is outdated: its next update has passed.")},
    {OcspProblem::kTooOld, "too-old", base::translatable("The OCSP response is older than was asked for.")},
    {OcspProblem::kProducedOutside, "produced-outside",
     base::translatable("The OCSP response was produced at a time when the certificate was not valid.")},
    {OcspProblem::kNonceMismatch, "nonce-mismatch",
     base::translatable("The OCSP response answers another request: its nonce is not the one that was sent.")},
    {OcspProblem::kNonceMissing, "nonce-missing",
     base::translatable("The OCSP response lacks the nonce that was sent.")},
}};

const ProblemRow& row_of(OcspProblem problem) { return *std::ranges::find(kProblems, problem, &ProblemRow::problem); }

// SingleResponse extensions that may be critical: the SCT list of RFC 6962 section 3.3, which others look at and
// which says nothing about revocation.
bool is_ignorable(const ExtensionView& extension) {
  constexpr std::array<std::uint8_t, 10> kSctList = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x05};
  return !extension.critical || base::equal(extension.oid, kSctList) || base::equal(extension.oid, oid::kOcspNonce);
}

bool has_unknown_critical(const OcspResponse& response) {
  if (!std::ranges::all_of(response.extensions(), is_ignorable)) return true;
  return std::ranges::any_of(response.singles(), [](const OcspSingle& single) {
    return !std::ranges::all_of(single.extensions, is_ignorable);
  });
}

bool names_responder(const OcspResponse& response, const Certificate& certificate, const PublicKey& key) {
  if (!response.responder_name().empty()) return base::equal(response.responder_name(), certificate.tbs().subject);
  return base::equal(response.responder_key_hash(), key.identifier());
}

base::Result<> verify_by(const PublicKey& key, ByteView algorithm, ByteView tbs, ByteView signature,
                         OcspVerifyOptions::Sha1 sha1) {
  return sha1 == OcspVerifyOptions::Sha1::kAccepted ? verify_historic_tbs(key, algorithm, tbs, signature)
                                                    : verify_tbs(key, algorithm, tbs, signature);
}

bool is_signed_by(const OcspResponse& response, const PublicKey& key, const OcspVerifyOptions& options) {
  return verify_by(key, response.signature_algorithm(), response.tbs(), response.signature(), options.sha1)
      .has_value();
}

// Extensions of a responder's certificate that may be critical here. Constraints on names and policies bind
// certificates below it, and it has none.
bool is_understood(const ExtensionView& extension) {
  if (!extension.critical) return true;
  const std::array<Oid, 6> known = {oid::kKeyUsage,       oid::kExtKeyUsage, oid::kBasicConstraints,
                                    oid::kSubjectAltName, oid::kOcspNoCheck, oid::kCertificatePolicies};
  return std::ranges::any_of(known, [&extension](Oid oid) { return base::equal(oid, extension.oid); });
}

bool is_for_ocsp_signing(const TbsCertificate& tbs) {
  const ExtensionView* purposes = tbs.find(oid::kExtKeyUsage);
  const auto listed = purposes == nullptr ? std::nullopt : read_extended_key_usage(purposes->value);
  if (!listed) return false;
  // RFC 6960 section 4.2.2.2: id-kp-OCSPSigning itself; anyExtendedKeyUsage does not delegate.
  if (std::ranges::none_of(*listed, [](const auto& purpose) { return base::equal(purpose, oid::kOcspSigning); })) {
    return false;
  }
  const ExtensionView* usage = tbs.find(oid::kKeyUsage);
  if (usage == nullptr) return true;
  const auto bits = read_key_usage(usage->value);
  return bits && (*bits & (kDigitalSignature | kNonRepudiation)) != 0;
}

// RFC 6960 section 4.2.2.2: the responder's certificate is issued directly by the issuer of the one in question.
std::optional<OcspProblem> check_delegate(const Certificate& responder, const Certificate& issuer,
                                          const PublicKey& issuer_key, const OcspVerifyOptions& options) {
  const auto& tbs = responder.tbs();
  const bool issued =
      base::equal(tbs.issuer, issuer.tbs().subject) &&
      base::equal(tbs.signature_algorithm, responder.signature_algorithm()) &&
      verify_by(issuer_key, responder.signature_algorithm(), tbs.der, responder.signature(), options.sha1)
          .has_value();
  if (!issued || !is_for_ocsp_signing(tbs) || !std::ranges::all_of(tbs.extensions, is_understood)) {
    return OcspProblem::kResponderNotDelegated;
  }
  if (options.at < tbs.not_before || tbs.not_after < options.at) return OcspProblem::kResponderExpired;
  return std::nullopt;
}

// find_responder: the issuer itself (nothing inside), or the delegated responder that signed. The problem is that of
// the candidate that came nearest.
Checked<std::optional<Certificate>> find_responder(const OcspResponse& response, const Certificate& issuer,
                                                   const OcspVerifyOptions& options) {
  const auto issuer_key = issuer.public_key();
  if (!issuer_key) return tl::unexpected(OcspProblem::kNoResponder);
  OcspProblem problem = OcspProblem::kNoResponder;
  if (names_responder(response, issuer, *issuer_key)) {
    if (is_signed_by(response, *issuer_key, options)) return std::optional<Certificate>();
    problem = OcspProblem::kBadSignature;
  }
  for (const ByteView der : response.certificates()) {
    const auto candidate = Certificate::from_der(der);
    if (!candidate) continue;
    const auto key = candidate->public_key();
    if (!key || !names_responder(response, *candidate, *key)) continue;
    if (const auto refused = check_delegate(*candidate, issuer, *issuer_key, options)) {
      problem = *refused;
    } else if (is_signed_by(response, *key, options)) {
      return std::optional<Certificate>(*candidate);
    } else {
      problem = OcspProblem::kBadSignature;
    }
  }
  return tl::unexpected(problem);
}

bool answers(const OcspSingle& single, const OcspQuestion& question, ByteView issuer_key_bits) {
  if (!single.digest || !base::equal(single.serial, question.serial)) return false;
  return base::equal(single.issuer_name_hash, digest(*single.digest, question.issuer.tbs().subject)) &&
         base::equal(single.issuer_key_hash, digest(*single.digest, issuer_key_bits));
}

std::optional<OcspProblem> check_times(const OcspSingle& single, const OcspVerifyOptions& options) {
  if (options.at + options.skew < single.this_update) return OcspProblem::kNotYetValid;
  if (single.next_update && *single.next_update + options.skew <= options.at) return OcspProblem::kOutdated;
  if (options.max_age && single.this_update + *options.max_age + options.skew < options.at)
    return OcspProblem::kTooOld;
  return std::nullopt;
}

int strictness(OcspStatus status) {
  return status == OcspStatus::kRevoked ? 2 : status == OcspStatus::kUnknown ? 1 : 0;
}

// find_answer: the strictest of those that answer the question and hold now.
Checked<const OcspSingle*> find_answer(const OcspResponse& response, const OcspQuestion& question,
                                       const OcspVerifyOptions& options) {
  const auto key = question.issuer.public_key();
  if (!key) return tl::unexpected(OcspProblem::kNoMatchingAnswer);
  OcspProblem problem = OcspProblem::kNoMatchingAnswer;
  const OcspSingle* found = nullptr;
  for (const auto& single : response.singles()) {
    if (!answers(single, question, key->key_bits())) continue;
    if (const auto late = check_times(single, options)) {
      problem = *late;
    } else if (found == nullptr || strictness(found->status) < strictness(single.status)) {
      found = &single;
    }
  }
  if (found == nullptr) return tl::unexpected(problem);
  return found;
}

std::optional<OcspProblem> check_nonce(const OcspResponse& response, const OcspVerifyOptions& options) {
  if (options.nonce.empty()) return std::nullopt;
  if (find_extension(response.extensions(), oid::kOcspNonce) == nullptr) {
    const bool accepted = options.missing_nonce == OcspVerifyOptions::MissingNonce::kAccepted;
    return accepted ? std::nullopt : std::optional(OcspProblem::kNonceMissing);
  }
  if (base::equal(response.nonce(), options.nonce)) return std::nullopt;
  return OcspProblem::kNonceMismatch;
}

bool produced_outside(const OcspResponse& response, const OcspQuestion& question) {
  return (question.not_before && response.produced_at() < *question.not_before) ||
         (question.not_after && *question.not_after < response.produced_at());
}

}  // namespace

std::string_view ocsp_problem_name(OcspProblem problem) { return row_of(problem).name; }
std::string ocsp_problem_text(OcspProblem problem) { return std::string(base::tr(row_of(problem).text)); }

OcspQuestion ocsp_question(const Certificate& certificate, const Certificate& issuer) {
  return {issuer, certificate.tbs().serial, certificate.not_before(), certificate.not_after()};
}

// One that does not parse is none: the extension is uncritical, and that the certificate was revoked stands.
std::optional<base::UnixTime> invalidity_date(const OcspSingle& answer) {
  const ExtensionView* extension = find_extension(answer.extensions, oid::kInvalidityDate);
  const auto time = extension == nullptr ? std::nullopt : der::single(extension->value, der::kGeneralizedTime);
  return time ? der::parse_time(*time) : std::nullopt;
}

tl::expected<OcspEvidence, OcspProblem> verify_ocsp(const OcspResponse& response, const OcspQuestion& question,
                                                    const OcspVerifyOptions& options) {
  if (response.status() != OcspResponseStatus::kSuccessful) return tl::unexpected(OcspProblem::kErrorResponse);
  if (has_unknown_critical(response)) return tl::unexpected(OcspProblem::kCriticalExtension);
  TRY(auto responder, find_responder(response, question.issuer, options));
  if (const auto problem = check_nonce(response, options)) return tl::unexpected(*problem);
  if (produced_outside(response, question)) return tl::unexpected(OcspProblem::kProducedOutside);
  TRY(const OcspSingle* answer, find_answer(response, question, options));
  OcspEvidence evidence;
  evidence.has_nonce = !options.nonce.empty() && !response.nonce().empty();
  evidence.status = answer->status;
  evidence.revoked_at = answer->revoked_at;
  evidence.reason = answer->reason;
  evidence.invalidity_date = invalidity_date(*answer);
  evidence.this_update = answer->this_update;
  evidence.next_update = answer->next_update;
  evidence.produced_at = response.produced_at();
  evidence.responder = std::move(responder);
  return evidence;
}

}  // namespace yuxin::x509
