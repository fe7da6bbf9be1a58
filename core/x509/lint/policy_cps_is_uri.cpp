// RFC 5280 section 4.2.1.4: the CPS pointer is in the form of a URI.
#include "lint/internet_names.hpp"
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_qualifier(context, [](const PolicyView& /*policy*/, const QualifierView& qualifier) {
    return base::equal(qualifier.id, oid::kCpsQualifier) && !is_absolute_uri(base::as_text(qualifier.value.content));
  });
  if (bad == nullptr) return kHolds;
  return message("The CPS pointer “{}” is not a URI.", shown(bad->value.content));
}

}  // namespace

const LintRule lint_rule::kPolicyCpsIsUri{"policy_cps_is_uri", "RFC 5280 4.2.1.4", LintSeverity::kError, check};

}  // namespace yuxin::x509
