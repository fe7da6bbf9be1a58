// X.690 section 11.2.2: trailing zero bits of a named-bit list are removed.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.key_usage || context.facts.key_usage->minimal || context.facts.key_usage->bits == 0)
    return kHolds;
  return message("The key usage carries trailing zero bits; DER leaves them out.");
}

}  // namespace

const LintRule lint_rule::kKeyUsageMinimalBits{"key_usage_minimal_bits", "X.690 11.2.2", LintSeverity::kError, check};

}  // namespace yuxin::x509
