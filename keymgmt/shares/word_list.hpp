// The 1024 words in which shares are written.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace yuxin::keymgmt {

inline constexpr std::size_t kTellingLetters = 4;
inline constexpr std::size_t kLongestWord = 8;

// word_at gives the word of a number below 1024; it lives as long as the program.
[[nodiscard]] std::string_view word_at(std::uint16_t number);
// word_number finds a lower-case word, also when only its first four letters or more are written.
[[nodiscard]] std::optional<std::uint16_t> word_number(std::string_view word);
// nearest_words lists, nearest first, a few that somebody probably meant by `word`, at most two slips away.
[[nodiscard]] std::vector<std::string_view> nearest_words(std::string_view word);

}  // namespace yuxin::keymgmt
