// RFC 5280 section 4.2.1.9: pathLenConstraint MUST NOT be included unless cA is asserted and key usage asserts
// keyCertSign.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& constraints = context.facts.basic_constraints;
  if (!constraints || !constraints->path_length) return kHolds;
  if (!constraints->ca) return message("There is a path length although this is no certification authority.");
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kBasicConstraintsPathLengthNeedsCa{"basic_constraints_path_length_needs_ca",
                                                             "RFC 5280 4.2.1.9", LintSeverity::kError, check};

}  // namespace yuxin::x509
