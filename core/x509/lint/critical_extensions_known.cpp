// RFC 5280 section 4.2: a certificate-using system MUST reject a certificate with a critical extension that it does
// not recognize.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.facts.unknown_critical.empty()) return kHolds;
  return message("The extension {} is critical and unknown; relying parties will refuse the certificate.",
                 oid_name(context.facts.unknown_critical.front()->oid));
}

}  // namespace

const LintRule lint_rule::kCriticalExtensionsKnown{"critical_extensions_known", "RFC 5280 4.2", LintSeverity::kError,
                                                   check};

}  // namespace yuxin::x509
