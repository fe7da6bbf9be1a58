// RFC 5280 section 4.1.2.2: the serial number MUST be a positive integer; zero is none.
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const base::ByteView serial = context.tbs.serial;
  if ((serial[0] & 0x80U) != 0) return message("The serial number is negative.");
  if (serial.size() == 1 && serial[0] == 0) return message("The serial number is zero.");
  return kHolds;
}

}  // namespace

const LintRule lint_rule::kSerialPositive{"serial_positive", "RFC 5280 4.1.2.2", LintSeverity::kError, check};

}  // namespace yuxin::x509
