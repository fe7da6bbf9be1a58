// Primes that are close are found by Fermat's factorisation (CVE-2022-26320), whose rounds grow with the square of
// their difference: for 2048 bits, primes that differ by less than about 2^524 fall to the rounds that are tried
// here. The CA/Browser Forum asks for 100 rounds (section 6.1.1.3). FIPS 186-5 appendix A.1.3 wants a difference
// above 2^924, which nobody sees from outside.
#include "lint/rsa_modulus.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

constexpr unsigned kRounds = 1U << 22U;

LintFault check(const LintContext& context) {
  if (!is_rsa(context.key) || !has_close_factors(context.key->rsa_modulus(), kRounds)) return kHolds;
  return message("The RSA modulus falls to Fermat's factorisation: its primes are too close to each other.");
}

}  // namespace

const LintRule lint_rule::kRsaModulusNotFermatClose{"rsa_modulus_not_fermat_close", "CVE-2022-26320",
                                                    LintSeverity::kError, check};

}  // namespace yuxin::x509
