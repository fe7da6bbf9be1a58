// RFC 5280 section 4.2.1.3: encipherOnly and decipherOnly mean something only with keyAgreement, and they exclude
// each other (RFC 3279 section 2.3.3).
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const std::uint32_t bits = context.facts.usage_bits();
  const std::uint32_t only = bits & (kEncipherOnly | kDecipherOnly);
  if (only == (kEncipherOnly | kDecipherOnly)) {
    return message("The key usage has both encipherOnly and decipherOnly, which exclude each other.");
  }
  if (only == 0 || (bits & kKeyAgreement) != 0) return kHolds;
  return message("The key usage has encipherOnly or decipherOnly, which mean nothing without keyAgreement.");
}

}  // namespace

const LintRule lint_rule::kKeyUsageOnlyBitsNeedAgreement{"key_usage_only_bits_need_agreement", "RFC 5280 4.2.1.3",
                                                         LintSeverity::kError, check};

}  // namespace yuxin::x509
