// RFC 5280 section 4.2.1.3: if keyCertSign is asserted, cA in basic constraints MUST be asserted too.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.facts.is_ca || (context.facts.usage_bits() & kKeyCertSign) == 0) return kHolds;
  return message("The key usage allows signing certificates, but this is no certification authority.");
}

}  // namespace

const LintRule lint_rule::kKeyUsageCertSignNeedsCa{"key_usage_cert_sign_needs_ca", "RFC 5280 4.2.1.3",
                                                   LintSeverity::kError, check};

}  // namespace yuxin::x509
