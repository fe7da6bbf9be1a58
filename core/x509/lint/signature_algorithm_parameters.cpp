// RFC 4055 section 5: RSA parameters MUST be NULL; RFC 5758 section 3.2 and RFC 8410 section 3: ECDSA and EdDSA
// parameters MUST be absent. PSS and SM2 have more than one accepted form.
#include "lint/rules.hpp"
#include "yuxin/x509/algorithm.hpp"

namespace yuxin::x509 {

namespace {

bool has_one_form(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::kRsaPssSha256:
    case SignatureAlgorithm::kRsaPssSha384:
    case SignatureAlgorithm::kRsaPssSha512:
    case SignatureAlgorithm::kSm2Sm3:
      return false;
    default:
      return true;
  }
}

LintFault check(const LintContext& context) {
  const auto algorithm = scheme_by_identifier(context.tbs.signature_algorithm);
  if (!algorithm || !has_one_form(*algorithm)) return kHolds;
  if (base::equal(context.tbs.signature_algorithm, scheme(*algorithm).identifier)) return kHolds;
  return message("The parameters of the signature algorithm {} are not as its standard writes them.",
                 scheme(*algorithm).name);
}

}  // namespace

const LintRule lint_rule::kSignatureAlgorithmParameters{"signature_algorithm_parameters", "RFC 4055 5",
                                                        LintSeverity::kError, check};

}  // namespace yuxin::x509
