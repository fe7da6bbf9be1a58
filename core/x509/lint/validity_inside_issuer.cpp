// RFC 5280 section 6.1.3 (a)(2): every certificate of a path must be valid at one moment, so time outside the
// issuer's own validity is time in which the certificate cannot be verified.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.issuer == nullptr) return kHolds;
  const bool inside =
      context.tbs.not_before >= context.issuer->not_before() && context.tbs.not_after <= context.issuer->not_after();
  if (inside) return kHolds;
  return message("The validity ({} to {}) is not inside the issuer's ({} to {}).",
                 base::rfc3339(context.tbs.not_before), base::rfc3339(context.tbs.not_after),
                 base::rfc3339(context.issuer->not_before()), base::rfc3339(context.issuer->not_after()));
}

}  // namespace

const LintRule lint_rule::kValidityInsideIssuer{"validity_inside_issuer", "RFC 5280 6.1.3", LintSeverity::kError,
                                                check};

}  // namespace yuxin::x509
