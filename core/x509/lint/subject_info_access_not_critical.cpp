// RFC 5280 section 4.2.2.2: conforming CAs MUST mark this extension as non-critical.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.subject_info_access.critical()) return kHolds;
  return message("subjectInfoAccess must not be critical.");
}

}  // namespace

const LintRule lint_rule::kSubjectInfoAccessNotCritical{"subject_info_access_not_critical", "RFC 5280 4.2.2.2",
                                                        LintSeverity::kError, check};

}  // namespace yuxin::x509
