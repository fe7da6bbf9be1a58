// RFC 5280 section 4.1.2.4: the issuer field MUST contain a non-empty distinguished name.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.issuer_name == nullptr || !context.issuer_name->empty()) return kHolds;
  return message("The issuer's name is empty.");
}

}  // namespace

const LintRule lint_rule::kIssuerNotEmpty{"issuer_not_empty", "RFC 5280 4.1.2.4", LintSeverity::kError, check};

}  // namespace yuxin::x509
