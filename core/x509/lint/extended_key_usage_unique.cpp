// RFC 5280 section 4.2.1.12: a list of purposes; naming one twice says nothing and confuses readers.
#include "lint/rules.hpp"
#include "repeated.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& usage = context.facts.extended_key_usage;
  if (!usage) return kHolds;
  const auto twice = repeated({usage->begin(), usage->end()});
  if (!twice) return kHolds;
  return message("The extended key usage names {} twice.", oid_name(*twice));
}

}  // namespace

const LintRule lint_rule::kExtendedKeyUsageUnique{"extended_key_usage_unique", "RFC 5280 4.2.1.12",
                                                  LintSeverity::kWarning, check};

}  // namespace yuxin::x509
