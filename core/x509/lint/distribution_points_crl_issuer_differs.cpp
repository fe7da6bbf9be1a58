// RFC 5280 section 4.2.1.13: if the certificate issuer is also the CRL issuer, cRLIssuer MUST be omitted.
#include <algorithm>

#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_point(context, [&](const PointView& point) {
    return std::ranges::any_of(point.crl_issuer, [&](const NameView& name) {
      return name.kind == GeneralNameKind::kDirectory && base::equal(name.content, context.tbs.issuer);
    });
  });
  if (bad == nullptr) return kHolds;
  return message("A CRL distribution point names the issuer itself as CRL issuer; that field must be left out then.");
}

}  // namespace

const LintRule lint_rule::kDistributionPointsCrlIssuerDiffers{"distribution_points_crl_issuer_differs",
                                                              "RFC 5280 4.2.1.13", LintSeverity::kError, check};

}  // namespace yuxin::x509
