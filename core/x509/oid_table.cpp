#include "oid_table.hpp"

#include <array>
#include <cstdint>

namespace yuxin::x509 {

namespace {

// Encoded holds the content octets of an OID, made by the compiler (X.690 section 8.19).
template <std::uint64_t Root, std::uint64_t Second, std::uint64_t... Rest>
struct Encoded {
  static constexpr std::size_t octets_of(std::uint64_t arc) { return arc < 128 ? 1 : 1 + octets_of(arc >> 7U); }
  static constexpr std::size_t kSize = (octets_of(Root * 40 + Second) + ... + octets_of(Rest));

  static constexpr std::array<std::uint8_t, kSize> make() {
    std::array<std::uint8_t, kSize> octets{};
    std::size_t end = 0;
    for (const std::uint64_t arc : {Root * 40 + Second, Rest...}) {
      end += octets_of(arc);
      std::uint64_t left = arc;
      for (std::size_t i = 0; i < octets_of(arc); ++i, left >>= 7U) {
        octets[end - 1 - i] = static_cast<std::uint8_t>((left & 0x7fU) | (i == 0 ? 0U : 0x80U));
      }
    }
    return octets;
  }
  static constexpr std::array<std::uint8_t, kSize> kOctets = make();
};

template <std::uint64_t... Arcs>
constexpr Oid arcs() {
  return Encoded<Arcs...>::kOctets;
}

// 2.25.160386230721243331123476633139246630112, which no machine integer holds, and one arc below it.
template <std::uint8_t Last>
struct Private {
  static constexpr std::array<std::uint8_t, 21> kOctets{0x69, 0x81, 0xf1, 0xa9, 0xa1, 0xec, 0xcd,
                                                        0xd8, 0xea, 0xa3, 0x8f, 0xac, 0xdd, 0xbb,
                                                        0xe3, 0xb9, 0xcf, 0x96, 0x89, 0x60, Last};
};

}  // namespace

namespace oid {
// Attribute types
constinit const Oid kCommonName = arcs<2, 5, 4, 3>();
constinit const Oid kSurname = arcs<2, 5, 4, 4>();
constinit const Oid kSerialNumber = arcs<2, 5, 4, 5>();
constinit const Oid kCountryName = arcs<2, 5, 4, 6>();
constinit const Oid kLocalityName = arcs<2, 5, 4, 7>();
constinit const Oid kStateOrProvinceName = arcs<2, 5, 4, 8>();
constinit const Oid kStreetAddress = arcs<2, 5, 4, 9>();
constinit const Oid kOrganizationName = arcs<2, 5, 4, 10>();
constinit const Oid kOrganizationalUnitName = arcs<2, 5, 4, 11>();
constinit const Oid kTitle = arcs<2, 5, 4, 12>();
constinit const Oid kGivenName = arcs<2, 5, 4, 42>();
constinit const Oid kOrganizationIdentifier = arcs<2, 5, 4, 97>();
constinit const Oid kUserId = arcs<0, 9, 2342, 19200300, 100, 1, 1>();
constinit const Oid kDomainComponent = arcs<0, 9, 2342, 19200300, 100, 1, 25>();
constinit const Oid kEmailAddress = arcs<1, 2, 840, 113549, 1, 9, 1>();
// Extensions and what stands in them
constinit const Oid kSubjectDirectoryAttributes = arcs<2, 5, 29, 9>();
constinit const Oid kSubjectKeyIdentifier = arcs<2, 5, 29, 14>();
constinit const Oid kKeyUsage = arcs<2, 5, 29, 15>();
constinit const Oid kSubjectAltName = arcs<2, 5, 29, 17>();
constinit const Oid kIssuerAltName = arcs<2, 5, 29, 18>();
constinit const Oid kBasicConstraints = arcs<2, 5, 29, 19>();
constinit const Oid kCrlNumber = arcs<2, 5, 29, 20>();
constinit const Oid kReasonCode = arcs<2, 5, 29, 21>();
constinit const Oid kInvalidityDate = arcs<2, 5, 29, 24>();
constinit const Oid kDeltaCrlIndicator = arcs<2, 5, 29, 27>();
constinit const Oid kIssuingDistributionPoint = arcs<2, 5, 29, 28>();
constinit const Oid kCertificateIssuer = arcs<2, 5, 29, 29>();
constinit const Oid kNameConstraints = arcs<2, 5, 29, 30>();
constinit const Oid kCrlDistributionPoints = arcs<2, 5, 29, 31>();
constinit const Oid kCertificatePolicies = arcs<2, 5, 29, 32>();
constinit const Oid kPolicyMappings = arcs<2, 5, 29, 33>();
constinit const Oid kAuthorityKeyIdentifier = arcs<2, 5, 29, 35>();
constinit const Oid kPolicyConstraints = arcs<2, 5, 29, 36>();
constinit const Oid kExtKeyUsage = arcs<2, 5, 29, 37>();
constinit const Oid kFreshestCrl = arcs<2, 5, 29, 46>();
constinit const Oid kInhibitAnyPolicy = arcs<2, 5, 29, 54>();
constinit const Oid kAuthorityInfoAccess = arcs<1, 3, 6, 1, 5, 5, 7, 1, 1>();
constinit const Oid kSubjectInfoAccess = arcs<1, 3, 6, 1, 5, 5, 7, 1, 11>();
constinit const Oid kOcspNoCheck = arcs<1, 3, 6, 1, 5, 5, 7, 48, 1, 5>();
constinit const Oid kOcspNonce = arcs<1, 3, 6, 1, 5, 5, 7, 48, 1, 2>();
constinit const Oid kTlsFeature = arcs<1, 3, 6, 1, 5, 5, 7, 1, 24>();
constinit const Oid kPrecertificatePoison = arcs<1, 3, 6, 1, 4, 1, 11129, 2, 4, 3>();
constinit const Oid kSctList = arcs<1, 3, 6, 1, 4, 1, 11129, 2, 4, 2>();
constinit const Oid kAnyPolicy = arcs<2, 5, 29, 32, 0>();
constinit const Oid kCpsQualifier = arcs<1, 3, 6, 1, 5, 5, 7, 2, 1>();
constinit const Oid kUserNoticeQualifier = arcs<1, 3, 6, 1, 5, 5, 7, 2, 2>();
constinit const Oid kOcspAccess = arcs<1, 3, 6, 1, 5, 5, 7, 48, 1>();
constinit const Oid kCaIssuersAccess = arcs<1, 3, 6, 1, 5, 5, 7, 48, 2>();
constinit const Oid kOcspBasic = arcs<1, 3, 6, 1, 5, 5, 7, 48, 1, 1>();
constinit const Oid kExtensionRequest = arcs<1, 2, 840, 113549, 1, 9, 14>();
constinit const Oid kChallengePassword = arcs<1, 2, 840, 113549, 1, 9, 7>();
// Extended key usages
constinit const Oid kAnyExtendedKeyUsage = arcs<2, 5, 29, 37, 0>();
constinit const Oid kServerAuth = arcs<1, 3, 6, 1, 5, 5, 7, 3, 1>();
constinit const Oid kClientAuth = arcs<1, 3, 6, 1, 5, 5, 7, 3, 2>();
constinit const Oid kCodeSigning = arcs<1, 3, 6, 1, 5, 5, 7, 3, 3>();
constinit const Oid kEmailProtection = arcs<1, 3, 6, 1, 5, 5, 7, 3, 4>();
constinit const Oid kTimeStamping = arcs<1, 3, 6, 1, 5, 5, 7, 3, 8>();
constinit const Oid kOcspSigning = arcs<1, 3, 6, 1, 5, 5, 7, 3, 9>();
constinit const Oid kDocumentSigning = arcs<1, 3, 6, 1, 5, 5, 7, 3, 36>();
// Attribute certificates
constinit const Oid kRole = arcs<2, 5, 4, 72>();
constinit const Oid kRoleScope = Private<1>::kOctets;
constinit const Oid kAttributeAuthority = Private<2>::kOctets;
constinit const Oid kLedger = Private<3>::kOctets;
// Digests
constinit const Oid kSha1 = arcs<1, 3, 14, 3, 2, 26>();
constinit const Oid kSha256 = arcs<2, 16, 840, 1, 101, 3, 4, 2, 1>();
constinit const Oid kSha384 = arcs<2, 16, 840, 1, 101, 3, 4, 2, 2>();
constinit const Oid kSha512 = arcs<2, 16, 840, 1, 101, 3, 4, 2, 3>();
constinit const Oid kSm3 = arcs<1, 2, 156, 10197, 1, 401>();
constinit const Oid kShake256 = arcs<2, 16, 840, 1, 101, 3, 4, 2, 12>();
// Content types and attributes of cryptographic messages
constinit const Oid kData = arcs<1, 2, 840, 113549, 1, 7, 1>();
constinit const Oid kSignedData = arcs<1, 2, 840, 113549, 1, 7, 2>();
constinit const Oid kEnvelopedData = arcs<1, 2, 840, 113549, 1, 7, 3>();
constinit const Oid kTstInfo = arcs<1, 2, 840, 113549, 1, 9, 16, 1, 4>();
constinit const Oid kGmData = arcs<1, 2, 156, 10197, 6, 1, 4, 2, 1>();
constinit const Oid kGmSignedData = arcs<1, 2, 156, 10197, 6, 1, 4, 2, 2>();
constinit const Oid kGmEnvelopedData = arcs<1, 2, 156, 10197, 6, 1, 4, 2, 3>();
constinit const Oid kContentType = arcs<1, 2, 840, 113549, 1, 9, 3>();
constinit const Oid kMessageDigest = arcs<1, 2, 840, 113549, 1, 9, 4>();
constinit const Oid kSigningTime = arcs<1, 2, 840, 113549, 1, 9, 5>();
constinit const Oid kCountersignature = arcs<1, 2, 840, 113549, 1, 9, 6>();
constinit const Oid kCmsAlgorithmProtection = arcs<1, 2, 840, 113549, 1, 9, 52>();
constinit const Oid kSigningCertificate = arcs<1, 2, 840, 113549, 1, 9, 16, 2, 12>();
constinit const Oid kSigningCertificateV2 = arcs<1, 2, 840, 113549, 1, 9, 16, 2, 47>();
constinit const Oid kTimeStampToken = arcs<1, 2, 840, 113549, 1, 9, 16, 2, 14>();
constinit const Oid kRiOcspResponse = arcs<1, 3, 6, 1, 5, 5, 7, 16, 2>();
// Keys, curves and encryption of keys
constinit const Oid kRsaEncryption = arcs<1, 2, 840, 113549, 1, 1, 1>();
constinit const Oid kRsaPss = arcs<1, 2, 840, 113549, 1, 1, 10>();
constinit const Oid kMgf1 = arcs<1, 2, 840, 113549, 1, 1, 8>();
constinit const Oid kEcPublicKey = arcs<1, 2, 840, 10045, 2, 1>();
constinit const Oid kCurveP256 = arcs<1, 2, 840, 10045, 3, 1, 7>();
constinit const Oid kCurveP384 = arcs<1, 3, 132, 0, 34>();
constinit const Oid kCurveP521 = arcs<1, 3, 132, 0, 35>();
constinit const Oid kCurveSm2 = arcs<1, 2, 156, 10197, 1, 301>();
constinit const Oid kEd25519 = arcs<1, 3, 101, 112>();
constinit const Oid kEd448 = arcs<1, 3, 101, 113>();
constinit const Oid kPbes2 = arcs<1, 2, 840, 113549, 1, 5, 13>();
constinit const Oid kPbkdf2 = arcs<1, 2, 840, 113549, 1, 5, 12>();
// What messages are signed, wrapped and encrypted with
constinit const Oid kSm2Sign = arcs<1, 2, 156, 10197, 1, 301, 1>();
constinit const Oid kSm2Encrypt = arcs<1, 2, 156, 10197, 1, 301, 3>();
constinit const Oid kShake256Len = arcs<2, 16, 840, 1, 101, 3, 4, 2, 18>();
constinit const Oid kRsaesOaep = arcs<1, 2, 840, 113549, 1, 1, 7>();
constinit const Oid kPSpecified = arcs<1, 2, 840, 113549, 1, 1, 9>();
constinit const Oid kEcdhSha256Kdf = arcs<1, 3, 132, 1, 11, 1>();
constinit const Oid kEcdhSha384Kdf = arcs<1, 3, 132, 1, 11, 2>();
constinit const Oid kEcdhSha512Kdf = arcs<1, 3, 132, 1, 11, 3>();
constinit const Oid kEcdhSha1Kdf = arcs<1, 3, 133, 16, 840, 63, 0, 2>();
constinit const Oid kAes128Wrap = arcs<2, 16, 840, 1, 101, 3, 4, 1, 5>();
constinit const Oid kAes192Wrap = arcs<2, 16, 840, 1, 101, 3, 4, 1, 25>();
constinit const Oid kAes256Wrap = arcs<2, 16, 840, 1, 101, 3, 4, 1, 45>();
constinit const Oid kAes128Cbc = arcs<2, 16, 840, 1, 101, 3, 4, 1, 2>();
constinit const Oid kAes192Cbc = arcs<2, 16, 840, 1, 101, 3, 4, 1, 22>();
constinit const Oid kAes256Cbc = arcs<2, 16, 840, 1, 101, 3, 4, 1, 42>();
constinit const Oid kSm4 = arcs<1, 2, 156, 10197, 1, 104>();
constinit const Oid kSm4Cbc = arcs<1, 2, 156, 10197, 1, 104, 2>();
}  // namespace oid

namespace {

constexpr KnownOid kKnown[] = {
    // Attribute types
    {"commonName", arcs<2, 5, 4, 3>()},
    {"surname", arcs<2, 5, 4, 4>()},
    {"serialNumber", arcs<2, 5, 4, 5>()},
    {"countryName", arcs<2, 5, 4, 6>()},
    {"localityName", arcs<2, 5, 4, 7>()},
    {"stateOrProvinceName", arcs<2, 5, 4, 8>()},
    {"streetAddress", arcs<2, 5, 4, 9>()},
    {"organizationName", arcs<2, 5, 4, 10>()},
    {"organizationalUnitName", arcs<2, 5, 4, 11>()},
    {"title", arcs<2, 5, 4, 12>()},
    {"givenName", arcs<2, 5, 4, 42>()},
    {"organizationIdentifier", arcs<2, 5, 4, 97>()},
    {"userId", arcs<0, 9, 2342, 19200300, 100, 1, 1>()},
    {"domainComponent", arcs<0, 9, 2342, 19200300, 100, 1, 25>()},
    {"emailAddress", arcs<1, 2, 840, 113549, 1, 9, 1>()},
    // Extensions and what stands in them
    {"subjectDirectoryAttributes", arcs<2, 5, 29, 9>()},
    {"subjectKeyIdentifier", arcs<2, 5, 29, 14>()},
    {"keyUsage", arcs<2, 5, 29, 15>()},
    {"subjectAltName", arcs<2, 5, 29, 17>()},
    {"issuerAltName", arcs<2, 5, 29, 18>()},
    {"basicConstraints", arcs<2, 5, 29, 19>()},
    {"cRLNumber", arcs<2, 5, 29, 20>()},
    {"cRLReason", arcs<2, 5, 29, 21>()},
    {"invalidityDate", arcs<2, 5, 29, 24>()},
    {"deltaCRLIndicator", arcs<2, 5, 29, 27>()},
    {"issuingDistributionPoint", arcs<2, 5, 29, 28>()},
    {"certificateIssuer", arcs<2, 5, 29, 29>()},
    {"nameConstraints", arcs<2, 5, 29, 30>()},
    {"cRLDistributionPoints", arcs<2, 5, 29, 31>()},
    {"certificatePolicies", arcs<2, 5, 29, 32>()},
    {"policyMappings", arcs<2, 5, 29, 33>()},
    {"authorityKeyIdentifier", arcs<2, 5, 29, 35>()},
    {"policyConstraints", arcs<2, 5, 29, 36>()},
    {"extKeyUsage", arcs<2, 5, 29, 37>()},
    {"freshestCRL", arcs<2, 5, 29, 46>()},
    {"inhibitAnyPolicy", arcs<2, 5, 29, 54>()},
    {"authorityInfoAccess", arcs<1, 3, 6, 1, 5, 5, 7, 1, 1>()},
    {"subjectInfoAccess", arcs<1, 3, 6, 1, 5, 5, 7, 1, 11>()},
    {"ocspNoCheck", arcs<1, 3, 6, 1, 5, 5, 7, 48, 1, 5>()},
    {"ocspNonce", arcs<1, 3, 6, 1, 5, 5, 7, 48, 1, 2>()},
    {"tlsFeature", arcs<1, 3, 6, 1, 5, 5, 7, 1, 24>()},
    {"precertificatePoison", arcs<1, 3, 6, 1, 4, 1, 11129, 2, 4, 3>()},
    {"signedCertificateTimestampList", arcs<1, 3, 6, 1, 4, 1, 11129, 2, 4, 2>()},
    {"anyPolicy", arcs<2, 5, 29, 32, 0>()},
    {"cps", arcs<1, 3, 6, 1, 5, 5, 7, 2, 1>()},
    {"userNotice", arcs<1, 3, 6, 1, 5, 5, 7, 2, 2>()},
    {"ocsp", arcs<1, 3, 6, 1, 5, 5, 7, 48, 1>()},
    {"caIssuers", arcs<1, 3, 6, 1, 5, 5, 7, 48, 2>()},
    {"ocspBasic", arcs<1, 3, 6, 1, 5, 5, 7, 48, 1, 1>()},
    {"extensionRequest", arcs<1, 2, 840, 113549, 1, 9, 14>()},
    {"challengePassword", arcs<1, 2, 840, 113549, 1, 9, 7>()},
    // Extended key usages
    {"anyExtendedKeyUsage", arcs<2, 5, 29, 37, 0>()},
    {"serverAuth", arcs<1, 3, 6, 1, 5, 5, 7, 3, 1>()},
    {"clientAuth", arcs<1, 3, 6, 1, 5, 5, 7, 3, 2>()},
    {"codeSigning", arcs<1, 3, 6, 1, 5, 5, 7, 3, 3>()},
    {"emailProtection", arcs<1, 3, 6, 1, 5, 5, 7, 3, 4>()},
    {"timeStamping", arcs<1, 3, 6, 1, 5, 5, 7, 3, 8>()},
    {"OCSPSigning", arcs<1, 3, 6, 1, 5, 5, 7, 3, 9>()},
    {"documentSigning", arcs<1, 3, 6, 1, 5, 5, 7, 3, 36>()},
    // Digests
    {"sha1", arcs<1, 3, 14, 3, 2, 26>()},
    {"sha256", arcs<2, 16, 840, 1, 101, 3, 4, 2, 1>()},
    {"sha384", arcs<2, 16, 840, 1, 101, 3, 4, 2, 2>()},
    {"sha512", arcs<2, 16, 840, 1, 101, 3, 4, 2, 3>()},
    {"sm3", arcs<1, 2, 156, 10197, 1, 401>()},
    // Keys, curves and encryption of keys
    {"rsaEncryption", arcs<1, 2, 840, 113549, 1, 1, 1>()},
    {"rsassaPss", arcs<1, 2, 840, 113549, 1, 1, 10>()},
    {"mgf1", arcs<1, 2, 840, 113549, 1, 1, 8>()},
    {"ecPublicKey", arcs<1, 2, 840, 10045, 2, 1>()},
    {"P-256", arcs<1, 2, 840, 10045, 3, 1, 7>()},
    {"P-384", arcs<1, 3, 132, 0, 34>()},
    {"P-521", arcs<1, 3, 132, 0, 35>()},
    {"sm2p256v1", arcs<1, 2, 156, 10197, 1, 301>()},
    {"Ed25519", arcs<1, 3, 101, 112>()},
    {"Ed448", arcs<1, 3, 101, 113>()},
    {"PBES2", arcs<1, 2, 840, 113549, 1, 5, 13>()},
    {"PBKDF2", arcs<1, 2, 840, 113549, 1, 5, 12>()},
    // Attribute types and extensions that are only shown
    {"description", arcs<2, 5, 4, 13>()},
    {"businessCategory", arcs<2, 5, 4, 15>()},
    {"postalCode", arcs<2, 5, 4, 17>()},
    {"telephoneNumber", arcs<2, 5, 4, 20>()},
    {"name", arcs<2, 5, 4, 41>()},
    {"initials", arcs<2, 5, 4, 43>()},
    {"generationQualifier", arcs<2, 5, 4, 44>()},
    {"dnQualifier", arcs<2, 5, 4, 46>()},
    {"pseudonym", arcs<2, 5, 4, 65>()},
    {"unstructuredName", arcs<1, 2, 840, 113549, 1, 9, 2>()},
    {"unstructuredAddress", arcs<1, 2, 840, 113549, 1, 9, 8>()},
    {"jurisdictionLocalityName", arcs<1, 3, 6, 1, 4, 1, 311, 60, 2, 1, 1>()},
    {"jurisdictionStateOrProvinceName", arcs<1, 3, 6, 1, 4, 1, 311, 60, 2, 1, 2>()},
    {"jurisdictionCountryName", arcs<1, 3, 6, 1, 4, 1, 311, 60, 2, 1, 3>()},
    {"dateOfBirth", arcs<1, 3, 6, 1, 5, 5, 7, 9, 1>()},
    {"placeOfBirth", arcs<1, 3, 6, 1, 5, 5, 7, 9, 2>()},
    {"gender", arcs<1, 3, 6, 1, 5, 5, 7, 9, 3>()},
    {"countryOfCitizenship", arcs<1, 3, 6, 1, 5, 5, 7, 9, 4>()},
    {"countryOfResidence", arcs<1, 3, 6, 1, 5, 5, 7, 9, 5>()},
    {"privateKeyUsagePeriod", arcs<2, 5, 29, 16>()},
    {"holdInstructionCode", arcs<2, 5, 29, 23>()},
    {"expiredCertsOnCRL", arcs<2, 5, 29, 60>()},
    {"biometricInfo", arcs<1, 3, 6, 1, 5, 5, 7, 1, 2>()},
    {"qcStatements", arcs<1, 3, 6, 1, 5, 5, 7, 1, 3>()},
    {"logotype", arcs<1, 3, 6, 1, 5, 5, 7, 1, 12>()},
    {"timeStampingAccess", arcs<1, 3, 6, 1, 5, 5, 7, 48, 3>()},
    {"caRepository", arcs<1, 3, 6, 1, 5, 5, 7, 48, 5>()},
    {"ocspArchiveCutoff", arcs<1, 3, 6, 1, 5, 5, 7, 48, 1, 6>()},
    {"ocspServiceLocator", arcs<1, 3, 6, 1, 5, 5, 7, 48, 1, 7>()},
    {"ocspPrefSigAlgs", arcs<1, 3, 6, 1, 5, 5, 7, 48, 1, 8>()},
    {"ocspExtendedRevoke", arcs<1, 3, 6, 1, 5, 5, 7, 48, 1, 9>()},
    {"xmppAddr", arcs<1, 3, 6, 1, 5, 5, 7, 8, 5>()},
    {"srvName", arcs<1, 3, 6, 1, 5, 5, 7, 8, 7>()},
    {"smtpUtf8Mailbox", arcs<1, 3, 6, 1, 5, 5, 7, 8, 9>()},
    {"userPrincipalName", arcs<1, 3, 6, 1, 4, 1, 311, 20, 2, 3>()},
    {"certificateTemplateName", arcs<1, 3, 6, 1, 4, 1, 311, 20, 2>()},
    {"certificateTemplate", arcs<1, 3, 6, 1, 4, 1, 311, 21, 7>()},
    {"caVersion", arcs<1, 3, 6, 1, 4, 1, 311, 21, 1>()},
    {"netscapeCertType", arcs<2, 16, 840, 1, 113730, 1, 1>()},
    {"netscapeComment", arcs<2, 16, 840, 1, 113730, 1, 13>()},
    {"identifyCode", arcs<1, 2, 156, 10260, 4, 1, 1>()},
    {"insuranceNumber", arcs<1, 2, 156, 10260, 4, 1, 2>()},
    {"icRegistrationNumber", arcs<1, 2, 156, 10260, 4, 1, 3>()},
    {"organizationCode", arcs<1, 2, 156, 10260, 4, 1, 4>()},
    {"taxationNumber", arcs<1, 2, 156, 10260, 4, 1, 5>()},
    // Certificate policies of the CA/Browser Forum
    {"extendedValidation", arcs<2, 23, 140, 1, 1>()},
    {"domainValidated", arcs<2, 23, 140, 1, 2, 1>()},
    {"organizationValidated", arcs<2, 23, 140, 1, 2, 2>()},
    {"individualValidated", arcs<2, 23, 140, 1, 2, 3>()},
    {"codeSigningRequirements", arcs<2, 23, 140, 1, 4, 1>()},
    // Extended key usages that are only shown
    {"ipsecIKE", arcs<1, 3, 6, 1, 5, 5, 7, 3, 17>()},
    {"sshClient", arcs<1, 3, 6, 1, 5, 5, 7, 3, 21>()},
    {"sshServer", arcs<1, 3, 6, 1, 5, 5, 7, 3, 22>()},
    {"cmcCA", arcs<1, 3, 6, 1, 5, 5, 7, 3, 27>()},
    {"cmcRA", arcs<1, 3, 6, 1, 5, 5, 7, 3, 28>()},
    {"smartcardLogon", arcs<1, 3, 6, 1, 4, 1, 311, 20, 2, 2>()},
    {"pkinitClientAuth", arcs<1, 3, 6, 1, 5, 2, 3, 4>()},
    {"pkinitKDC", arcs<1, 3, 6, 1, 5, 2, 3, 5>()},
    {"msDocumentSigning", arcs<1, 3, 6, 1, 4, 1, 311, 10, 3, 12>()},
    {"encryptingFileSystem", arcs<1, 3, 6, 1, 4, 1, 311, 10, 3, 4>()},
    {"adobeAuthenticDocuments", arcs<1, 2, 840, 113583, 1, 1, 5>()},
    // Signature algorithms
    {"md5WithRSAEncryption", arcs<1, 2, 840, 113549, 1, 1, 4>()},
    {"sha1WithRSAEncryption", arcs<1, 2, 840, 113549, 1, 1, 5>()},
    {"sha224WithRSAEncryption", arcs<1, 2, 840, 113549, 1, 1, 14>()},
    {"sha256WithRSAEncryption", arcs<1, 2, 840, 113549, 1, 1, 11>()},
    {"sha384WithRSAEncryption", arcs<1, 2, 840, 113549, 1, 1, 12>()},
    {"sha512WithRSAEncryption", arcs<1, 2, 840, 113549, 1, 1, 13>()},
    {"ecdsa-with-SHA1", arcs<1, 2, 840, 10045, 4, 1>()},
    {"ecdsa-with-SHA224", arcs<1, 2, 840, 10045, 4, 3, 1>()},
    {"ecdsa-with-SHA256", arcs<1, 2, 840, 10045, 4, 3, 2>()},
    {"ecdsa-with-SHA384", arcs<1, 2, 840, 10045, 4, 3, 3>()},
    {"ecdsa-with-SHA512", arcs<1, 2, 840, 10045, 4, 3, 4>()},
    {"dsa", arcs<1, 2, 840, 10040, 4, 1>()},
    {"dsa-with-sha1", arcs<1, 2, 840, 10040, 4, 3>()},
    {"dsa-with-sha256", arcs<2, 16, 840, 1, 101, 3, 4, 3, 2>()},
    {"SM2-with-SM3", arcs<1, 2, 156, 10197, 1, 501>()},
    {"RSA-with-SM3", arcs<1, 2, 156, 10197, 1, 504>()},
    {"sm2-sign", arcs<1, 2, 156, 10197, 1, 301, 1>()},
    {"sm2-encrypt", arcs<1, 2, 156, 10197, 1, 301, 3>()},
    {"ML-DSA-44", arcs<2, 16, 840, 1, 101, 3, 4, 3, 17>()},
    {"ML-DSA-65", arcs<2, 16, 840, 1, 101, 3, 4, 3, 18>()},
    {"ML-DSA-87", arcs<2, 16, 840, 1, 101, 3, 4, 3, 19>()},
    // Other digests, keys, curves and ciphers
    {"md5", arcs<1, 2, 840, 113549, 2, 5>()},
    {"sha224", arcs<2, 16, 840, 1, 101, 3, 4, 2, 4>()},
    {"sha3-256", arcs<2, 16, 840, 1, 101, 3, 4, 2, 8>()},
    {"sha3-384", arcs<2, 16, 840, 1, 101, 3, 4, 2, 9>()},
    {"sha3-512", arcs<2, 16, 840, 1, 101, 3, 4, 2, 10>()},
    {"P-192", arcs<1, 2, 840, 10045, 3, 1, 1>()},
    {"P-224", arcs<1, 3, 132, 0, 33>()},
    {"secp256k1", arcs<1, 3, 132, 0, 10>()},
    {"brainpoolP256r1", arcs<1, 3, 36, 3, 3, 2, 8, 1, 1, 7>()},
    {"brainpoolP384r1", arcs<1, 3, 36, 3, 3, 2, 8, 1, 1, 11>()},
    {"brainpoolP512r1", arcs<1, 3, 36, 3, 3, 2, 8, 1, 1, 13>()},
    {"X25519", arcs<1, 3, 101, 110>()},
    {"X448", arcs<1, 3, 101, 111>()},
    {"hmacWithSHA256", arcs<1, 2, 840, 113549, 2, 9>()},
    {"shake256", arcs<2, 16, 840, 1, 101, 3, 4, 2, 12>()},
    {"shake256-len", arcs<2, 16, 840, 1, 101, 3, 4, 2, 18>()},
    {"pSpecified", arcs<1, 2, 840, 113549, 1, 1, 9>()},
    {"dhSinglePass-stdDH-sha1kdf-scheme", arcs<1, 3, 133, 16, 840, 63, 0, 2>()},
    {"dhSinglePass-stdDH-sha256kdf-scheme", arcs<1, 3, 132, 1, 11, 1>()},
    {"dhSinglePass-stdDH-sha384kdf-scheme", arcs<1, 3, 132, 1, 11, 2>()},
    {"dhSinglePass-stdDH-sha512kdf-scheme", arcs<1, 3, 132, 1, 11, 3>()},
    {"aes128-wrap", arcs<2, 16, 840, 1, 101, 3, 4, 1, 5>()},
    {"aes192-wrap", arcs<2, 16, 840, 1, 101, 3, 4, 1, 25>()},
    {"aes256-wrap", arcs<2, 16, 840, 1, 101, 3, 4, 1, 45>()},
    {"des-EDE3-CBC", arcs<1, 2, 840, 113549, 3, 7>()},
    {"aes192-CBC", arcs<2, 16, 840, 1, 101, 3, 4, 1, 22>()},
    {"aes128-CBC", arcs<2, 16, 840, 1, 101, 3, 4, 1, 2>()},
    {"aes256-CBC", arcs<2, 16, 840, 1, 101, 3, 4, 1, 42>()},
    {"sm4", arcs<1, 2, 156, 10197, 1, 104>()},
    {"sm4-ECB", arcs<1, 2, 156, 10197, 1, 104, 1>()},
    {"sm4-CBC", arcs<1, 2, 156, 10197, 1, 104, 2>()},
    // Content types
    {"data", arcs<1, 2, 840, 113549, 1, 7, 1>()},
    {"signedData", arcs<1, 2, 840, 113549, 1, 7, 2>()},
    {"envelopedData", arcs<1, 2, 840, 113549, 1, 7, 3>()},
    {"contentType", arcs<1, 2, 840, 113549, 1, 9, 3>()},
    {"messageDigest", arcs<1, 2, 840, 113549, 1, 9, 4>()},
    {"signingTime", arcs<1, 2, 840, 113549, 1, 9, 5>()},
    {"tstInfo", arcs<1, 2, 840, 113549, 1, 9, 16, 1, 4>()},
    {"signingCertificateV2", arcs<1, 2, 840, 113549, 1, 9, 16, 2, 47>()},
    {"digestedData", arcs<1, 2, 840, 113549, 1, 7, 5>()},
    {"encryptedData", arcs<1, 2, 840, 113549, 1, 7, 6>()},
    {"compressedData", arcs<1, 2, 840, 113549, 1, 9, 16, 1, 9>()},
    {"authEnvelopedData", arcs<1, 2, 840, 113549, 1, 9, 16, 1, 23>()},
    {"countersignature", arcs<1, 2, 840, 113549, 1, 9, 6>()},
    {"smimeCapabilities", arcs<1, 2, 840, 113549, 1, 9, 15>()},
    {"cmsAlgorithmProtection", arcs<1, 2, 840, 113549, 1, 9, 52>()},
    {"signingCertificate", arcs<1, 2, 840, 113549, 1, 9, 16, 2, 12>()},
    {"signatureTimeStampToken", arcs<1, 2, 840, 113549, 1, 9, 16, 2, 14>()},
    {"rsaesOaep", arcs<1, 2, 840, 113549, 1, 1, 7>()},
    {"aes128-GCM", arcs<2, 16, 840, 1, 101, 3, 4, 1, 6>()},
    {"aes256-GCM", arcs<2, 16, 840, 1, 101, 3, 4, 1, 46>()},
    // Attribute certificates (RFC 5755)
    {"clearance", arcs<2, 5, 4, 55>()},
    {"role", arcs<2, 5, 4, 72>()},
    {"authenticationInfo", arcs<1, 3, 6, 1, 5, 5, 7, 10, 1>()},
    {"accessIdentity", arcs<1, 3, 6, 1, 5, 5, 7, 10, 2>()},
    {"chargingIdentity", arcs<1, 3, 6, 1, 5, 5, 7, 10, 3>()},
    {"group", arcs<1, 3, 6, 1, 5, 5, 7, 10, 4>()},
    {"auditIdentity", arcs<1, 3, 6, 1, 5, 5, 7, 1, 4>()},
    {"aaControls", arcs<1, 3, 6, 1, 5, 5, 7, 1, 6>()},
    {"targetInformation", arcs<2, 5, 29, 55>()},
    {"noRevAvail", arcs<2, 5, 29, 56>()},
    {"yuxinRoleScope", Private<1>::kOctets},
    {"yuxinAttributeAuthority", Private<2>::kOctets},
    {"yuxinLedger", Private<3>::kOctets},
    {"yuxinAct", Private<4>::kOctets},
    {"gmData", arcs<1, 2, 156, 10197, 6, 1, 4, 2, 1>()},
    {"ocspResponse", arcs<1, 3, 6, 1, 5, 5, 7, 16, 2>()},
    {"gmSignedData", arcs<1, 2, 156, 10197, 6, 1, 4, 2, 2>()},
    {"gmEnvelopedData", arcs<1, 2, 156, 10197, 6, 1, 4, 2, 3>()},
};

}  // namespace

std::span<const KnownOid> known_oids() { return kKnown; }

}  // namespace yuxin::x509
