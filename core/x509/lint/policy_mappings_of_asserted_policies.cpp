// RFC 5280 section 4.2.1.5: each issuerDomainPolicy SHOULD also be asserted in certificatePolicies.
#include <algorithm>

#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& mappings = context.facts.policy_mappings;
  const auto& policies = context.facts.certificate_policies;
  if (!mappings || (policies.present() && !policies)) return kHolds;
  const auto asserted = [&](Oid oid) {
    return policies && std::ranges::any_of(*policies, [&](const PolicyView& policy) {
             return base::equal(policy.policy, oid) || base::equal(policy.policy, oid::kAnyPolicy);
           });
  };
  for (const MappingView& mapping : *mappings) {
    if (base::equal(mapping.issuer_domain, oid::kAnyPolicy) || asserted(mapping.issuer_domain)) continue;
    return message("The policy {} is mapped, but the certificate does not assert it.",
                   oid_name(mapping.issuer_domain));
  }
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kPolicyMappingsOfAssertedPolicies{"policy_mappings_of_asserted_policies",
                                                            "RFC 5280 4.2.1.5", LintSeverity::kWarning, check};

}  // namespace yuxin::x509
