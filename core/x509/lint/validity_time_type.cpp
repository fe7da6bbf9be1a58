// RFC 5280 section 4.1.2.5: dates through 2049 MUST be UTCTime, dates in 2050 or later MUST be GeneralizedTime.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

bool has_wrong_type(base::UnixTime time, base::ByteView der) {
  const bool utc_time = der[0] == der::kUtcTime;
  return utc_time != (base::civil(time).year < 2050);
}

LintFault check(const LintContext& context) {
  if (!has_wrong_type(context.tbs.not_before, context.tbs.not_before_der) &&
      !has_wrong_type(context.tbs.not_after, context.tbs.not_after_der)) {
    return kHolds;
  }
  return message(
      "A time of the validity has the wrong type: UTCTime is for years to 2049, GeneralizedTime from 2050.");
}

}  // namespace

const LintRule lint_rule::kValidityTimeType{"validity_time_type", "RFC 5280 4.1.2.5", LintSeverity::kError, check};

}  // namespace yuxin::x509
