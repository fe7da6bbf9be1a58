// X.690 section 11.5: a component that has its DEFAULT value is not encoded; cA defaults to FALSE.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.basic_constraints || !context.facts.basic_constraints->default_was_encoded) return kHolds;
  return message("The basic constraints write out that this is no authority; DER leaves the default out.");
}

}  // namespace

const LintRule lint_rule::kBasicConstraintsDefaultNotEncoded{"basic_constraints_default_not_encoded", "X.690 11.5",
                                                             LintSeverity::kError, check};

}  // namespace yuxin::x509
