// RFC 5280 section 4.2.1.10: minimum MUST be zero, which DER leaves out, and maximum MUST be absent.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad =
      find_subtree(context, [](const SubtreeView& subtree) { return subtree.has_minimum || subtree.has_maximum; });
  if (!bad) return kHolds;
  return message("A name constraint has a minimum or maximum, which is not used.");
}

}  // namespace

const LintRule lint_rule::kNameConstraintsWithoutBounds{"name_constraints_without_bounds", "RFC 5280 4.2.1.10",
                                                        LintSeverity::kError, check};

}  // namespace yuxin::x509
