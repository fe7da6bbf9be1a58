// RFC 5280 section 4.2.1.6: iPAddress MUST contain exactly 4 or 16 octets.
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto* bad = find_alternative_name(context, [](const NameView& name) {
    return name.kind == GeneralNameKind::kIp && name.content.size() != 4 && name.content.size() != 16;
  });
  if (!bad) return kHolds;
  return message("An IP address has {} octets; IPv4 has 4 and IPv6 has 16.", bad->content.size());
}

}  // namespace

const LintRule lint_rule::kAlternativeIpAddressesValid{"alternative_ip_addresses_valid", "RFC 5280 4.2.1.6",
                                                       LintSeverity::kError, check};

}  // namespace yuxin::x509
