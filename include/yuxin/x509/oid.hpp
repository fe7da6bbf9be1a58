// Object identifiers: the ones that PKIX and GM/T use, and their dotted form.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/bytes.hpp"

namespace yuxin::x509 {

// Oid is the content octets of an OBJECT IDENTIFIER. Constants below live as long as the program.
using Oid = base::ByteView;

// oid_from_dotted encodes "2.5.29.15"; nothing if it is not a well-formed OID.
[[nodiscard]] std::optional<base::Bytes> oid_from_dotted(std::string_view dotted);
// dotted prints the dotted form of well-formed content octets; of others, "(malformed)".
[[nodiscard]] std::string dotted(Oid oid);
// oid_name is the usual short name ("keyUsage", "serverAuth", "ecdsa-with-SHA256") or the dotted form.
[[nodiscard]] std::string oid_name(Oid oid);
// oid_by_name finds a known OID by that name, or reads a dotted form.
[[nodiscard]] std::optional<base::Bytes> oid_by_name(std::string_view name);

namespace oid {
#define YUXIN_OID(identifier) extern const Oid identifier
// Attribute types (X.520, RFC 4519, RFC 2985)
YUXIN_OID(kCommonName);
YUXIN_OID(kSurname);
YUXIN_OID(kSerialNumber);
YUXIN_OID(kCountryName);
YUXIN_OID(kLocalityName);
YUXIN_OID(kStateOrProvinceName);
YUXIN_OID(kStreetAddress);
YUXIN_OID(kOrganizationName);
YUXIN_OID(kOrganizationalUnitName);
YUXIN_OID(kTitle);
YUXIN_OID(kGivenName);
YUXIN_OID(kOrganizationIdentifier);
YUXIN_OID(kUserId);
YUXIN_OID(kDomainComponent);
YUXIN_OID(kEmailAddress);
// Extensions (RFC 5280 section 4.2 and 5.2, RFC 6960, RFC 7633)
YUXIN_OID(kSubjectDirectoryAttributes);
YUXIN_OID(kSubjectKeyIdentifier);
YUXIN_OID(kKeyUsage);
YUXIN_OID(kSubjectAltName);
YUXIN_OID(kIssuerAltName);
YUXIN_OID(kBasicConstraints);
YUXIN_OID(kCrlNumber);
YUXIN_OID(kReasonCode);
YUXIN_OID(kInvalidityDate);
YUXIN_OID(kDeltaCrlIndicator);
YUXIN_OID(kIssuingDistributionPoint);
YUXIN_OID(kCertificateIssuer);
YUXIN_OID(kNameConstraints);
YUXIN_OID(kCrlDistributionPoints);
YUXIN_OID(kCertificatePolicies);
YUXIN_OID(kPolicyMappings);
YUXIN_OID(kAuthorityKeyIdentifier);
YUXIN_OID(kPolicyConstraints);
YUXIN_OID(kExtKeyUsage);
YUXIN_OID(kFreshestCrl);
YUXIN_OID(kInhibitAnyPolicy);
YUXIN_OID(kAuthorityInfoAccess);
YUXIN_OID(kSubjectInfoAccess);
YUXIN_OID(kOcspNoCheck);
YUXIN_OID(kOcspNonce);
YUXIN_OID(kTlsFeature);
YUXIN_OID(kPrecertificatePoison);
YUXIN_OID(kSctList);
YUXIN_OID(kAnyPolicy);
YUXIN_OID(kCpsQualifier);
YUXIN_OID(kUserNoticeQualifier);
YUXIN_OID(kOcspAccess);
YUXIN_OID(kCaIssuersAccess);
YUXIN_OID(kOcspBasic);
YUXIN_OID(kExtensionRequest);
YUXIN_OID(kChallengePassword);
// Extended key usages
YUXIN_OID(kAnyExtendedKeyUsage);
YUXIN_OID(kServerAuth);
YUXIN_OID(kClientAuth);
YUXIN_OID(kCodeSigning);
YUXIN_OID(kEmailProtection);
YUXIN_OID(kTimeStamping);
YUXIN_OID(kOcspSigning);
YUXIN_OID(kDocumentSigning);
// Attribute certificates (RFC 5755), and what is private to this program: it lies under an arc made from a UUID
// (2.25, Recommendation ITU-T X.667), which needs no registration and which nobody else has drawn.
YUXIN_OID(kRole);                // id-at-role
YUXIN_OID(kRoleScope);           // attribute of role grants: where a role is good (evidence/authority.hpp)
YUXIN_OID(kAttributeAuthority);  // extended key usage of those who sign role grants
YUXIN_OID(kLedger);              // extended key usage of keys that sign the checkpoints of a ledger
// Digests
YUXIN_OID(kSha1);
YUXIN_OID(kSha256);
YUXIN_OID(kSha384);
YUXIN_OID(kSha512);
YUXIN_OID(kSm3);
YUXIN_OID(kShake256);
// Content types and attributes of cryptographic messages (RFC 5652, RFC 5035, RFC 3161, RFC 5940, GM/T 0010)
YUXIN_OID(kData);
YUXIN_OID(kSignedData);
YUXIN_OID(kEnvelopedData);
YUXIN_OID(kTstInfo);
YUXIN_OID(kGmData);
YUXIN_OID(kGmSignedData);
YUXIN_OID(kGmEnvelopedData);
YUXIN_OID(kContentType);
YUXIN_OID(kMessageDigest);
YUXIN_OID(kSigningTime);
YUXIN_OID(kCountersignature);
YUXIN_OID(kCmsAlgorithmProtection);
YUXIN_OID(kSigningCertificate);
YUXIN_OID(kSigningCertificateV2);
YUXIN_OID(kTimeStampToken);  // id-aa-timeStampToken: a signature's time stamp, RFC 3161 appendix A
YUXIN_OID(kRiOcspResponse);
#undef YUXIN_OID
}  // namespace oid

}  // namespace yuxin::x509
