// RFC 5280 section 4.2.1.5: conforming CAs SHOULD mark this extension as critical.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.policy_mappings.present() || context.facts.policy_mappings.critical()) return kHolds;
  return message("Policy mappings should be critical.");
}

}  // namespace

const LintRule lint_rule::kPolicyMappingsCritical{"policy_mappings_critical", "RFC 5280 4.2.1.5",
                                                  LintSeverity::kWarning, check};

}  // namespace yuxin::x509
