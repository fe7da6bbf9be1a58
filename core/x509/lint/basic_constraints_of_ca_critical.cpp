// RFC 5280 section 4.2.1.9: MUST be critical in CA certificates that are used to verify certificate signatures.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.is_ca || context.facts.basic_constraints.critical()) return kHolds;
  return message("The basic constraints of a certification authority must be critical.");
}

}  // namespace

const LintRule lint_rule::kBasicConstraintsOfCaCritical{"basic_constraints_of_ca_critical", "RFC 5280 4.2.1.9",
                                                        LintSeverity::kError, check};

}  // namespace yuxin::x509
