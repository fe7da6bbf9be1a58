// RFC 5280 section 4.1.2.5: the period from notBefore through notAfter, inclusive.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.tbs.not_before <= context.tbs.not_after) return kHolds;
  return message("The certificate ends ({}) before it begins ({}).", base::rfc3339(context.tbs.not_after),
                 base::rfc3339(context.tbs.not_before));
}

}  // namespace

const LintRule lint_rule::kValidityOrder{"validity_order", "RFC 5280 4.1.2.5", LintSeverity::kError, check};

}  // namespace yuxin::x509
