// RFC 3279 section 2.3.1: with keyCertSign or cRLSign, keyEncipherment and dataEncipherment SHOULD NOT be present;
// RFC 5480 section 3: nor SHOULD keyAgreement.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const std::uint32_t bits = context.facts.usage_bits();
  if ((bits & (kKeyCertSign | kCrlSign)) == 0) return kHolds;
  if ((bits & (kKeyEncipherment | kDataEncipherment | kKeyAgreement)) == 0) return kHolds;
  return message("A key that signs certificates or CRLs should not encrypt or agree on keys as well.");
}

}  // namespace

const LintRule lint_rule::kKeyUsageOfCaOnlySigns{"key_usage_of_ca_only_signs", "RFC 3279 2.3.1, RFC 5480 3",
                                                 LintSeverity::kWarning, check};

}  // namespace yuxin::x509
