#include "word_text.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "rs1024.hpp"
#include "word_list.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/slip39.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

constexpr std::size_t kBits = 10;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// LowerWord is a word in lower case, in memory that is wiped.
class LowerWord {
 public:
  explicit LowerWord(std::string_view word) : size_(std::min(word.size(), letters_.size())) {
    for (std::size_t i = 0; i < size_; ++i)
      letters_.at(i) = word[i] >= 'A' && word[i] <= 'Z' ? static_cast<char>(word[i] - 'A' + 'a') : word[i];
  }
  LowerWord(const LowerWord&) = delete;
  LowerWord& operator=(const LowerWord&) = delete;
  ~LowerWord() { explicit_bzero(letters_.data(), letters_.size()); }
  [[nodiscard]] std::string_view view() const { return {letters_.data(), size_}; }

 private:
  std::array<char, 2 * kLongestWord> letters_{};  // a longer word is not in the list, cut or not
  std::size_t size_;
};

Result<std::uint16_t> number_of(std::string_view typed, std::size_t position) {
  const LowerWord word(typed);
  if (const auto number = word_number(word.view())) return *number;
  std::vector<std::string> near;
  for (const auto known : nearest_words(word.view())) near.emplace_back(known);
  if (near.empty()) return fail(Code::kMalformed, "Word {} is not in the list of words.", position);
  return fail(Code::kMalformed, "Word {} is not in the list of words. Near it are: {}.", position,
              base::join(near, base::message(", ")));
}

}  // namespace

void WordNumbers::add_octets(base::ByteView octets) {
  const std::size_t words = words_for(octets.size());
  const std::size_t before = words * kBits - octets.size() * 8;
  for (std::size_t word = 0; word < words; ++word) {
    unsigned number = 0;
    for (std::size_t bit = word * kBits; bit < (word + 1) * kBits; ++bit) {
      const unsigned value = bit < before ? 0U : (octets[(bit - before) / 8] >> (7U - (bit - before) % 8)) & 1U;
      number = (number << 1U) | value;
    }
    add(static_cast<std::uint16_t>(number));
  }
}

bool octets_of(std::span<const std::uint16_t> words, std::span<std::uint8_t> octets) {
  const std::size_t before = words.size() * kBits - octets.size() * 8;
  unsigned padding = 0;
  std::ranges::fill(octets, std::uint8_t{0});
  for (std::size_t bit = 0; bit < words.size() * kBits; ++bit) {
    const unsigned value = (unsigned{words[bit / kBits]} >> (kBits - 1 - bit % kBits)) & 1U;
    if (bit < before) {
      padding |= value;
    } else {
      auto& octet = octets[(bit - before) / 8];
      octet = static_cast<std::uint8_t>((unsigned{octet} << 1U) | value);
    }
  }
  return padding == 0;
}

Secret print_words(std::span<const std::uint16_t> numbers) {
  std::size_t size = 0;
  for (const auto number : numbers) size += word_at(number).size() + 1;
  Secret text(size == 0 ? 0 : size - 1);
  std::size_t at = 0;
  for (const auto number : numbers) {
    if (at > 0) text.data()[at++] = ' ';
    const auto word = word_at(number);
    std::ranges::copy(word, text.data() + at);
    at += word.size();
  }
  return text;
}

Result<WordNumbers> parse_words(std::string_view text) {
  WordNumbers numbers;
  while (true) {
    const auto begin = std::ranges::find_if_not(text, is_blank);
    if (begin == text.end()) return numbers;
    const auto end = std::find_if(begin, text.end(), is_blank);
    if (numbers.size() == WordNumbers::kMost)
      return fail(Code::kMalformed, "These are more than {} words, and no share has as many.", WordNumbers::kMost);
    TRY(const auto number, number_of({begin, end}, numbers.size() + 1));
    numbers.add(number);
    text = {end, text.end()};
  }
}

Result<> check_words(std::string_view customization, std::span<const std::uint16_t> words, std::size_t first) {
  if (rs1024_is_right(customization, words)) return {};
  const auto slip = find_slip(customization, words);
  if (!slip) {
    return fail(Code::kMalformed,
                "The checksum of the {} words is wrong: at least two of them are not as they were written down. "
                "Compare all of them with the paper.",
                words.size());
  }
  if (slip->kind == Slip::Kind::kExchanged) {
    return fail(Code::kMalformed,
                "The checksum of the words is wrong. Words {} and {} seem to have changed places; compare them with "
                "the paper.",
                slip->position + first, slip->position + first + 1);
  }
  return fail(Code::kMalformed,
              "The checksum of the words is wrong. The slip seems to be in word {}; compare it with the paper.",
              slip->position + first);
}

Result<std::string_view> complete_share_word(std::string_view typed, std::size_t position) {
  TRY(const auto number, number_of(typed, position));
  return word_at(number);
}

}  // namespace yuxin::keymgmt
