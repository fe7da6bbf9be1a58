// RFC 5280 section 4.2.1.10: iPAddress has 8 or 32 octets, address and mask in the style of RFC 4632 (CIDR).
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

bool is_prefix_mask(base::ByteView mask) {
  bool ended = false;
  for (const std::uint8_t octet : mask) {
    for (unsigned bit = 0x80U; bit != 0; bit >>= 1U) {
      const bool one = (octet & bit) != 0;
      if (one && ended) return false;
      ended = ended || !one;
    }
  }
  return true;
}

LintFault check(const LintContext& context) {
  const auto* bad = find_subtree(context, [](const SubtreeView& subtree) {
    const base::ByteView range = subtree.base.content;
    if (subtree.base.kind != GeneralNameKind::kIp) return false;
    return (range.size() != 8 && range.size() != 32) || !is_prefix_mask(range.last(range.size() / 2));
  });
  if (!bad) return kHolds;
  return message("The name constraint {} is not an address with a prefix mask.", base::hex(bad->base.content));
}

}  // namespace

const LintRule lint_rule::kNameConstraintsIpMasks{"name_constraints_ip_masks", "RFC 5280 4.2.1.10",
                                                  LintSeverity::kError, check};

}  // namespace yuxin::x509
