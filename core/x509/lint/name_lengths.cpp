// RFC 5280 appendix A.1 and X.520 annex C: upper bounds, in characters.
#include <array>

#include "lint/offenders.hpp"
#include "lint/rules.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::x509 {

namespace {

struct Bound {
  Oid type;
  std::size_t characters;
};

constexpr std::array<std::uint8_t, 3> kPostalCode{0x55, 0x04, 0x11};
constexpr std::array<std::uint8_t, 3> kBusinessCategory{0x55, 0x04, 0x0f};
constexpr std::array<std::uint8_t, 3> kDescription{0x55, 0x04, 0x0d};
constexpr std::array<std::uint8_t, 3> kPseudonym{0x55, 0x04, 0x41};

const auto& upper_bounds() {
  static const std::array<Bound, 16> kBounds{{
      {oid::kCommonName, 64},
      {oid::kOrganizationName, 64},
      {oid::kOrganizationalUnitName, 64},
      {oid::kCountryName, 2},
      {oid::kLocalityName, 128},
      {oid::kStateOrProvinceName, 128},
      {oid::kSerialNumber, 64},
      {oid::kTitle, 64},
      {oid::kStreetAddress, 128},
      {oid::kSurname, 32768},
      {oid::kGivenName, 32768},
      {oid::kEmailAddress, 255},
      {kPostalCode, 40},
      {kBusinessCategory, 128},
      {kDescription, 1024},
      {kPseudonym, 128},
  }};
  return kBounds;
}

std::size_t upper_bound(const NameAttribute& attribute) {
  for (const auto& [type, characters] : upper_bounds()) {
    if (base::equal(type, attribute.type)) return characters;
  }
  return SIZE_MAX;
}

LintFault check(const LintContext& context) {
  const auto bad = find_attribute(context, [](const NameAttribute& attribute) {
    // Country codes have their own rule. A text cannot have more characters than octets.
    if (attribute.value.size() <= 40 || base::equal(attribute.type, oid::kCountryName)) return false;
    return base::code_points(attribute.value) > upper_bound(attribute);
  });
  if (!bad) return kHolds;
  return message("{} in the name of the {} has {} characters; at most {} are allowed.", bad->keyword(), bad->whose(),
                 base::code_points(bad->attribute->value), upper_bound(*bad->attribute));
}

}  // namespace

const LintRule lint_rule::kNameLengths{"name_lengths", "RFC 5280 A.1", LintSeverity::kError, check};

}  // namespace yuxin::x509
