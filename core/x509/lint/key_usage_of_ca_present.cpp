// RFC 5280 section 4.2.1.3: conforming CAs MUST include this extension in certificates whose keys validate
// signatures on other certificates or CRLs.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.is_ca || context.facts.key_usage.present()) return kHolds;
  return message("The key usage is missing; a certification authority must have one.");
}

}  // namespace

const LintRule lint_rule::kKeyUsageOfCaPresent{"key_usage_of_ca_present", "RFC 5280 4.2.1.3", LintSeverity::kError,
                                               check};

}  // namespace yuxin::x509
