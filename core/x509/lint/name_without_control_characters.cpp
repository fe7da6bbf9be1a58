// RFC 5280 section 7.1 compares names after RFC 4518, which knows no control characters; on a screen they and the
// bidirectional overrides make a name lie.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto bad = find_attribute(context, [](const NameAttribute& attribute) {
    // PrintableString is the business of its own rule.
    return attribute.tag != der::kPrintableString && base::has_unseen_character(attribute.value);
  });
  if (!bad) return kHolds;
  return message("{} in the name of the {} has characters that are not seen or that turn the direction of writing.",
                 bad->keyword(), bad->whose());
}

}  // namespace

const LintRule lint_rule::kNameWithoutControlCharacters{"name_without_control_characters", "RFC 5280 4.1.2.4",
                                                        LintSeverity::kError, check};

}  // namespace yuxin::x509
