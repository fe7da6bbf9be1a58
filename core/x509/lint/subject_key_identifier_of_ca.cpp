// RFC 5280 section 4.2.1.2: MUST appear in all conforming CA certificates.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.is_ca || context.facts.subject_key_identifier.present()) return kHolds;
  return message("The subject key identifier is missing; a certification authority must have one.");
}

}  // namespace

const LintRule lint_rule::kSubjectKeyIdentifierOfCa{"subject_key_identifier_of_ca", "RFC 5280 4.2.1.2",
                                                    LintSeverity::kError, check};

}  // namespace yuxin::x509
