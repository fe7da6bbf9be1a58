// RFC 5280 section 4.2.1.13: the extension SHOULD be non-critical.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.crl_distribution_points.critical()) return kHolds;
  return message("CRL distribution points should not be critical.");
}

}  // namespace

const LintRule lint_rule::kCrlDistributionPointsNotCritical{"crl_distribution_points_not_critical",
                                                            "RFC 5280 4.2.1.13", LintSeverity::kWarning, check};

}  // namespace yuxin::x509
