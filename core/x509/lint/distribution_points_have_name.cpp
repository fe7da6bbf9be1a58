// RFC 5280 section 4.2.1.13: a DistributionPoint MUST NOT consist of only the reasons field; either the name or the
// CRL issuer MUST be present.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad =
      find_point(context, [](const PointView& point) { return !point.has_name && point.crl_issuer.empty(); });
  if (bad == nullptr) return kHolds;
  return message("A CRL distribution point names neither a place nor a CRL issuer.");
}

}  // namespace

const LintRule lint_rule::kDistributionPointsHaveName{"distribution_points_have_name", "RFC 5280 4.2.1.13",
                                                      LintSeverity::kError, check};

}  // namespace yuxin::x509
