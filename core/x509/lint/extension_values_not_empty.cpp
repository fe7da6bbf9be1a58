// RFC 5280 section 4.2.1: lists are SEQUENCE SIZE (1..MAX); name and policy constraints MUST NOT be empty either.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.facts.empty.empty()) return kHolds;
  return message("The extension {} holds an empty list.", oid_name(context.facts.empty.front()->oid));
}

}  // namespace

const LintRule lint_rule::kExtensionValuesNotEmpty{"extension_values_not_empty", "RFC 5280 4.2", LintSeverity::kError,
                                                   check};

}  // namespace yuxin::x509
