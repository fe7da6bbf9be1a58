// RFC 4518 section 2.6.1: leading and trailing blanks mean nothing in a comparison, but are seen as different names.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto bad = find_attribute(context, [](const NameAttribute& attribute) {
    return !attribute.value.empty() && (attribute.value.front() == ' ' || attribute.value.back() == ' ');
  });
  if (!bad) return kHolds;
  return message("{} in the name of the {} begins or ends with a blank.", bad->keyword(), bad->whose());
}

}  // namespace

const LintRule lint_rule::kNameWithoutSurroundingBlanks{"name_without_surrounding_blanks", "RFC 4518 2.6",
                                                        LintSeverity::kWarning, check};

}  // namespace yuxin::x509
