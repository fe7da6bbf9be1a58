// RFC 5280 section 4.2.1.8: conforming CAs MUST mark this extension as non-critical.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (!context.facts.subject_directory_attributes.critical()) return kHolds;
  return message("subjectDirectoryAttributes must not be critical.");
}

}  // namespace

const LintRule lint_rule::kSubjectDirectoryAttributesNotCritical{"subject_directory_attributes_not_critical",
                                                                 "RFC 5280 4.2.1.8", LintSeverity::kError, check};

}  // namespace yuxin::x509
