// Octet strings, and their hexadecimal, base64 and PEM forms.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yuxin::base {

using Bytes = std::vector<std::uint8_t>;

// ByteView is valid only while the bytes that it was made from live. Pass it by value.
using ByteView = std::span<const std::uint8_t>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }

[[nodiscard]] bool equal(ByteView a, ByteView b);
// equal_constant_time takes the same time wherever two strings of one length differ. For secrets.
[[nodiscard]] bool equal_constant_time(ByteView a, ByteView b);

void append(Bytes& to, ByteView more);

// hex is lower case; hex_upper is what people see in serial numbers. from_hex takes either case and
// nothing else: no blanks, no prefix, an even number of digits.
[[nodiscard]] std::string hex(ByteView bytes);
[[nodiscard]] std::string hex_upper(ByteView bytes);
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

// base64 is RFC 4648 section 4 with padding. from_base64 ignores white space and is otherwise strict:
// complete quanta, no bits after the end.
[[nodiscard]] std::string base64(ByteView bytes);
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

// base64url is RFC 4648 section 5 without padding, as RFC 7515 wants it. from_base64url takes exactly that: no
// padding, no white space, no bits after the end.
[[nodiscard]] std::string base64url(ByteView bytes);
[[nodiscard]] std::optional<Bytes> from_base64url(std::string_view text);

// pem wraps DER in RFC 7468 textual encoding with 64-character lines.
[[nodiscard]] std::string pem(std::string_view label, ByteView der);

struct PemBlock {
  std::string label;
  Bytes der;  // empty when the block is damaged
};
// parse_pem finds every RFC 7468 block of a text in order; text between blocks is ignored. A block that does not
// decode, has no end or another one is there without its octets, so that nobody takes a damaged file for a shorter
// one. Encapsulated headers (RFC 1421) are not accepted.
[[nodiscard]] std::vector<PemBlock> parse_pem(std::string_view text);

}  // namespace yuxin::base
