// FIPS 186-5 appendix A.1.3: the primes differ in their first 100 bits. Primes that are close are found at once by
// Fermat's factorisation (CVE-2022-26320); 100 rounds are what the CA/Browser Forum asks for.
#include "lint/rsa_modulus.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!is_rsa(context.key) || !has_close_factors(context.key->rsa_modulus(), 100)) return kHolds;
  return message("The RSA modulus falls to Fermat's factorisation: its primes are too close to each other.");
}

}  // namespace

const LintRule lint_rule::kRsaModulusNotFermatClose{"rsa_modulus_not_fermat_close", "FIPS 186-5 A.1.3",
                                                    LintSeverity::kError, check};

}  // namespace yuxin::x509
