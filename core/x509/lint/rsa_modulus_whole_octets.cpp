// FIPS 186-5 section 5.1 and the CA/Browser Forum's requirements section 6.1.6: the length is a multiple of 8.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!is_rsa(context.key) || context.key->kind().bits % 8 == 0) return kHolds;
  return message("The RSA key has {} bits, which is no multiple of 8.", context.key->kind().bits);
}

}  // namespace

const LintRule lint_rule::kRsaModulusWholeOctets{"rsa_modulus_whole_octets", "FIPS 186-5 5.1", LintSeverity::kError,
                                                 check};

}  // namespace yuxin::x509
