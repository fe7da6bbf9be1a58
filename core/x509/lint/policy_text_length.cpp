// RFC 5280 section 4.2.1.4: explicitText has at most 200 characters.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::x509 {

namespace {

std::size_t characters(const der::Element& text) {
  if (text.tag == der::kUtf8String) return base::code_points(base::as_text(text.content));
  return text.tag == der::kBmpString ? text.content.size() / 2 : text.content.size();
}

LintFault check(const LintContext& context) {
  const auto* bad = find_qualifier(context, [](const PolicyView& /*policy*/, const QualifierView& qualifier) {
    return qualifier.explicit_text.tag != 0 &&
           (characters(qualifier.explicit_text) > 200 || qualifier.explicit_text.content.empty());
  });
  if (bad == nullptr) return kHolds;
  return message("The user notice has {} characters; it must have 1 to 200.", characters(bad->explicit_text));
}

}  // namespace

const LintRule lint_rule::kPolicyTextLength{"policy_text_length", "RFC 5280 4.2.1.4", LintSeverity::kError, check};

}  // namespace yuxin::x509
