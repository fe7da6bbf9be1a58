// RFC 6890 section 2.2: "this network" (0.0.0.0/8), the limited broadcast, the unspecified address and IPv4-mapped
// ones are no destinations; RFC 5771 and RFC 4291 section 2.7: a multicast address is a group's. No host answers for
// them alone.
#include <algorithm>
#include <cstdint>

#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

bool is_no_host_4(base::ByteView address) {
  const bool multicast = (address[0] & 0xf0U) == 0xe0;
  return address[0] == 0 || multicast ||
         std::ranges::all_of(address, [](std::uint8_t octet) { return octet == 0xff; });
}

bool is_no_host_6(base::ByteView address) {
  const auto zeros = [&](std::size_t count) {
    return std::ranges::all_of(address.first(count), [](std::uint8_t octet) { return octet == 0; });
  };
  const bool mapped = zeros(10) && address[10] == 0xff && address[11] == 0xff;
  return address[0] == 0xff || mapped || zeros(16);
}

LintFault check(const LintContext& context) {
  const auto* bad = find_alternative_name(context, [](const NameView& name) {
    if (name.kind != GeneralNameKind::kIp) return false;
    return name.content.size() == 4 ? is_no_host_4(name.content)
                                    : name.content.size() == 16 && is_no_host_6(name.content);
  });
  if (!bad) return kHolds;
  return message(
      "The IP address {} is no host's: it is unspecified, a broadcast's, a group's or an IPv4 address in IPv6 form.",
      print_ip(bad->content));
}

}  // namespace

const LintRule lint_rule::kAlternativeIpAddressesOfHosts{"alternative_ip_addresses_of_hosts", "RFC 6890 2.2",
                                                         LintSeverity::kError, check};

}  // namespace yuxin::x509
