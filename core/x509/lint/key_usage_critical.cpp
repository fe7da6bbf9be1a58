// RFC 5280 section 4.2.1.3: when present, conforming CAs SHOULD mark this extension as critical.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.key_usage.present() || context.facts.key_usage.critical()) return kHolds;
  return message("The key usage should be critical.");
}

}  // namespace

const LintRule lint_rule::kKeyUsageCritical{"key_usage_critical", "RFC 5280 4.2.1.3", LintSeverity::kWarning, check};

}  // namespace yuxin::x509
