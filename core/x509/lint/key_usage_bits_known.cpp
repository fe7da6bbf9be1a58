// RFC 5280 section 4.2.1.3: KeyUsage has the bits 0 to 8.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.facts.usage_bits() < (1U << 9U)) return kHolds;
  return message("The key usage has bits that no standard defines.");
}

}  // namespace

const LintRule lint_rule::kKeyUsageBitsKnown{"key_usage_bits_known", "RFC 5280 4.2.1.3", LintSeverity::kError, check};

}  // namespace yuxin::x509
