#include "yuxin/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace yuxin::base {
namespace {

constexpr std::uint8_t kInvalid = 0xFF;
constexpr std::uint8_t kBlank = 0xFE;

constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

using DigitTable = std::array<std::uint8_t, 256>;

constexpr DigitTable base64_values() {
  DigitTable table{};
  table.fill(kInvalid);
  for (std::size_t i = 0; i < kBase64Digits.size(); ++i) {
    table[static_cast<std::uint8_t>(kBase64Digits[i])] = static_cast<std::uint8_t>(i);
  }
  for (const char blank : {' ', '\t', '\r', '\n', '\v', '\f'}) table[static_cast<std::uint8_t>(blank)] = kBlank;
  return table;
}

constexpr DigitTable hex_values() {
  DigitTable table{};
  table.fill(kInvalid);
  for (std::uint8_t i = 0; i < 10; ++i) table[static_cast<std::size_t>('0' + i)] = i;
  for (std::uint8_t i = 0; i < 6; ++i) {
    table[static_cast<std::size_t>('a' + i)] = static_cast<std::uint8_t>(10 + i);
    table[static_cast<std::size_t>('A' + i)] = static_cast<std::uint8_t>(10 + i);
  }
  return table;
}

constexpr DigitTable kBase64Values = base64_values();
constexpr DigitTable kHexValues = hex_values();

std::string hex_with(ByteView bytes, const char* digits) {
  std::string out(bytes.size() * 2, '\0');
  char* to = out.data();
  for (const std::uint8_t byte : bytes) {
    *to++ = digits[byte >> 4U];
    *to++ = digits[byte & 15U];
  }
  return out;
}

// strip_blanks gives the characters of `text` that are not white space; most texts in PEM have some.
std::string strip_blanks(std::string_view text) {
  std::string out(text.size(), '\0');
  char* to = out.data();
  for (const char c : text) {
    *to = c;
    to += kBase64Values[static_cast<std::uint8_t>(c)] != kBlank ? 1 : 0;
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return out;
}

std::uint32_t base64_value(char c) { return kBase64Values[static_cast<std::uint8_t>(c)]; }

}  // namespace

bool equal(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

bool equal_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  // volatile keeps the compiler from leaving the loop at the first difference.
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<std::uint8_t>(difference | static_cast<std::uint8_t>(a[i] ^ b[i]));
  }
  return difference == 0;
}

void append(Bytes& to, ByteView more) { to.insert(to.end(), more.begin(), more.end()); }

std::string hex(ByteView bytes) { return hex_with(bytes, "0123456789abcdef"); }

std::string hex_upper(ByteView bytes) { return hex_with(bytes, "0123456789ABCDEF"); }

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out(text.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint8_t high = kHexValues[static_cast<std::uint8_t>(text[2 * i])];
    const std::uint8_t low = kHexValues[static_cast<std::uint8_t>(text[2 * i + 1])];
    if ((high | low) > 15) return std::nullopt;
    out[i] = static_cast<std::uint8_t>(high << 4U | low);
  }
  return out;
}

std::string base64(ByteView bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '=');
  char* to = out.data();
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t group =
        static_cast<std::uint32_t>(bytes[i]) << 16U | static_cast<std::uint32_t>(bytes[i + 1]) << 8U | bytes[i + 2];
    *to++ = kBase64Digits[group >> 18U];
    *to++ = kBase64Digits[group >> 12U & 63U];
    *to++ = kBase64Digits[group >> 6U & 63U];
    *to++ = kBase64Digits[group & 63U];
  }
  const std::size_t rest = bytes.size() - i;
  if (rest == 1) {
    *to++ = kBase64Digits[bytes[i] >> 2U];
    *to = kBase64Digits[(bytes[i] & 3U) << 4U];
  } else if (rest == 2) {
    const std::uint32_t group = static_cast<std::uint32_t>(bytes[i]) << 8U | bytes[i + 1];
    *to++ = kBase64Digits[group >> 10U];
    *to++ = kBase64Digits[group >> 4U & 63U];
    *to = kBase64Digits[(group & 15U) << 2U];
  }
  return out;
}

std::optional<Bytes> from_base64(std::string_view text) {
  const std::string digits = strip_blanks(text);
  if (digits.size() % 4 != 0) return std::nullopt;
  if (digits.empty()) return Bytes{};
  std::size_t padding = 0;
  while (padding < 2 && digits[digits.size() - 1 - padding] == '=') ++padding;

  Bytes out(digits.size() / 4 * 3 - padding);
  std::uint8_t* to = out.data();
  const char* from = digits.data();
  const char* const whole_end = digits.data() + digits.size() - (padding == 0 ? 0 : 4);
  for (; from != whole_end; from += 4) {
    const std::uint32_t a = base64_value(from[0]);
    const std::uint32_t b = base64_value(from[1]);
    const std::uint32_t c = base64_value(from[2]);
    const std::uint32_t d = base64_value(from[3]);
    if ((a | b | c | d) > 63) return std::nullopt;
    const std::uint32_t group = a << 18U | b << 12U | c << 6U | d;
    *to++ = static_cast<std::uint8_t>(group >> 16U);
    *to++ = static_cast<std::uint8_t>(group >> 8U);
    *to++ = static_cast<std::uint8_t>(group);
  }
  if (padding == 0) return out;

  // RFC 4648 section 3.5: the bits that pad the last digit must be zero, or one value had many spellings.
  const std::uint32_t a = base64_value(from[0]);
  const std::uint32_t b = base64_value(from[1]);
  const std::uint32_t c = padding == 1 ? base64_value(from[2]) : 0;
  if ((a | b | c) > 63) return std::nullopt;
  const std::uint32_t group = a << 18U | b << 12U | c << 6U;
  if ((group & (padding == 1 ? 0xFFU : 0xFFFFU)) != 0) return std::nullopt;
  *to++ = static_cast<std::uint8_t>(group >> 16U);
  if (padding == 1) *to = static_cast<std::uint8_t>(group >> 8U);
  return out;
}

std::string base64url(ByteView bytes) {
  std::string text = base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<Bytes> from_base64url(std::string_view text) {
  std::string digits(text);
  for (char& c : digits) {
    const bool foreign = c == '+' || c == '/' || c == '=' || kBase64Values[static_cast<std::uint8_t>(c)] == kBlank;
    if (foreign) return std::nullopt;
    if (c == '-') c = '+';
    if (c == '_') c = '/';
  }
  digits.append((4 - digits.size() % 4) % 4, '=');
  return from_base64(digits);
}

}  // namespace yuxin::base
