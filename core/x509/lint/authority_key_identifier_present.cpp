// RFC 5280 section 4.2.1.1: MUST be included in all certificates but self-signed ones.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.facts.authority_key_identifier.present() || context.facts.self_issued) return kHolds;
  return message("The authority key identifier is missing.");
}

}  // namespace

const LintRule lint_rule::kAuthorityKeyIdentifierPresent{"authority_key_identifier_present", "RFC 5280 4.2.1.1",
                                                         LintSeverity::kError, check};

}  // namespace yuxin::x509
