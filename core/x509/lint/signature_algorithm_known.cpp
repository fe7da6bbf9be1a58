// RFC 5280 section 4.1.1.2 with RFC 3279, 4055, 5758, 8410 and GM/T 0015: the algorithms that relying parties know.
#include "lint/algorithm_identifier.hpp"
#include "lint/rules.hpp"
#include "yuxin/x509/algorithm.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (scheme_by_identifier(context.tbs.signature_algorithm)) return kHolds;
  return message(
      "The signature algorithm {} is not accepted. Sign with RSA, ECDSA, EdDSA or SM2 and a current digest.",
      algorithm_name(context.tbs.signature_algorithm));
}

}  // namespace

const LintRule lint_rule::kSignatureAlgorithmKnown{"signature_algorithm_known", "RFC 5280 4.1.1.2",
                                                   LintSeverity::kError, check};

}  // namespace yuxin::x509
