// RFC 5280 section 4.2.1.13: conforming CAs SHOULD NOT use nameRelativeToCRLIssuer.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_point(context, [](const PointView& point) { return point.has_relative_name; });
  if (bad == nullptr) return kHolds;
  return message("A CRL distribution point is named relative to the CRL issuer, which should not be used.");
}

}  // namespace

const LintRule lint_rule::kDistributionPointsWithoutRelativeName{"distribution_points_without_relative_name",
                                                                 "RFC 5280 4.2.1.13", LintSeverity::kWarning, check};

}  // namespace yuxin::x509
