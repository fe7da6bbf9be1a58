// RFC 5280 section 4.2.1.3: at least one of the bits MUST be set to 1.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.key_usage || context.facts.key_usage->bits != 0) return kHolds;
  return message("The key usage allows nothing.");
}

}  // namespace

const LintRule lint_rule::kKeyUsageNotZero{"key_usage_not_zero", "RFC 5280 4.2.1.3", LintSeverity::kError, check};

}  // namespace yuxin::x509
