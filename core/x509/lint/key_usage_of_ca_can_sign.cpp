// RFC 5280 section 4.2.1.9: cA says that the key may verify certificate signatures, which needs keyCertSign.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.is_ca || !context.facts.key_usage || context.facts.key_usage->bits == 0) return kHolds;
  if ((context.facts.key_usage->bits & kKeyCertSign) != 0) return kHolds;
  return message("This is a certification authority, but its key usage does not allow signing certificates.");
}

}  // namespace

const LintRule lint_rule::kKeyUsageOfCaCanSign{"key_usage_of_ca_can_sign", "RFC 5280 4.2.1.9", LintSeverity::kError,
                                               check};

}  // namespace yuxin::x509
