// The lint rules, each defined in the file of its name.
#pragma once

#include "lint/facts.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/x509/lint.hpp"

namespace yuxin::x509 {

using base::message;

// LintFault is what a rule's check answers: nothing, or what is wrong.
using LintFault = std::optional<std::string>;
inline constexpr std::nullopt_t kHolds = std::nullopt;

[[nodiscard]] inline bool is_rsa(const PublicKey* key) {
  return key != nullptr && (key->kind().type == KeyType::kRsa || key->kind().type == KeyType::kRsaPss);
}

// Every rule stands here once, in the order in which findings are reported. runner.cpp makes the list from it.
#define YUXIN_LINT_RULES(RULE)                    \
  RULE(kVersionIs3)                               \
  RULE(kVersionDefaultNotEncoded)                 \
  RULE(kSerialPositive)                           \
  RULE(kSerialAtMost20Octets)                     \
  RULE(kSignatureAlgorithmKnown)                  \
  RULE(kSignatureDigestIsCurrent)                 \
  RULE(kSignatureAlgorithmParameters)             \
  RULE(kSignatureAlgorithmsAgree)                 \
  RULE(kSignatureFitsIssuerKey)                   \
  RULE(kSignatureDigestFitsIssuerKey)             \
  RULE(kIssuerNotEmpty)                           \
  RULE(kIssuerNameIsIssuerSubject)                \
  RULE(kIssuerMaySign)                            \
  RULE(kSubjectOfAuthorityNotEmpty)               \
  RULE(kEmptySubjectNeedsCriticalAlternativeName) \
  RULE(kAlternativeNameNotCriticalBesideSubject)  \
  RULE(kUniqueIdentifiersAbsent)                  \
  RULE(kValidityOrder)                            \
  RULE(kValidityTimeType)                         \
  RULE(kValidityInsideIssuer)                     \
  RULE(kExtensionsUnique)                         \
  RULE(kCriticalDefaultNotEncoded)                \
  RULE(kCriticalExtensionsKnown)                  \
  RULE(kExtensionValuesWellFormed)                \
  RULE(kExtensionValuesNotEmpty)                  \
  RULE(kExtensionsAreOfCertificates)              \
  RULE(kAuthorityKeyIdentifierPresent)            \
  RULE(kAuthorityKeyIdentifierHasKey)             \
  RULE(kAuthorityKeyIdentifierNotCritical)        \
  RULE(kAuthorityKeyIdentifierPair)               \
  RULE(kAuthorityKeyIdentifierMatchesIssuer)      \
  RULE(kSubjectKeyIdentifierOfCa)                 \
  RULE(kSubjectKeyIdentifierOfEndEntity)          \
  RULE(kSubjectKeyIdentifierNotCritical)          \
  RULE(kKeyIdentifiersNotEmpty)                   \
  RULE(kBasicConstraintsOfCaCritical)             \
  RULE(kBasicConstraintsPathLengthNeedsCa)        \
  RULE(kBasicConstraintsDefaultNotEncoded)        \
  RULE(kPathLengthInsideIssuer)                   \
  RULE(kKeyUsageOfCaPresent)                      \
  RULE(kKeyUsageCritical)                         \
  RULE(kKeyUsageNotZero)                          \
  RULE(kKeyUsageMinimalBits)                      \
  RULE(kKeyUsageBitsKnown)                        \
  RULE(kKeyUsageCertSignNeedsCa)                  \
  RULE(kKeyUsageOfCaCanSign)                      \
  RULE(kKeyUsageFitsKey)                          \
  RULE(kKeyUsageOfCaOnlySigns)                    \
  RULE(kKeyUsageOnlyBitsNeedAgreement)            \
  RULE(kExtendedKeyUsageAnyNotCritical)           \
  RULE(kExtendedKeyUsageUnique)                   \
  RULE(kExtendedKeyUsageFitsKeyUsage)             \
  RULE(kTimeStampingUsageCritical)                \
  RULE(kTimeStampingUsageAlone)                   \
  RULE(kOcspSignerNotCa)                          \
  RULE(kOcspSignerRevocation)                     \
  RULE(kOcspNoCheckNotCritical)                   \
  RULE(kOcspNoCheckOnlyOnSigner)                  \
  RULE(kNoRevocationAvailableAlone)               \
  RULE(kRevocationInformationPresent)             \
  RULE(kTlsServerHasNames)                        \
  RULE(kTlsServerCommonNameInNames)               \
  RULE(kAlternativeNamesIa5)                      \
  RULE(kAlternativeDnsNamesValid)                 \
  RULE(kAlternativeDnsNamesWithoutUnderscore)     \
  RULE(kAlternativeDnsWildcardsNarrow)            \
  RULE(kAlternativeDnsNamesIdna)                  \
  RULE(kAlternativeDnsNamesOutsideArpa)           \
  RULE(kAlternativeIpAddressesValid)              \
  RULE(kAlternativeIpAddressesOfHosts)            \
  RULE(kAlternativeEmailsValid)                   \
  RULE(kAlternativeUrisAbsolute)                  \
  RULE(kAlternativeUriHostsValid)                 \
  RULE(kAlternativeNamesUnique)                   \
  RULE(kIssuerAlternativeNameNotCritical)         \
  RULE(kSubjectEmailInAlternativeNames)           \
  RULE(kPoliciesUnique)                           \
  RULE(kAnyPolicyQualifiersKnown)                 \
  RULE(kPolicyCpsIsUri)                           \
  RULE(kPolicyTextLength)                         \
  RULE(kPolicyTextType)                           \
  RULE(kPolicyTextUtf8)                           \
  RULE(kPolicyTextPrintable)                      \
  RULE(kPolicyNoticeWithoutReference)             \
  RULE(kPolicyMappingsOnlyInCa)                   \
  RULE(kPolicyMappingsWithoutAnyPolicy)           \
  RULE(kPolicyMappingsCritical)                   \
  RULE(kPolicyMappingsOfAssertedPolicies)         \
  RULE(kPolicyConstraintsOnlyInCa)                \
  RULE(kPolicyConstraintsCritical)                \
  RULE(kInhibitAnyPolicyOnlyInCa)                 \
  RULE(kInhibitAnyPolicyCritical)                 \
  RULE(kNameConstraintsOnlyInCa)                  \
  RULE(kNameConstraintsCritical)                  \
  RULE(kNameConstraintsWithoutBounds)             \
  RULE(kNameConstraintsIpMasks)                   \
  RULE(kNameConstraintsForms)                     \
  RULE(kNameConstraintsNamesValid)                \
  RULE(kCrlDistributionPointsNotCritical)         \
  RULE(kFreshestCrlNotCritical)                   \
  RULE(kDistributionPointsHaveName)               \
  RULE(kDistributionPointsCoverAllReasons)        \
  RULE(kDistributionPointsWithoutRelativeName)    \
  RULE(kDistributionPointsCrlIssuerDiffers)       \
  RULE(kDistributionPointsHaveUri)                \
  RULE(kAuthorityInfoAccessNotCritical)           \
  RULE(kAuthorityInfoAccessMethodsKnown)          \
  RULE(kSubjectInfoAccessNotCritical)             \
  RULE(kSubjectDirectoryAttributesNotCritical)    \
  RULE(kRetrievalUrisValid)                       \
  RULE(kRetrievalUrisPlain)                       \
  RULE(kUriHostsFullyQualified)                   \
  RULE(kPrecertificateMarksAgree)                 \
  RULE(kKeyAlgorithmParameters)                   \
  RULE(kKeyWellFormed)                            \
  RULE(kRsaModulusLength)                         \
  RULE(kRsaModulusWholeOctets)                    \
  RULE(kRsaExponentRange)                         \
  RULE(kRsaModulusIsComposite)                    \
  RULE(kRsaModulusWithoutSmallFactors)            \
  RULE(kRsaModulusNotFermatClose)                 \
  RULE(kRsaModulusNotRoca)                        \
  RULE(kNamesDecode)                              \
  RULE(kNameValuesNotEmpty)                       \
  RULE(kNameLengths)                              \
  RULE(kNameCountryCode)                          \
  RULE(kNameStringTypes)                          \
  RULE(kNameStringTypesModern)                    \
  RULE(kNameStringAlphabet)                       \
  RULE(kNameWithoutControlCharacters)             \
  RULE(kNameMarksNotPiled)                        \
  RULE(kNameWithoutSurroundingBlanks)             \
  RULE(kNameDomainComponentLabel)                 \
  RULE(kNameRdnTypesUnique)                       \
  RULE(kNameRdnSorted)

namespace lint_rule {
#define YUXIN_DECLARE_RULE(identifier) extern const LintRule identifier;
YUXIN_LINT_RULES(YUXIN_DECLARE_RULE)
#undef YUXIN_DECLARE_RULE
}  // namespace lint_rule

}  // namespace yuxin::x509
