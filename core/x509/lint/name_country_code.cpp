// RFC 5280 appendix A.1: X520countryName ::= PrintableString (SIZE (2)), an ISO 3166 code in capital letters.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto bad = find_attribute(context, [](const NameAttribute& attribute) {
    if (!base::equal(attribute.type, oid::kCountryName) || attribute.value.empty()) return false;
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    return attribute.value.size() != 2 || !is_capital(attribute.value[0]) || !is_capital(attribute.value[1]);
  });
  if (!bad) return kHolds;
  return message("The country “{}” in the name of the {} is not a code of two capital letters, such as CN.",
                 shown(base::as_bytes(bad->attribute->value)), bad->whose());
}

}  // namespace

const LintRule lint_rule::kNameCountryCode{"name_country_code", "RFC 5280 A.1", LintSeverity::kError, check};

}  // namespace yuxin::x509
