// RFC 5280 section 4.1.2.4: a Name whose strings are what their types say.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.subject != nullptr && context.issuer_name != nullptr) return kHolds;
  return message("The name of the subject or issuer does not decode: a part of it is not what its string type says.");
}

}  // namespace

const LintRule lint_rule::kNamesDecode{"names_decode", "RFC 5280 4.1.2.4", LintSeverity::kError, check};

}  // namespace yuxin::x509
