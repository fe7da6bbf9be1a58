// RFC 3279 section 2.3.1: RSA parameters MUST be NULL. RFC 5480 section 2.1.1: EC parameters MUST be a named curve.
// RFC 8410 section 3: EdDSA parameters MUST be absent.
#include "lint/algorithm_identifier.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  switch (key_parameters_form(context.facts.key_algorithm)) {
    case ParametersForm::kNull:
      if (base::equal(context.facts.key_parameters, kDerNull)) return kHolds;
      return message("The parameters of the RSA key must be NULL.");
    case ParametersForm::kNamedCurve:
      if (der::single(context.facts.key_parameters, der::kOid)) return kHolds;
      return message("The parameters of the elliptic curve key must be the name of a curve.");
    case ParametersForm::kAbsent:
      if (context.facts.key_parameters.empty()) return kHolds;
      return message("The parameters of the EdDSA key must be absent.");
    case ParametersForm::kAny:
      break;
  }
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kKeyAlgorithmParameters{
    "key_algorithm_parameters", "RFC 3279 2.3, RFC 5480 2.1.1, RFC 8410 3", LintSeverity::kError, check};

}  // namespace yuxin::x509
