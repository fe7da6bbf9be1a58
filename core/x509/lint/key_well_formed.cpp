// RFC 5280 section 4.1.2.7: the key is of a known algorithm and valid in it; above all, a point is on its curve.
#include "lint/algorithm_identifier.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.key != nullptr || lint_rule::kKeyAlgorithmParameters.check(context)) return kHolds;
  return message("The public key ({}) is malformed, not on its curve, too short or of an unknown kind.",
                 oid_name(context.facts.key_algorithm));
}

}  // namespace

const LintRule lint_rule::kKeyWellFormed{"key_well_formed", "RFC 5280 4.1.2.7", LintSeverity::kError, check};

}  // namespace yuxin::x509
