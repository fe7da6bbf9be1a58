// RS1024, the checksum of SLIP-0039: a Reed-Solomon code over GF(1024), three words that find any three wrong ones.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace yuxin::keymgmt {

inline constexpr std::size_t kChecksumWords = 3;

// rs1024_checksum gives the words that go behind `words` (numbers below 1024). `customization` keeps codes of
// different purposes apart.
[[nodiscard]] std::array<std::uint16_t, kChecksumWords> rs1024_checksum(std::string_view customization,
                                                                        std::span<const std::uint16_t> words);
// rs1024_is_right checks words that end with their checksum.
[[nodiscard]] bool rs1024_is_right(std::string_view customization, std::span<const std::uint16_t> words);

// Slip is what most likely happened to words whose checksum is wrong.
struct Slip {
  enum class Kind { kWrongWord, kExchanged };  // kExchanged: with the word after it
  Kind kind = Kind::kWrongWord;
  std::size_t position = 0;  // from 0
};
// find_slip looks for the one word that, written otherwise, or the two neighbours that, exchanged, make the checksum
// right. It says where and not what: the standard wants no correction that nobody checks. Nothing when there is no
// such place, or more than one.
[[nodiscard]] std::optional<Slip> find_slip(std::string_view customization, std::span<const std::uint16_t> words);

}  // namespace yuxin::keymgmt
