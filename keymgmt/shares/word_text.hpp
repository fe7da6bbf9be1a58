// Octets as words, ten bits a word, and back.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::keymgmt {

// WordNumbers holds the numbers of at most 96 words, which tell what the words tell, and wipes them.
class WordNumbers {
 public:
  static constexpr std::size_t kMost = 96;
  WordNumbers() = default;
  WordNumbers(const WordNumbers&) = default;
  WordNumbers& operator=(const WordNumbers&) = default;
  ~WordNumbers() { explicit_bzero(numbers_.data(), sizeof numbers_); }

  void add(std::uint16_t number) { numbers_.at(size_++) = number; }
  void add(std::span<const std::uint16_t> numbers) {
    for (const auto number : numbers) add(number);
  }
  // add_octets appends octets as one number, with as many zero bits before it as fill whole words.
  void add_octets(base::ByteView octets);
  [[nodiscard]] std::span<const std::uint16_t> view() const { return std::span(numbers_).first(size_); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::array<std::uint16_t, kMost> numbers_{};
  std::size_t size_ = 0;
};

// words_for is how many words so many octets take.
[[nodiscard]] constexpr std::size_t words_for(std::size_t octets) { return (octets * 8 + 9) / 10; }

// octets_of undoes add_octets; nothing when the bits before the octets are not zero. The words must be `words_for` of
// `size`.
[[nodiscard]] bool octets_of(std::span<const std::uint16_t> words, std::span<std::uint8_t> octets);

// print_words writes numbers as words with one blank between them.
[[nodiscard]] base::Secret print_words(std::span<const std::uint16_t> numbers);
// parse_words reads words as parse_share_words does. kMalformed for a word that is not in the list (positions from 1)
// and for more than 96.
[[nodiscard]] base::Result<WordNumbers> parse_words(std::string_view text);

// check_words is kMalformed with a hint at the place when the checksum at the end of the words is wrong; the first
// word has the number `first` there.
[[nodiscard]] base::Result<> check_words(std::string_view customization, std::span<const std::uint16_t> words,
                                         std::size_t first);

}  // namespace yuxin::keymgmt
