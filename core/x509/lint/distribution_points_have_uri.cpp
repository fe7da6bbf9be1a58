// RFC 5280 section 4.2.1.13: when present, DistributionPointName SHOULD include at least one LDAP or HTTP URI.
#include <algorithm>

#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_point(context, [](const PointView& point) {
    return point.has_name && !point.has_relative_name && !point.full_name.empty() &&
           std::ranges::none_of(point.full_name, [](const NameView& n) { return n.kind == GeneralNameKind::kUri; });
  });
  if (bad == nullptr) return kHolds;
  return message("A CRL distribution point has no URI from which a CRL could be fetched.");
}

}  // namespace

const LintRule lint_rule::kDistributionPointsHaveUri{"distribution_points_have_uri", "RFC 5280 4.2.1.13",
                                                     LintSeverity::kWarning, check};

}  // namespace yuxin::x509
