// RFC 5280 section 4.2.1.10: the extension MUST be used only in a CA certificate.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.name_constraints.present() || context.facts.is_ca) return kHolds;
  return message("Name constraints stand in a certificate that is no certification authority's.");
}

}  // namespace

const LintRule lint_rule::kNameConstraintsOnlyInCa{"name_constraints_only_in_ca", "RFC 5280 4.2.1.10",
                                                   LintSeverity::kError, check};

}  // namespace yuxin::x509
