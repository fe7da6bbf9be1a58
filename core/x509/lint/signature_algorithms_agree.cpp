// RFC 5280 section 4.1.1.2: the field beside the signature MUST hold the same identifier as the signed one.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.outer_signature_algorithm.empty()) return kHolds;
  if (base::equal(context.outer_signature_algorithm, context.tbs.signature_algorithm)) return kHolds;
  return message("The signature algorithm inside the signed part differs from the one beside the signature.");
}

}  // namespace

const LintRule lint_rule::kSignatureAlgorithmsAgree{"signature_algorithms_agree", "RFC 5280 4.1.1.2",
                                                    LintSeverity::kError, check};

}  // namespace yuxin::x509
