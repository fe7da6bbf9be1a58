// Asking an OCSP responder over HTTP (RFC 6960 appendix A) and proving what it says.
#pragma once

#include <optional>
#include <string>

#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/ocsp_response.hpp"

namespace yuxin::cli {

struct OcspAsk {
  x509::Certificate issuer;
  base::Bytes serial;                            // INTEGER content
  std::optional<x509::Certificate> certificate;  // where it is at hand
  std::string url;
  x509::DigestAlgorithm digest = x509::DigestAlgorithm::kSha1;
  enum class Nonce {
    kSent,
    kDemanded,
    kNone
  } nonce = Nonce::kSent;            // kDemanded: an answer without it proves nothing
  std::optional<base::UnixTime> at;  // the present if not given
};

struct OcspAnswer {
  base::Bytes der;
  x509::OcspEvidence evidence;
};

// ask_ocsp sends one request with 32 octets of nonce and verifies the response against the issuer, whose certificate
// the caller has validated. Errors: those of http::post; kUnavailable for tryLater and other error responses;
// kBadSignature when the response proves nothing.
[[nodiscard]] base::Result<OcspAnswer> ask_ocsp(const OcspAsk& ask, const base::Clock& clock);

// ocsp_url_of is the first http responder that a certificate names (RFC 5280 section 4.2.2.1).
[[nodiscard]] std::optional<std::string> ocsp_url_of(const x509::Certificate& certificate);

// ocsp_evidence_json has the members status, revoked_at, reason, this_update, next_update, produced_at, responder.
[[nodiscard]] base::JsonObject ocsp_evidence_json(const x509::OcspEvidence& evidence);

}  // namespace yuxin::cli
