// RFC 5280 section 4.2.1.4: conforming CAs SHOULD NOT use the noticeRef option.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_qualifier(context, [](const PolicyView& /*policy*/, const QualifierView& qualifier) {
    return qualifier.has_notice_reference;
  });
  if (bad == nullptr) return kHolds;
  return message("A user notice refers to numbered notices (noticeRef), which should not be used.");
}

}  // namespace

const LintRule lint_rule::kPolicyNoticeWithoutReference{"policy_notice_without_reference", "RFC 5280 4.2.1.4",
                                                        LintSeverity::kWarning, check};

}  // namespace yuxin::x509
