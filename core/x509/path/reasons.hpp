// Why a path is not good: stable words, and sentences for people.
#pragma once

#include <string>
#include <string_view>

#include "yuxin/x509/certificate.hpp"

namespace yuxin::x509 {

namespace path_reason {
inline constexpr std::string_view kOk = "ok";
inline constexpr std::string_view kNoTrustedIssuer = "no-trusted-issuer";
inline constexpr std::string_view kBadSignature = "bad-signature";
inline constexpr std::string_view kNotYetValid = "not-yet-valid";
inline constexpr std::string_view kExpired = "expired";
inline constexpr std::string_view kRevoked = "revoked";
inline constexpr std::string_view kNoRevocationData = "no-revocation-data";
inline constexpr std::string_view kCrlExpired = "crl-expired";
inline constexpr std::string_view kCrlNotYetValid = "crl-not-yet-valid";
inline constexpr std::string_view kCrlInvalid = "crl-invalid";
inline constexpr std::string_view kNotAnAuthority = "not-an-authority";
inline constexpr std::string_view kPathTooLong = "path-too-long";
inline constexpr std::string_view kWrongPurpose = "wrong-purpose";
inline constexpr std::string_view kUnknownCriticalExtension = "unknown-critical-extension";
inline constexpr std::string_view kPolicy = "policy";
inline constexpr std::string_view kNameConstraint = "name-constraint";
inline constexpr std::string_view kNameMismatch = "name-mismatch";
inline constexpr std::string_view kWeakKey = "weak-key";
inline constexpr std::string_view kWeakSignature = "weak-signature";
inline constexpr std::string_view kMalformed = "malformed";
inline constexpr std::string_view kInternal = "internal";
}  // namespace path_reason

// reason_of_error is the word for an X509_V_ERR_* code.
[[nodiscard]] std::string_view reason_of_error(int error);

// explain_reason is the sentence for a word of path_reasons about one certificate (null: it is not known which).
[[nodiscard]] std::string explain_reason(std::string_view reason, const Certificate* certificate);

}  // namespace yuxin::x509
