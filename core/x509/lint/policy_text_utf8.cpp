// RFC 6818 section 3: conforming CAs SHOULD use the UTF8String encoding for explicitText, but MAY use IA5String.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_qualifier(context, [](const PolicyView& /*policy*/, const QualifierView& qualifier) {
    return qualifier.explicit_text.tag == der::kIa5String;
  });
  if (bad == nullptr) return kHolds;
  return message("The user notice should be a UTF8String rather than an IA5String.");
}

}  // namespace

const LintRule lint_rule::kPolicyTextUtf8{"policy_text_utf8", "RFC 6818 3", LintSeverity::kWarning, check};

}  // namespace yuxin::x509
