// RFC 3161 section 2.3: the extended key usage of a time-stamping certificate MUST be critical.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& facts = context.facts;
  if (facts.is_ca || !facts.for_time_stamping || facts.extended_key_usage.critical()) return kHolds;
  return message("The extended key usage of a time-stamping certificate must be critical.");
}

}  // namespace

const LintRule lint_rule::kTimeStampingUsageCritical{"time_stamping_usage_critical", "RFC 3161 2.3",
                                                     LintSeverity::kError, check};

}  // namespace yuxin::x509
