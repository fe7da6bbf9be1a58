// The character classes of RFC 9110 section 5.6.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace yuxin::http {

namespace character {
inline constexpr std::uint8_t kToken = 1;    // tchar
inline constexpr std::uint8_t kVisible = 2;  // VCHAR
inline constexpr std::uint8_t kValue = 4;    // field-vchar, SP and HTAB

inline constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0x21; c < 0x7F; ++c) table[c] = kVisible | kValue;
  for (unsigned c = 0x80; c < 0x100; ++c) table[c] = kValue;  // obs-text
  table[' '] = kValue;
  table['\t'] = kValue;
  for (const char c :
       std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<unsigned char>(c)] |= kToken;
  }
  return table;
}();

[[nodiscard]] inline bool is(char c, std::uint8_t kind) {
  return (kClasses[static_cast<unsigned char>(c)] & kind) != 0;
}
}  // namespace character

// all_of_class says whether every octet of a text is of the class.
[[nodiscard]] inline bool all_of_class(std::string_view text, std::uint8_t kind) {
  std::uint8_t common = kind;
  for (const char c : text) common &= character::kClasses[static_cast<unsigned char>(c)];
  return common != 0;
}
[[nodiscard]] inline bool is_token(std::string_view text) {
  return !text.empty() && all_of_class(text, character::kToken);
}
[[nodiscard]] inline bool is_field_value(std::string_view text) { return all_of_class(text, character::kValue); }

[[nodiscard]] inline char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// same_word compares ASCII words in any case; `lower` is in lower case.
[[nodiscard]] inline bool same_word(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) { return lower_case(a) == b; });
}

[[nodiscard]] inline std::string_view without_blanks(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

}  // namespace yuxin::http
