// RFC 5280 section 4.2.1.5: this extension is used in CA certificates.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.policy_mappings.present() || context.facts.is_ca) return kHolds;
  return message("Policy mappings stand in a certificate that is no certification authority's.");
}

}  // namespace

const LintRule lint_rule::kPolicyMappingsOnlyInCa{"policy_mappings_only_in_ca", "RFC 5280 4.2.1.5",
                                                  LintSeverity::kError, check};

}  // namespace yuxin::x509
