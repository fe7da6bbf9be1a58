// RFC 6960 section 4.2.2.2.1: id-pkix-ocsp-nocheck SHOULD be a non-critical extension.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.ocsp_no_check.critical()) return kHolds;
  return message("id-pkix-ocsp-nocheck should not be critical.");
}

}  // namespace

const LintRule lint_rule::kOcspNoCheckNotCritical{"ocsp_no_check_not_critical", "RFC 6960 4.2.2.2.1",
                                                  LintSeverity::kWarning, check};

}  // namespace yuxin::x509
