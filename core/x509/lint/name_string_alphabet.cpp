// X.680 section 41: the characters of PrintableString, NumericString and the ASCII types.
#include <algorithm>

#include "directory_string.hpp"
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto bad = find_attribute(context, [](const NameAttribute& attribute) {
    switch (attribute.tag) {
      case der::kPrintableString:
        return !is_printable(attribute.value);
      case der::kIa5String:
      case der::kVisibleString:
        return !is_ascii(attribute.value);
      case der::kNumericString:
        return !std::ranges::all_of(attribute.value, [](char c) { return c == ' ' || (c >= '0' && c <= '9'); });
      default:
        return false;
    }
  });
  if (!bad) return kHolds;
  return message("{} in the name of the {} has characters that its string type cannot hold.", bad->keyword(),
                 bad->whose());
}

}  // namespace

const LintRule lint_rule::kNameStringAlphabet{"name_string_alphabet", "X.680 41", LintSeverity::kError, check};

}  // namespace yuxin::x509
