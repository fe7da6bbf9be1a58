// RFC 5280 section 4.2.1.4: a certificate policy OID MUST NOT appear more than once.
#include "lint/rules.hpp"
#include "repeated.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& policies = context.facts.certificate_policies;
  const auto twice = policies ? repeated(*policies, &PolicyView::policy) : std::nullopt;
  if (!twice) return kHolds;
  return message("The certificate policy {} appears more than once.", oid_name(*twice));
}

}  // namespace

const LintRule lint_rule::kPoliciesUnique{"policies_unique", "RFC 5280 4.2.1.4", LintSeverity::kError, check};

}  // namespace yuxin::x509
