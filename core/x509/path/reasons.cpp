#include "path/reasons.hpp"

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>

#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/oid.hpp"
#include "yuxin/x509/path.hpp"

namespace yuxin::x509 {

namespace {

using base::translatable;

struct ErrorRow {
  int error;
  std::string_view reason;
};

constexpr std::array kErrors{
    ErrorRow{X509_V_OK, path_reason::kOk},
    ErrorRow{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, path_reason::kNoTrustedIssuer},
    ErrorRow{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, path_reason::kNoTrustedIssuer},
    ErrorRow{X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, path_reason::kNoTrustedIssuer},
    ErrorRow{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, path_reason::kNoTrustedIssuer},
    ErrorRow{X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, path_reason::kNoTrustedIssuer},
    ErrorRow{X509_V_ERR_CERT_UNTRUSTED, path_reason::kNoTrustedIssuer},
    ErrorRow{X509_V_ERR_CERT_REJECTED, path_reason::kNoTrustedIssuer},
    ErrorRow{X509_V_ERR_CERT_SIGNATURE_FAILURE, path_reason::kBadSignature},
    ErrorRow{X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, path_reason::kBadSignature},
    ErrorRow{X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, path_reason::kBadSignature},
    ErrorRow{X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM, path_reason::kBadSignature},
    ErrorRow{X509_V_ERR_CERT_NOT_YET_VALID, path_reason::kNotYetValid},
    ErrorRow{X509_V_ERR_CERT_HAS_EXPIRED, path_reason::kExpired},
    ErrorRow{X509_V_ERR_CERT_REVOKED, path_reason::kRevoked},
    ErrorRow{X509_V_ERR_UNABLE_TO_GET_CRL, path_reason::kNoRevocationData},
    ErrorRow{X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, path_reason::kNoRevocationData},
    ErrorRow{X509_V_ERR_DIFFERENT_CRL_SCOPE, path_reason::kNoRevocationData},
    ErrorRow{X509_V_ERR_CRL_HAS_EXPIRED, path_reason::kCrlExpired},
    ErrorRow{X509_V_ERR_CRL_NOT_YET_VALID, path_reason::kCrlNotYetValid},
    ErrorRow{X509_V_ERR_CRL_SIGNATURE_FAILURE, path_reason::kCrlInvalid},
    ErrorRow{X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE, path_reason::kCrlInvalid},
    ErrorRow{X509_V_ERR_KEYUSAGE_NO_CRL_SIGN, path_reason::kCrlInvalid},
    ErrorRow{X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION, path_reason::kCrlInvalid},
    ErrorRow{X509_V_ERR_CRL_PATH_VALIDATION_ERROR, path_reason::kCrlInvalid},
    ErrorRow{X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD, path_reason::kCrlInvalid},
    ErrorRow{X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD, path_reason::kCrlInvalid},
    ErrorRow{X509_V_ERR_INVALID_CA, path_reason::kNotAnAuthority},
    ErrorRow{X509_V_ERR_INVALID_NON_CA, path_reason::kNotAnAuthority},
    ErrorRow{X509_V_ERR_KEYUSAGE_NO_CERTSIGN, path_reason::kNotAnAuthority},
    ErrorRow{X509_V_ERR_CERT_CHAIN_TOO_LONG, path_reason::kPathTooLong},
    ErrorRow{X509_V_ERR_PATH_LENGTH_EXCEEDED, path_reason::kPathTooLong},
    ErrorRow{X509_V_ERR_INVALID_PURPOSE, path_reason::kWrongPurpose},
    ErrorRow{X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, path_reason::kUnknownCriticalExtension},
    ErrorRow{X509_V_ERR_NO_EXPLICIT_POLICY, path_reason::kPolicy},
    ErrorRow{X509_V_ERR_INVALID_POLICY_EXTENSION, path_reason::kPolicy},
    ErrorRow{X509_V_ERR_PERMITTED_VIOLATION, path_reason::kNameConstraint},
    ErrorRow{X509_V_ERR_EXCLUDED_VIOLATION, path_reason::kNameConstraint},
    ErrorRow{X509_V_ERR_SUBTREE_MINMAX, path_reason::kNameConstraint},
    ErrorRow{X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, path_reason::kNameConstraint},
    ErrorRow{X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, path_reason::kNameConstraint},
    ErrorRow{X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, path_reason::kNameConstraint},
    ErrorRow{X509_V_ERR_EE_KEY_TOO_SMALL, path_reason::kWeakKey},
    ErrorRow{X509_V_ERR_CA_KEY_TOO_SMALL, path_reason::kWeakKey},
    ErrorRow{X509_V_ERR_CA_MD_TOO_WEAK, path_reason::kWeakSignature},
    ErrorRow{X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, path_reason::kMalformed},
    ErrorRow{X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, path_reason::kMalformed},
    ErrorRow{X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, path_reason::kMalformed},
    ErrorRow{X509_V_ERR_INVALID_EXTENSION, path_reason::kMalformed},
};

struct ReasonRow {
  std::string_view reason;
  const char* about_one;  // {0} subject, {1} issuer, {2} and {3} validity, {4} what it is for
  const char* about_path;
};

constexpr const char* kNoPath = translatable("The path could not be checked. The log says more.");

constexpr std::array kReasons{
    ReasonRow{
        path_reason::kNoTrustedIssuer,
        translatable("No trusted issuer was found for {0}: its issuer is {1}. Give that authority's certificate, "
                     "as trusted if you trust it, otherwise as untrusted beside its own issuer."),
        translatable("No path leads to a trusted certificate.")},
    ReasonRow{path_reason::kBadSignature,
              translatable("The signature on {0} is not its issuer's. Do not use this certificate."),
              translatable("A signature in the path is wrong. Do not use this certificate.")},
    ReasonRow{path_reason::kNotYetValid, translatable("{0} is valid only from {2}."),
              translatable("A certificate of the path is not yet valid.")},
    ReasonRow{path_reason::kExpired, translatable("{0} expired on {3}."),
              translatable("A certificate of the path has expired.")},
    ReasonRow{path_reason::kRevoked, translatable("{0} was revoked by its issuer {1}. Do not use it."),
              translatable("A certificate of the path was revoked. Do not use it.")},
    ReasonRow{path_reason::kNoRevocationData,
              translatable("Whether {0} was revoked is not known: there is no revocation list of {1} for it."),
              translatable("A revocation list is missing.")},
    ReasonRow{path_reason::kCrlExpired,
              translatable("The revocation list for {0} is out of date. Fetch a new one from {1}."),
              translatable("A revocation list is out of date.")},
    ReasonRow{path_reason::kCrlNotYetValid,
              translatable("The revocation list for {0} is from a later time than the one asked about."),
              translatable("A revocation list is from a later time than the one asked about.")},
    ReasonRow{
        path_reason::kCrlInvalid,
        translatable("The revocation list for {0} cannot be trusted: its signature, issuer or extensions are wrong."),
        translatable("A revocation list cannot be trusted: its signature, issuer or extensions are wrong.")},
    ReasonRow{path_reason::kNotAnAuthority, translatable("{0} is not allowed to issue certificates."),
              translatable("A certificate of the path is not allowed to issue certificates.")},
    ReasonRow{path_reason::kPathTooLong, translatable("The path is longer than allowed at {0}."),
              translatable("The path is longer than allowed.")},
    ReasonRow{path_reason::kWrongPurpose, translatable("{0} is not meant for this purpose; it is for {4}."),
              translatable("A certificate of the path is not meant for this purpose.")},
    ReasonRow{path_reason::kUnknownCriticalExtension,
              translatable("{0} has a critical extension that is not understood, so it must be refused."),
              translatable("A certificate of the path has a critical extension that is not understood.")},
    ReasonRow{path_reason::kPolicy, translatable("The certificate policies of the path to {0} do not allow it."),
              translatable("The certificate policies of the path do not allow it.")},
    ReasonRow{path_reason::kNameConstraint,
              translatable("A name in {0} is outside of what an authority above it may certify."),
              translatable("A name is outside of what an authority of the path may certify.")},
    ReasonRow{path_reason::kNameMismatch, translatable("{0} is not for this name."),
              translatable("The certificate is not for this name.")},
    ReasonRow{path_reason::kWeakKey, translatable("The key of {0} is too weak."),
              translatable("A key in the path is too weak.")},
    ReasonRow{path_reason::kWeakSignature, translatable("{0} is signed with an algorithm that is too weak."),
              translatable("A signature in the path uses an algorithm that is too weak.")},
    ReasonRow{path_reason::kMalformed, translatable("{0} has a field that does not parse."),
              translatable("A certificate of the path has a field that does not parse.")},
    ReasonRow{path_reason::kInternal, kNoPath, kNoPath},
};

std::string purposes_of(const Certificate& certificate) {
  std::vector<std::string> names;
  if (const auto* extended = certificate.tbs().find(oid::kExtKeyUsage)) {
    const auto usages = read_extended_key_usage(extended->value);
    for (const auto& usage : usages.value_or(std::vector<base::Bytes>())) names.push_back(oid_name(usage));
  }
  if (const auto* usage = certificate.tbs().find(oid::kKeyUsage); usage != nullptr && names.empty())
    names = key_usage_names(read_key_usage(usage->value).value_or(0));
  return base::join(names, base::message(", "));
}

// What a certificate is for, where it is not for what was asked.
std::string particulars(std::string_view reason, const Certificate& certificate) {
  if (reason != path_reason::kWrongPurpose) return {};
  auto text = purposes_of(certificate);
  return text.empty() ? base::message("none that it names") : text;
}

}  // namespace

std::string_view reason_of_error(int error) {
  const auto* found = std::ranges::find(kErrors, error, &ErrorRow::error);
  return found == kErrors.end() ? path_reason::kInternal : found->reason;
}

std::string explain_reason(std::string_view reason, const Certificate* certificate) {
  const auto* row = std::ranges::find(kReasons, reason, &ReasonRow::reason);
  if (row == kReasons.end()) row = &kReasons.back();
  if (certificate == nullptr) return std::string(base::tr(row->about_path));
  return base::message(row->about_one, certificate->subject().text(), certificate->issuer().text(),
                       base::local_time(certificate->not_before()), base::local_time(certificate->not_after()),
                       particulars(reason, *certificate));
}

std::vector<std::string_view> path_reasons() {
  std::vector<std::string_view> reasons;
  for (const auto& row : kReasons) reasons.push_back(row.reason);
  return reasons;
}

}  // namespace yuxin::x509
