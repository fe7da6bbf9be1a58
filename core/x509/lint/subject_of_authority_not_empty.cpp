// RFC 5280 section 4.1.2.6: the subject of a CA or of a CRL issuer MUST be a non-empty distinguished name.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const bool signs = context.facts.is_ca || (context.facts.usage_bits() & kCrlSign) != 0;
  if (!signs || context.subject == nullptr || !context.subject->empty()) return kHolds;
  return message("An authority must have a subject name; this one is empty.");
}

}  // namespace

const LintRule lint_rule::kSubjectOfAuthorityNotEmpty{"subject_of_authority_not_empty", "RFC 5280 4.1.2.6",
                                                      LintSeverity::kError, check};

}  // namespace yuxin::x509
