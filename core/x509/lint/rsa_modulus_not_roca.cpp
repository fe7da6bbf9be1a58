// CVE-2017-15361 (Nemec and others, "The Return of Coppersmith's Attack", 2017): moduli of a certain library are
// powers of 65537 modulo every small prime, and can be factored.
#include "lint/rsa_modulus.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!is_rsa(context.key) || !is_roca_shaped(context.key->rsa_modulus())) return kHolds;
  return message(
      "The RSA modulus has the shape of the ROCA vulnerability. The device that made the key must be replaced.");
}

}  // namespace

const LintRule lint_rule::kRsaModulusNotRoca{"rsa_modulus_not_roca", "CVE-2017-15361", LintSeverity::kError, check};

}  // namespace yuxin::x509
