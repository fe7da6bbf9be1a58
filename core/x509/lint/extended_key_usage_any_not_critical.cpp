// RFC 5280 section 4.2.1.12: conforming CAs SHOULD NOT mark the extension critical if anyExtendedKeyUsage is present.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& usage = context.facts.extended_key_usage;
  if (!usage.critical() || !context.facts.has_usage(oid::kAnyExtendedKeyUsage)) return kHolds;
  return message("The extended key usage is critical although it allows any use.");
}

}  // namespace

const LintRule lint_rule::kExtendedKeyUsageAnyNotCritical{"extended_key_usage_any_not_critical", "RFC 5280 4.2.1.12",
                                                          LintSeverity::kWarning, check};

}  // namespace yuxin::x509
