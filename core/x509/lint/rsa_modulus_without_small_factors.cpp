// FIPS 186-5 appendix A.1: the modulus is the product of two large primes, so no prime below 752 divides it (the
// CA/Browser Forum's requirements, section 6.1.6, name this bound).
#include "lint/rsa_modulus.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!is_rsa(context.key)) return kHolds;
  const auto factor = small_factor(context.key->rsa_modulus());
  if (!factor) return kHolds;
  return message("The RSA modulus is divisible by {}.", *factor);
}

}  // namespace

const LintRule lint_rule::kRsaModulusWithoutSmallFactors{"rsa_modulus_without_small_factors", "FIPS 186-5 A.1",
                                                         LintSeverity::kError, check};

}  // namespace yuxin::x509
