#include "yuxin/x509/serial.hpp"

#include <algorithm>

#include "yuxin/base/secret.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

namespace {

constexpr std::size_t kLongest = 20;  // RFC 5280 section 4.1.2.2

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Serial> Serial::from_der_content(base::ByteView content) {
  if (content.size() > kLongest || !der::is_minimal_integer(content)) return std::nullopt;
  const bool negative = (content[0] & 0x80U) != 0;
  const bool zero = content.size() == 1 && content[0] == 0;
  if (negative || zero) return std::nullopt;
  Serial serial;
  std::ranges::copy(content, serial.octets_.begin());
  serial.size_ = static_cast<std::uint8_t>(content.size());
  return serial;
}

std::optional<Serial> Serial::parse(std::string_view text) {
  // The number is shifted in digit by digit at the end of the array; what falls out at its front must be zero.
  std::array<std::uint8_t, kLongest + 1> octets{};  // one more for the sign octet of from_der_content's input
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == ':') continue;
    const int digit = hex_digit(c);
    if (digit < 0 || octets[0] != 0) return std::nullopt;
    for (std::size_t i = 0; i + 1 < octets.size(); ++i) {
      octets[i] = static_cast<std::uint8_t>(octets[i] << 4U | octets[i + 1] >> 4U);
    }
    octets.back() = static_cast<std::uint8_t>(octets.back() << 4U | digit);
  }
  base::ByteView content(octets);
  while (!der::is_minimal_integer(content)) content = content.subspan(1);
  return from_der_content(content);
}

Serial Serial::random() {
  for (;;) {
    std::array<std::uint8_t, kLongest> octets{};
    base::random_bytes(octets);
    octets[0] &= 0x7fU;
    base::ByteView content(octets);
    while (!der::is_minimal_integer(content)) content = content.subspan(1);
    if (const auto serial = from_der_content(content)) return *serial;
  }
}

std::string Serial::hex() const {
  const base::ByteView octets = content();
  return base::hex_upper(octets.size() > 1 && octets[0] == 0 ? octets.subspan(1) : octets);
}

std::string Serial::grouped() const {
  const std::string digits = hex();
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); i += 4) {
    if (i != 0) grouped += ':';
    grouped.append(digits, i, 4);
  }
  return grouped;
}

std::string Serial::shortened() const {
  constexpr std::size_t kHead = 8;
  constexpr std::size_t kTail = 2;
  std::string digits = hex();
  if (digits.size() <= kHead + kTail) return digits;
  return digits.substr(0, kHead) + "…" + digits.substr(digits.size() - kTail);
}

}  // namespace yuxin::x509
