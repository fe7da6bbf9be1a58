// RFC 6818 section 3: the explicitText string SHOULD NOT include any control characters.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_qualifier(context, [](const PolicyView& /*policy*/, const QualifierView& qualifier) {
    const std::string_view text = base::as_text(qualifier.explicit_text.content);
    return qualifier.explicit_text.tag == der::kUtf8String &&
           (!base::is_utf8(text) || base::has_control_character(text));
  });
  if (bad == nullptr) return kHolds;
  return message("The user notice has control characters or is not UTF-8.");
}

}  // namespace

const LintRule lint_rule::kPolicyTextPrintable{"policy_text_printable", "RFC 6818 3", LintSeverity::kWarning, check};

}  // namespace yuxin::x509
