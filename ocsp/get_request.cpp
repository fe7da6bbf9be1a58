#include <array>

#include "yuxin/ocsp/request.hpp"

namespace yuxin::ocsp {

namespace {

// What a character of the path means: 0 to 63 a digit of base64, or one of these.
constexpr std::uint8_t kPadding = 0x40;
constexpr std::uint8_t kSkipped = 0x41;
constexpr std::uint8_t kPercent = 0x42;
constexpr std::uint8_t kWrong = 0xff;

constexpr std::array<std::uint8_t, 256> make_table() {
  std::array<std::uint8_t, 256> table{};
  table.fill(kWrong);
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    table[static_cast<std::uint8_t>(kDigits[i])] = static_cast<std::uint8_t>(i);
  }
  table['-'] = 62;  // base64url
  table['_'] = 63;
  table[' '] = 62;  // "+" that was taken for an encoded blank
  table['='] = kPadding;
  table['\r'] = kSkipped;
  table['\n'] = kSkipped;
  table['%'] = kPercent;
  return table;
}
constexpr std::array<std::uint8_t, 256> kTable = make_table();

constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Digits gathers base64 digits into octets.
class Digits {
 public:
  explicit Digits(std::span<std::uint8_t> room) : room_(room) {}

  bool add(std::uint8_t digit) {
    if (padding_ > 0) return false;
    bits_ = (bits_ << 6U) | digit;
    ++digits_;
    if (digits_ % 4 == 1) return true;
    if (size_ == room_.size()) return false;
    const unsigned left = (4 - digits_ % 4) % 4 * 2;  // bits that belong to the next octet
    room_[size_++] = static_cast<std::uint8_t>(bits_ >> left);
    return true;
  }
  void pad() { ++padding_; }

  // finish gives the octets, if no digit stands alone, padding is right or left out, and no bits are left over.
  std::optional<base::ByteView> finish() const {
    const unsigned rest = digits_ % 4;
    if (rest == 1) return std::nullopt;
    if (padding_ != 0 && (rest == 0 || padding_ != 4 - rest)) return std::nullopt;
    const std::uint32_t left_over = rest == 2 ? bits_ & 0x0fU : rest == 3 ? bits_ & 0x03U : 0;
    if (left_over != 0) return std::nullopt;
    return base::ByteView(room_.data(), size_);
  }

 private:
  std::span<std::uint8_t> room_;
  std::size_t size_ = 0;
  std::uint32_t bits_ = 0;
  unsigned digits_ = 0;
  unsigned padding_ = 0;
};

}  // namespace

std::optional<base::ByteView> decode_get_request(std::string_view encoded, std::span<std::uint8_t> room) {
  // No DER of a request begins with 0xfc, so a slash in front is one that a client doubled.
  while (encoded.starts_with('/')) encoded.remove_prefix(1);
  Digits digits(room);
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    std::uint8_t meaning = kTable[static_cast<std::uint8_t>(encoded[i])];
    if (meaning == kPercent) {
      if (encoded.size() - i < 3) return std::nullopt;
      const int high = hex_digit(encoded[i + 1]);
      const int low = hex_digit(encoded[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      meaning = kTable[static_cast<std::size_t>(high) * 16 + static_cast<std::size_t>(low)];
      i += 2;
    }
    if (meaning < 64) {
      if (!digits.add(meaning)) return std::nullopt;
    } else if (meaning == kPadding) {
      digits.pad();
    } else if (meaning != kSkipped) {
      return std::nullopt;
    }
  }
  return digits.finish();
}

}  // namespace yuxin::ocsp
