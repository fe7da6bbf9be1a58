// RFC 5280 section 4.2.1.4: qualifiers of anyPolicy MUST be limited to CPS pointer and user notice.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_qualifier(context, [](const PolicyView& policy, const QualifierView& qualifier) {
    return base::equal(policy.policy, oid::kAnyPolicy) && !base::equal(qualifier.id, oid::kCpsQualifier) &&
           !base::equal(qualifier.id, oid::kUserNoticeQualifier);
  });
  if (bad == nullptr) return kHolds;
  return message("anyPolicy has the qualifier {}; only a CPS pointer or a user notice is allowed.",
                 oid_name(bad->id));
}

}  // namespace

const LintRule lint_rule::kAnyPolicyQualifiersKnown{"any_policy_qualifiers_known", "RFC 5280 4.2.1.4",
                                                    LintSeverity::kError, check};

}  // namespace yuxin::x509
