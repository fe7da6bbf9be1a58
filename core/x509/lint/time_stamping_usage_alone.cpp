// RFC 3161 section 2.3: a time-stamping certificate MUST contain only one instance of the extended key usage, with
// timeStamping.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto& facts = context.facts;
  if (facts.is_ca || !facts.for_time_stamping || facts.extended_key_usage->size() == 1) return kHolds;
  return message("A time-stamping certificate must have no other extended key usage.");
}

}  // namespace

const LintRule lint_rule::kTimeStampingUsageAlone{"time_stamping_usage_alone", "RFC 3161 2.3", LintSeverity::kError,
                                                  check};

}  // namespace yuxin::x509
