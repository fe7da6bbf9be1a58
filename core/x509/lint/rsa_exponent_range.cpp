// FIPS 186-5 section 5.4: the public exponent is odd, at least 65537 and below 2^256.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!is_rsa(context.key)) return kHolds;
  const base::ByteView exponent = context.key->rsa_exponent();
  if (exponent.empty() || exponent.size() > 32 || (exponent.back() & 1U) == 0) {
    return message("The RSA exponent must be an odd number below 2^256.");
  }
  const bool below_65537 =
      exponent.size() < 3 || (exponent.size() == 3 && exponent[0] == 1 && exponent[1] == 0 && exponent[2] == 0);
  if (!below_65537) return kHolds;
  return message("The RSA exponent is below 65537.");
}

}  // namespace

const LintRule lint_rule::kRsaExponentRange{"rsa_exponent_range", "FIPS 186-5 5.4", LintSeverity::kError, check};

}  // namespace yuxin::x509
