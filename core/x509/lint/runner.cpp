#include <array>

#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

constexpr std::array kRules{
#define YUXIN_LIST_RULE(identifier) &lint_rule::identifier,
    YUXIN_LINT_RULES(YUXIN_LIST_RULE)
#undef YUXIN_LIST_RULE
};

// Those of the rules that need extensions and nothing else.
constexpr std::array kRulesOfExtensions{
    &lint_rule::kExtensionsUnique,
    &lint_rule::kCriticalExtensionsKnown,
    &lint_rule::kExtensionValuesWellFormed,
    &lint_rule::kExtensionValuesNotEmpty,
    &lint_rule::kExtensionsAreOfCertificates,
    &lint_rule::kNoRevocationAvailableAlone,
    &lint_rule::kAlternativeNamesIa5,
    &lint_rule::kAlternativeDnsNamesValid,
    &lint_rule::kAlternativeDnsNamesIdna,
    &lint_rule::kAlternativeIpAddressesValid,
    &lint_rule::kAlternativeEmailsValid,
    &lint_rule::kAlternativeUrisAbsolute,
    &lint_rule::kAlternativeUriHostsValid,
    &lint_rule::kPoliciesUnique,
    &lint_rule::kAnyPolicyQualifiersKnown,
    &lint_rule::kPolicyCpsIsUri,
    &lint_rule::kPolicyTextLength,
    &lint_rule::kPolicyTextType,
    &lint_rule::kPolicyMappingsOnlyInCa,
    &lint_rule::kPolicyMappingsWithoutAnyPolicy,
    &lint_rule::kPolicyConstraintsOnlyInCa,
    &lint_rule::kPolicyConstraintsCritical,
    &lint_rule::kInhibitAnyPolicyOnlyInCa,
    &lint_rule::kInhibitAnyPolicyCritical,
    &lint_rule::kNameConstraintsOnlyInCa,
    &lint_rule::kNameConstraintsCritical,
    &lint_rule::kNameConstraintsWithoutBounds,
    &lint_rule::kNameConstraintsIpMasks,
    &lint_rule::kNameConstraintsNamesValid,
    &lint_rule::kFreshestCrlNotCritical,
    &lint_rule::kDistributionPointsHaveName,
    &lint_rule::kDistributionPointsCoverAllReasons,
    &lint_rule::kSubjectInfoAccessNotCritical,
    &lint_rule::kSubjectDirectoryAttributesNotCritical,
    &lint_rule::kRetrievalUrisValid,
    &lint_rule::kPrecertificateMarksAgree,
};

constexpr std::size_t kFaultsNamed = 3;

std::vector<LintFinding> run(std::span<const LintRule* const> rules, const LintContext& context) {
  std::vector<LintFinding> findings;
  for (const LintRule* rule : rules) {
    if (auto fault = rule->check(context)) {
      findings.push_back({rule->name, rule->source, rule->severity, std::move(*fault)});
    }
  }
  return findings;
}

std::optional<PublicKey> key_of(const Certificate* certificate) {
  if (certificate == nullptr) return std::nullopt;
  auto key = certificate->public_key();
  return key ? std::optional(std::move(*key)) : std::nullopt;
}

template <typename T>
const T* address(const std::optional<T>& value) {
  return value ? &*value : nullptr;
}

base::Failure refusal(const std::vector<std::string>& faults) {
  std::string list;
  for (std::size_t i = 0; i < faults.size() && i < kFaultsNamed; ++i) list += (i == 0 ? "" : " ") + faults[i];
  if (faults.size() > kFaultsNamed) list += message(" And {} more.", faults.size() - kFaultsNamed);
  return base::fail(base::Code::kRefused, "The certificate would break rules. {}", list);
}

}  // namespace

std::span<const LintRule* const> lint_rules() { return kRules; }

std::vector<LintFinding> lint_tbs(const TbsCertificate& tbs, const Certificate* issuer) {
  const LintFacts facts = read_facts(tbs);
  const auto subject = Name::from_der(tbs.subject);
  const auto issuer_name = Name::from_der(tbs.issuer);
  const auto key = PublicKey::from_spki(tbs.spki);
  const auto issuer_key = key_of(issuer);
  return run(kRules, {.tbs = tbs,
                      .facts = facts,
                      .outer_signature_algorithm = {},
                      .issuer = issuer,
                      .issuer_key = address(issuer_key),
                      .subject = subject ? &*subject : nullptr,
                      .issuer_name = issuer_name ? &*issuer_name : nullptr,
                      .key = key ? &*key : nullptr});
}

std::vector<LintFinding> lint(const Certificate& certificate, const Certificate* issuer) {
  const LintFacts facts = read_facts(certificate.tbs());
  const auto key = key_of(&certificate);
  const auto issuer_key = key_of(issuer);
  return run(kRules, {.tbs = certificate.tbs(),
                      .facts = facts,
                      .outer_signature_algorithm = certificate.signature_algorithm(),
                      .issuer = issuer,
                      .issuer_key = address(issuer_key),
                      .subject = &certificate.subject(),
                      .issuer_name = &certificate.issuer(),
                      .key = address(key)});
}

base::Result<> lint_for_issuing(const TbsCertificate& tbs, const Certificate& issuer, const PublicKey& key,
                                const Name& subject) {
  const LintFacts facts = read_facts(tbs);
  const auto issuer_key = key_of(&issuer);
  const LintContext context{.tbs = tbs,
                            .facts = facts,
                            .outer_signature_algorithm = {},
                            .issuer = &issuer,
                            .issuer_key = address(issuer_key),
                            .subject = &subject,
                            .issuer_name = &issuer.subject(),
                            .key = &key};
  std::vector<std::string> faults;
  for (const LintRule* rule : kRules) {
    if (rule->severity != LintSeverity::kError) continue;
    if (auto fault = rule->check(context)) faults.push_back(message("{} ({}): {}", rule->name, rule->source, *fault));
  }
  if (!faults.empty()) return refusal(faults);
  return {};
}

base::Result<> lint_subject(const Name& subject) {
  const TbsCertificate nothing;
  const LintFacts facts = read_facts(nothing);
  const LintContext context{
      .tbs = nothing, .facts = facts, .outer_signature_algorithm = {}, .issuer = nullptr, .subject = &subject};
  std::vector<std::string> faults;
  for (const LintRule* rule :
       {&lint_rule::kNameLengths, &lint_rule::kNameCountryCode, &lint_rule::kNameValuesNotEmpty,
        &lint_rule::kNameWithoutControlCharacters, &lint_rule::kNameMarksNotPiled}) {
    if (auto fault = rule->check(context)) faults.push_back(message("{} ({}): {}", rule->name, rule->source, *fault));
  }
  if (!faults.empty()) return refusal(faults);
  return {};
}

std::vector<LintFinding> lint_extensions(std::vector<ExtensionView> extensions) {
  TbsCertificate tbs;
  tbs.extensions = std::move(extensions);
  const LintFacts facts = read_facts(tbs);
  return run(kRulesOfExtensions,
             {.tbs = tbs, .facts = facts, .outer_signature_algorithm = {}, .issuer = nullptr, .subject = nullptr});
}

std::string_view lint_severity_name(LintSeverity severity) {
  switch (severity) {
    case LintSeverity::kNotice:
      return "notice";
    case LintSeverity::kWarning:
      return "warning";
    case LintSeverity::kError:
      break;
  }
  return "error";
}

}  // namespace yuxin::x509
