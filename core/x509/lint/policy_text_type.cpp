// RFC 6818 section 3: explicitText MUST NOT be a VisibleString or BMPString; DisplayText has no further types than
// IA5String and UTF8String.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_qualifier(context, [](const PolicyView& /*policy*/, const QualifierView& qualifier) {
    const std::uint8_t tag = qualifier.explicit_text.tag;
    return tag != 0 && tag != der::kUtf8String && tag != der::kIa5String;
  });
  if (bad == nullptr) return kHolds;
  return message("The user notice must be a UTF8String.");
}

}  // namespace

const LintRule lint_rule::kPolicyTextType{"policy_text_type", "RFC 6818 3", LintSeverity::kError, check};

}  // namespace yuxin::x509
