// RFC 5280 section 4.2.1.11: the extension can be used in certificates issued to CAs.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.policy_constraints.present() || context.facts.is_ca) return kHolds;
  return message("Policy constraints stand in a certificate that is no certification authority's.");
}

}  // namespace

const LintRule lint_rule::kPolicyConstraintsOnlyInCa{"policy_constraints_only_in_ca", "RFC 5280 4.2.1.11",
                                                     LintSeverity::kError, check};

}  // namespace yuxin::x509
