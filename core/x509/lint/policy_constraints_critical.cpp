// RFC 5280 section 4.2.1.11: conforming CAs MUST mark this extension as critical.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.policy_constraints.present() || context.facts.policy_constraints.critical()) return kHolds;
  return message("Policy constraints must be critical.");
}

}  // namespace

const LintRule lint_rule::kPolicyConstraintsCritical{"policy_constraints_critical", "RFC 5280 4.2.1.11",
                                                     LintSeverity::kError, check};

}  // namespace yuxin::x509
