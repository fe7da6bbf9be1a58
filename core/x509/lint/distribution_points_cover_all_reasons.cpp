// RFC 5280 section 4.2.1.13: a conforming CA MUST include at least one DistributionPoint that covers all reasons.
#include <algorithm>

#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& points = context.facts.crl_distribution_points;
  if (!points || points->empty()) return kHolds;
  if (!std::ranges::all_of(*points, &PointView::has_reasons)) return kHolds;
  return message("Every CRL distribution point is limited to some reasons; one must cover all.");
}

}  // namespace

const LintRule lint_rule::kDistributionPointsCoverAllReasons{"distribution_points_cover_all_reasons",
                                                             "RFC 5280 4.2.1.13", LintSeverity::kError, check};

}  // namespace yuxin::x509
