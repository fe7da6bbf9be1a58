// RFC 5280 section 4.2.1.2: SHOULD be included in all end entity certificates.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.facts.is_ca || context.facts.subject_key_identifier.present()) return kHolds;
  return message("The subject key identifier is missing.");
}

}  // namespace

const LintRule lint_rule::kSubjectKeyIdentifierOfEndEntity{"subject_key_identifier_of_end_entity", "RFC 5280 4.2.1.2",
                                                           LintSeverity::kWarning, check};

}  // namespace yuxin::x509
