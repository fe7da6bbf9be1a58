// Certificate serial numbers.
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/bytes.hpp"

namespace yuxin::x509 {

// Serial is a positive certificate serial number of 1 to 20 octets (RFC 5280 section 4.1.2.2), held as the
// content octets of its DER INTEGER. A value type without allocation.
class Serial {
 public:
  // from_der_content takes the content octets of an INTEGER: minimal, positive, not zero, at most 20.
  [[nodiscard]] static std::optional<Serial> from_der_content(base::ByteView content);
  // parse takes hexadecimal digits of the number in either case; blanks and colons between them are ignored.
  [[nodiscard]] static std::optional<Serial> parse(std::string_view text);
  // random draws 159 random bits, the most that 20 octets hold: the top bit of the number is zero, and the one
  // after it is random too, so the encoding may be shorter than 20 octets.
  [[nodiscard]] static Serial random();

  [[nodiscard]] base::ByteView content() const { return {octets_.data(), size_}; }
  // hex is what JSON and commands use: upper case, an even number of digits, without the sign octet.
  [[nodiscard]] std::string hex() const;
  // grouped is hex in groups of four digits, for screens.
  [[nodiscard]] std::string grouped() const;
  // shortened is "3F9A77C2…01", for remarks.
  [[nodiscard]] std::string shortened() const;

  friend bool operator==(const Serial& a, const Serial& b) { return base::equal(a.content(), b.content()); }

 private:
  Serial() = default;
  std::array<std::uint8_t, 20> octets_{};
  std::uint8_t size_ = 0;
};

}  // namespace yuxin::x509
