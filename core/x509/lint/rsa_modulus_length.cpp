// NIST SP 800-57 part 1 section 5.6.1: RSA keys below 2048 bits give less than 112 bits of security.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!is_rsa(context.key) || context.key->kind().bits >= 2048) return kHolds;
  return message("The RSA key has {} bits; at least 2048 are needed.", context.key->kind().bits);
}

}  // namespace

const LintRule lint_rule::kRsaModulusLength{"rsa_modulus_length", "NIST SP 800-57 5.6.1", LintSeverity::kError,
                                            check};

}  // namespace yuxin::x509
