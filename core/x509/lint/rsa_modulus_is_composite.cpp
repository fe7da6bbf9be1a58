// NIST SP 800-89 section 5.3.3 (Explicit Partial Public Key Validation): the modulus is composite, but no power of a
// prime. Of a prime modulus everybody knows the private exponent.
#include "lint/rsa_modulus.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!is_rsa(context.key)) return kHolds;
  const auto modulus = context.key->rsa_modulus();
  const bool odd = (modulus.back() & 1U) != 0;  // an even one is divisible by 2, which is another rule's
  if (!odd || is_composite(modulus)) return kHolds;
  return message(
      "The RSA modulus is no product of different primes but a prime or a power of one, so everybody can compute the "
      "private "
      "key.");
}

}  // namespace

const LintRule lint_rule::kRsaModulusIsComposite{"rsa_modulus_is_composite", "NIST SP 800-89 5.3.3",
                                                 LintSeverity::kError, check};

}  // namespace yuxin::x509
