// RFC 5280 section 4.2.1.7: conforming CAs SHOULD mark this extension as non-critical.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.issuer_alt_name.critical()) return kHolds;
  return message("issuerAltName should not be critical.");
}

}  // namespace

const LintRule lint_rule::kIssuerAlternativeNameNotCritical{"issuer_alternative_name_not_critical",
                                                            "RFC 5280 4.2.1.7", LintSeverity::kWarning, check};

}  // namespace yuxin::x509
