// RFC 5280 section 4.1.2.2: conforming CAs MUST NOT use serial number values longer than 20 octets.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  if (context.tbs.serial.size() <= 20) return kHolds;
  return message("The serial number has {} octets; at most 20 are allowed.", context.tbs.serial.size());
}

}  // namespace

const LintRule lint_rule::kSerialAtMost20Octets{"serial_at_most_20_octets", "RFC 5280 4.1.2.2", LintSeverity::kError,
                                                check};

}  // namespace yuxin::x509
