// RFC 5280 section 4.2.1.15: the extension MUST be marked as non-critical.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.freshest_crl.critical()) return kHolds;
  return message("freshestCRL must not be critical.");
}

}  // namespace

const LintRule lint_rule::kFreshestCrlNotCritical{"freshest_crl_not_critical", "RFC 5280 4.2.1.15",
                                                  LintSeverity::kError, check};

}  // namespace yuxin::x509
