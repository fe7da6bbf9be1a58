// RFC 5280 section 4.2.1.6: with a non-empty subject, conforming CAs SHOULD mark subjectAltName as non-critical.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.subject_alt_name.critical() || context.subject == nullptr || context.subject->empty())
    return kHolds;
  return message("subjectAltName is critical although there is a subject.");
}

}  // namespace

const LintRule lint_rule::kAlternativeNameNotCriticalBesideSubject{"alternative_name_not_critical_beside_subject",
                                                                   "RFC 5280 4.2.1.6", LintSeverity::kWarning, check};

}  // namespace yuxin::x509
