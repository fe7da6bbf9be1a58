// RFC 5280 appendix A.1: the strings of names have SIZE (1..MAX).
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto bad = find_attribute(context, [](const NameAttribute& attribute) { return attribute.value.empty(); });
  if (!bad) return kHolds;
  return message("{} in the name of the {} is empty.", bad->keyword(), bad->whose());
}

}  // namespace

const LintRule lint_rule::kNameValuesNotEmpty{"name_values_not_empty", "RFC 5280 A.1", LintSeverity::kError, check};

}  // namespace yuxin::x509
