// RFC 5280 sections 4.1.2.6 and 4.2.1.6: without a subject the names stand in a critical subjectAltName.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const bool signs = context.facts.is_ca || (context.facts.usage_bits() & kCrlSign) != 0;
  if (signs || context.subject == nullptr || !context.subject->empty()) return kHolds;
  if (context.facts.subject_alt_name.critical()) return kHolds;
  return message("The subject is empty, so the names must stand in a critical subjectAltName.");
}

}  // namespace

const LintRule lint_rule::kEmptySubjectNeedsCriticalAlternativeName{"empty_subject_needs_critical_alternative_name",
                                                                    "RFC 5280 4.1.2.6", LintSeverity::kError, check};

}  // namespace yuxin::x509
