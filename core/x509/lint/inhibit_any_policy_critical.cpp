// RFC 5280 section 4.2.1.14: conforming CAs MUST mark this extension as critical.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.inhibit_any_policy.present() || context.facts.inhibit_any_policy.critical()) return kHolds;
  return message("inhibitAnyPolicy must be critical.");
}

}  // namespace

const LintRule lint_rule::kInhibitAnyPolicyCritical{"inhibit_any_policy_critical", "RFC 5280 4.2.1.14",
                                                    LintSeverity::kError, check};

}  // namespace yuxin::x509
