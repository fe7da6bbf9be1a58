#include "yuxin/x509/oid.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "oid_table.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

namespace {

// An arc can be larger than any machine integer (2.25.UUID), so arcs are converted digit by digit.

// decimal prints a number given in base 128, most significant digit first.
std::string decimal(const std::vector<std::uint8_t>& base128) {
  std::string reversed = "0";
  for (const std::uint8_t digit : base128) {
    unsigned carry = digit;
    for (char& c : reversed) {
      carry += static_cast<unsigned>(c - '0') * 128U;
      c = static_cast<char>('0' + carry % 10);
      carry /= 10;
    }
    for (; carry != 0; carry /= 10) reversed.push_back(static_cast<char>('0' + carry % 10));
  }
  std::ranges::reverse(reversed);
  return reversed;
}

// base128 reads a decimal number without leading zeros; its digits come most significant first.
std::optional<std::vector<std::uint8_t>> base128(std::string_view decimal) {
  if (decimal.empty() || decimal.size() > 128 || (decimal.size() > 1 && decimal[0] == '0')) return std::nullopt;
  std::vector<std::uint8_t> reversed{0};
  for (const char c : decimal) {
    if (c < '0' || c > '9') return std::nullopt;
    auto carry = static_cast<unsigned>(c - '0');
    for (std::uint8_t& digit : reversed) {
      carry += digit * 10U;
      digit = static_cast<std::uint8_t>(carry & 0x7fU);
      carry >>= 7U;
    }
    if (carry != 0) reversed.push_back(static_cast<std::uint8_t>(carry));
  }
  std::ranges::reverse(reversed);
  return reversed;
}

// add_small adds to a base 128 number in place; it may gain a digit.
void add_small(std::vector<std::uint8_t>& number, unsigned carry) {
  for (auto digit = number.rbegin(); digit != number.rend() && carry != 0; ++digit) {
    carry += *digit;
    *digit = static_cast<std::uint8_t>(carry & 0x7fU);
    carry >>= 7U;
  }
  if (carry != 0) number.insert(number.begin(), static_cast<std::uint8_t>(carry));
}

// subtract_eighty takes 80 from a base 128 number that is at least 80.
void subtract_eighty(std::vector<std::uint8_t>& number) {
  unsigned borrow = 80;
  for (auto digit = number.rbegin(); digit != number.rend() && borrow != 0; ++digit) {
    const unsigned lent = *digit < borrow ? 1 : 0;
    *digit = static_cast<std::uint8_t>(*digit + lent * 128U - borrow);
    borrow = lent;
  }
}

void append_arc(base::Bytes& content, const std::vector<std::uint8_t>& number) {
  for (std::size_t i = 0; i < number.size(); ++i) {
    content.push_back(static_cast<std::uint8_t>(number[i] | (i + 1 < number.size() ? 0x80U : 0U)));
  }
}

// X.690 section 8.19.4: the first subidentifier is 40 times the first arc plus the second.
std::string first_arcs(std::vector<std::uint8_t> subidentifier) {
  if (subidentifier.size() == 1 && subidentifier[0] < 80) {
    return std::to_string(subidentifier[0] / 40) + '.' + std::to_string(subidentifier[0] % 40);
  }
  subtract_eighty(subidentifier);
  return "2." + decimal(subidentifier);
}

}  // namespace

std::optional<base::Bytes> oid_from_dotted(std::string_view dotted) {
  base::Bytes content;
  unsigned root = 0;
  for (std::size_t position = 0;; ++position) {
    const std::size_t dot = dotted.find('.');
    auto arc = base128(dotted.substr(0, dot));
    if (!arc) return std::nullopt;
    if (position == 0) {
      if (arc->size() != 1 || (*arc)[0] > 2) return std::nullopt;
      root = (*arc)[0];
    } else {
      const bool second = position == 1;
      if (second && root < 2 && (arc->size() != 1 || (*arc)[0] > 39)) return std::nullopt;
      if (second) add_small(*arc, root * 40);
      append_arc(content, *arc);
    }
    if (dot == std::string_view::npos) break;
    dotted.remove_prefix(dot + 1);
    if (content.size() > 128) return std::nullopt;
  }
  if (!der::is_oid(content)) return std::nullopt;
  return content;
}

std::string dotted(Oid oid) {
  if (!der::is_oid(oid)) return "(malformed)";
  std::string text;
  std::vector<std::uint8_t> arc;
  for (const std::uint8_t octet : oid) {
    arc.push_back(octet & 0x7fU);
    if ((octet & 0x80U) != 0) continue;
    text += text.empty() ? first_arcs(arc) : '.' + decimal(arc);
    arc.clear();
  }
  return text;
}

std::string oid_name(Oid oid) {
  for (const auto& known : known_oids()) {
    if (base::equal(known.oid, oid)) return std::string(known.name);
  }
  return dotted(oid);
}

std::optional<base::Bytes> oid_by_name(std::string_view name) {
  for (const auto& known : known_oids()) {
    if (known.name == name) return base::to_bytes(known.oid);
  }
  return oid_from_dotted(name);
}

}  // namespace yuxin::x509
