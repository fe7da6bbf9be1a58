// RFC 5280 section 4.2.1.5: policies MUST NOT be mapped either to or from anyPolicy.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& mappings = context.facts.policy_mappings;
  for (std::size_t i = 0; mappings && i < mappings->size(); ++i) {
    const auto& [from, to] = (*mappings)[i];
    if (base::equal(from, oid::kAnyPolicy) || base::equal(to, oid::kAnyPolicy)) {
      return message("A policy is mapped to or from anyPolicy.");
    }
  }
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kPolicyMappingsWithoutAnyPolicy{"policy_mappings_without_any_policy", "RFC 5280 4.2.1.5",
                                                          LintSeverity::kError, check};

}  // namespace yuxin::x509
