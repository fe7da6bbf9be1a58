// RFC 5280 section 4.2 and appendix A: an extension's value is the DER of its ASN.1 type.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.facts.malformed.empty()) return kHolds;
  return message("The value of the extension {} does not follow its definition.",
                 oid_name(context.facts.malformed.front()->oid));
}

}  // namespace

const LintRule lint_rule::kExtensionValuesWellFormed{"extension_values_well_formed", "RFC 5280 4.2",
                                                     LintSeverity::kError, check};

}  // namespace yuxin::x509
