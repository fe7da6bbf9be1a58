// OCSP responses (RFC 6960 section 4.2): laid out once for a responder, filled in and signed for each answer.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::ocsp {

// ResponderSigner signs the answers about one authority: the authority's own key, or a delegated responder whose
// certificate that authority issued with id-kp-OCSPSigning (RFC 6960 section 4.2.2.2).
struct ResponderSigner {
  x509::Certificate certificate;
  std::shared_ptr<const x509::Signer> signer;
};

// SingleAnswer is what is said of one certificate.
enum class Verdict { kGood, kRevoked, kUnknown };
struct SingleAnswer {
  base::ByteView cert_id;  // DER CertID of the request
  Verdict verdict = Verdict::kUnknown;
  base::UnixTime revoked_at;  // these two for kRevoked only
  int reason = 0;             // CRLReason; 0 (unspecified) is not written, as in CRLs (RFC 5280 section 5.3.1)
  std::optional<base::UnixTime> invalidity_date = std::nullopt;  // as in a list (RFC 6960 section 4.4.5)
};

// AnswerFrame is what is said of all of them together.
struct AnswerFrame {
  base::UnixTime produced_at;  // and thisUpdate: the index is as new as the moment of the answer
  base::UnixTime next_update;
  base::ByteView nonce;  // echoed when not empty (RFC 9654)
  // Adds id-pkix-ocsp-extended-revoke: this responder says revoked of serials that were never issued (RFC 6960
  // section 4.4.8).
  enum class ExtendedRevoke { kNo, kYes } extended_revoke = ExtendedRevoke::kNo;
};

// ResponseTemplate holds the octets that all answers of a responder share. The responder is named by key, its
// certificate is embedded unless it is the authority's own, and the answers are version 1. Immutable and thread-safe.
class ResponseTemplate {
 public:
  // make: kRefused when the certificate was not issued by `authority` (and is not it), has no id-kp-OCSPSigning, or
  // is not for the signer's key.
  [[nodiscard]] static base::Result<std::shared_ptr<const ResponseTemplate>> make(const x509::Certificate& authority,
                                                                                  ResponderSigner signer);
  // sign gives a complete OCSPResponse. `answers` is not empty. Errors: kSigner.
  [[nodiscard]] base::Result<base::Bytes> sign(std::span<const SingleAnswer> answers, const AnswerFrame& frame) const;

  [[nodiscard]] const x509::Certificate& certificate() const { return signer_.certificate; }

 private:
  explicit ResponseTemplate(ResponderSigner signer) : signer_(std::move(signer)) {}
  ResponderSigner signer_;
  base::Bytes responder_id_;  // DER ResponderID
  base::Bytes algorithm_;     // DER AlgorithmIdentifier
  base::Bytes certificates_;  // DER of certs [0], or empty
};

// ResponseError is OCSPResponseStatus of an answer that says nothing (RFC 6960 section 4.2.1).
enum class ResponseError : std::uint8_t {
  kMalformedRequest = 1,
  kInternalError = 2,
  kTryLater = 3,
  kUnauthorized = 6,
};
// error_response is the five octets of such an answer. It is not signed (RFC 6960 section 2.3).
[[nodiscard]] base::Bytes error_response(ResponseError error);

}  // namespace yuxin::ocsp
