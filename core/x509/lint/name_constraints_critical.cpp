// RFC 5280 section 4.2.1.10: conforming CAs MUST mark this extension as critical.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.name_constraints.present() || context.facts.name_constraints.critical()) return kHolds;
  return message("Name constraints must be critical.");
}

}  // namespace

const LintRule lint_rule::kNameConstraintsCritical{"name_constraints_critical", "RFC 5280 4.2.1.10",
                                                   LintSeverity::kError, check};

}  // namespace yuxin::x509
