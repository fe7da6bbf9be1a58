// OCSP for clients (RFC 6960): reading and verifying responses, and making requests.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::x509 {

enum class OcspStatus { kGood, kRevoked, kUnknown };

// OcspResponseStatus of RFC 6960 section 4.2.1.
enum class OcspResponseStatus {
  kSuccessful = 0,
  kMalformedRequest = 1,
  kInternalError = 2,
  kTryLater = 3,
  kSigRequired = 5,
  kUnauthorized = 6,
};
// ocsp_response_status_name is the identifier of the RFC ("tryLater").
[[nodiscard]] std::string_view ocsp_response_status_name(OcspResponseStatus status);

// OcspSingle is one SingleResponse; views into the response.
struct OcspSingle {
  std::optional<DigestAlgorithm> digest;  // of the CertID; nothing: unknown here
  base::ByteView issuer_name_hash;
  base::ByteView issuer_key_hash;
  base::ByteView serial;  // INTEGER content, as it came
  OcspStatus status = OcspStatus::kUnknown;
  base::UnixTime revoked_at;  // these two when revoked
  std::optional<RevocationReason> reason;
  base::UnixTime this_update;
  std::optional<base::UnixTime> next_update;
  std::vector<ExtensionView> extensions;
};

// invalidity_date of a revoked one, when it names one (RFC 6960 section 4.4.5, RFC 5280 section 5.3.2).
[[nodiscard]] std::optional<base::UnixTime> invalidity_date(const OcspSingle& answer);

// OcspResponse is a parsed OCSPResponse of type id-pkix-ocsp-basic that keeps its exact DER. It is only parsed:
// nothing that it says is proven before verify_ocsp. Immutable; copies share one body; safe to share between threads.
class OcspResponse {
 public:
  // from_der takes one response with nothing after it. kMalformed for anything else.
  [[nodiscard]] static base::Result<OcspResponse> from_der(base::ByteView der);

  [[nodiscard]] base::ByteView der() const;
  [[nodiscard]] OcspResponseStatus status() const;

  // What follows is empty unless the status is kSuccessful.
  [[nodiscard]] base::UnixTime produced_at() const;
  [[nodiscard]] base::ByteView responder_name() const;      // DER Name, or empty
  [[nodiscard]] base::ByteView responder_key_hash() const;  // 20 octets, or empty
  [[nodiscard]] const std::vector<OcspSingle>& singles() const;
  [[nodiscard]] const std::vector<ExtensionView>& extensions() const;
  [[nodiscard]] base::ByteView nonce() const;  // its octets, or empty
  [[nodiscard]] base::ByteView tbs() const;    // DER ResponseData: what is signed
  [[nodiscard]] base::ByteView signature_algorithm() const;
  [[nodiscard]] base::ByteView signature() const;
  [[nodiscard]] const std::vector<base::ByteView>& certificates() const;  // DER of each, in their order

  struct Impl;
  explicit OcspResponse(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;
};

// OcspProblem is why a response proves nothing.
enum class OcspProblem {
  kErrorResponse,          // the responder gave an error instead of an answer
  kCriticalExtension,      // a critical extension that is not understood (RFC 6960 section 4.4)
  kNoResponder,            // none of the certificates is the responder that it names
  kResponderNotDelegated,  // the responder's certificate was not issued by the issuer, or not for OCSP signing
  kResponderExpired,       // the responder's certificate is not valid at that time
  kBadSignature,
  kNoMatchingAnswer,  // it speaks of other certificates
  kNotYetValid,       // thisUpdate is in the future
  kOutdated,          // nextUpdate has passed
  kTooOld,            // thisUpdate is longer ago than was asked for
  kProducedOutside,   // produced outside the validity of the certificate in question
  kNonceMismatch,     // another nonce than the one sent: a replay
  kNonceMissing,
};
// ocsp_problem_name is a stable word for JSON ("responder-not-delegated"); ocsp_problem_text a sentence for people.
[[nodiscard]] std::string_view ocsp_problem_name(OcspProblem problem);
[[nodiscard]] std::string ocsp_problem_text(OcspProblem problem);

// OcspQuestion is the certificate that is asked about.
struct OcspQuestion {
  const Certificate& issuer;
  base::ByteView serial;                          // INTEGER content, as in the certificate
  std::optional<base::UnixTime> not_before = {};  // of the certificate where it is known: see kProducedOutside
  std::optional<base::UnixTime> not_after = {};
};
[[nodiscard]] OcspQuestion ocsp_question(const Certificate& certificate, const Certificate& issuer);

struct OcspVerifyOptions {
  base::UnixTime at;                                    // a time that is trusted
  base::Seconds skew = base::minutes(5);                // by which the responder's clock may differ
  std::optional<base::Seconds> max_age = std::nullopt;  // of thisUpdate
  base::ByteView nonce = {};                            // the one sent; empty: none was
  // A response without the nonce that was sent is normal for a responder that signs in advance; RFC 9654 section 2.1
  // lets the client go by the time then.
  enum class MissingNonce { kAccepted, kRefused } missing_nonce = MissingNonce::kAccepted;
  // SHA-1 signatures only for what was signed long ago and is looked at as history.
  enum class Sha1 { kRefused, kAccepted } sha1 = Sha1::kRefused;
};

// OcspEvidence is what a response proves about the certificate.
struct OcspEvidence {
  OcspStatus status = OcspStatus::kUnknown;
  base::UnixTime revoked_at;
  std::optional<RevocationReason> reason;
  std::optional<base::UnixTime> invalidity_date;  // RFC 6960 section 4.4.5, of RFC 5280 section 5.3.2
  base::UnixTime this_update;
  std::optional<base::UnixTime> next_update;
  base::UnixTime produced_at;
  std::optional<Certificate> responder;  // the delegated one; nothing: the issuer itself
  bool has_nonce = false;                // the nonce that was sent is in it: made for this request
  // untrusted_since is from when on a revoked certificate is not to be believed: the earlier of its two dates.
  [[nodiscard]] base::UnixTime untrusted_since() const {
    return std::min(revoked_at, invalidity_date.value_or(revoked_at));
  }
};

// verify_ocsp checks the signature by the issuer or by a responder that the issuer delegated (RFC 6960
// section 4.2.2.2: issued directly by it, with id-kp-OCSPSigning, valid at that time), then finds the answer to the
// question and checks its times. The issuer's certificate must have been validated before. Whether a delegated
// responder was itself revoked is not asked: see id-pkix-ocsp-nocheck in section 4.2.2.2.1. Of several answers to the
// question that hold at that time the strictest counts: revoked before unknown before good.
[[nodiscard]] tl::expected<OcspEvidence, OcspProblem> verify_ocsp(const OcspResponse& response,
                                                                  const OcspQuestion& question,
                                                                  const OcspVerifyOptions& options);

// OcspRequestOptions: SHA-1 is what every responder understands, and as a lookup key it need not withstand anyone.
struct OcspRequestOptions {
  DigestAlgorithm digest = DigestAlgorithm::kSha1;
  base::ByteView nonce = {};  // 1 to 128 octets; empty: none
};
// make_ocsp_request asks about certificates of one issuer.
[[nodiscard]] base::Result<base::Bytes> make_ocsp_request(const Certificate& issuer,
                                                          std::span<const base::ByteView> serials,
                                                          const OcspRequestOptions& options);
// make_ocsp_nonce draws 32 octets (RFC 9654 section 2.1).
[[nodiscard]] base::Bytes make_ocsp_nonce();

}  // namespace yuxin::x509
