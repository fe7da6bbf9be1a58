// A share in words: its headers in the first four, its value, and the checksum.
#include <algorithm>

#include "rs1024.hpp"
#include "word_text.hpp"
#include "yuxin/keymgmt/slip39.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

constexpr std::size_t kHeaderWords = 4;
constexpr std::size_t kOtherWords = kHeaderWords + kChecksumWords;

std::string_view customization_of(Extendable extendable) {
  return extendable == Extendable::kYes ? "shamir_extendable" : "shamir";
}

// id (15), ext (1), e (4), GI (4), Gt - 1 (4), g - 1 (4), I (4), t - 1 (4): 40 bits.
std::uint64_t header_bits(const Share& share) {
  std::uint64_t bits = share.set.identifier;
  bits = (bits << 1U) | (share.set.extendable == Extendable::kYes ? 1U : 0U);
  bits = (bits << 4U) | share.set.iteration_exponent;
  bits = (bits << 4U) | share.group;
  bits = (bits << 4U) | (share.set.group_threshold - 1U);
  bits = (bits << 4U) | (share.set.group_count - 1U);
  bits = (bits << 4U) | share.member;
  return (bits << 4U) | (share.member_threshold - 1U);
}

Share from_header_bits(std::uint64_t bits) {
  const auto four = [&](unsigned from_the_right) {
    return static_cast<std::uint8_t>((bits >> from_the_right) & 15U);
  };
  Share share;
  share.set.identifier = static_cast<std::uint16_t>(bits >> 25U);
  share.set.extendable = ((bits >> 24U) & 1U) == 1U ? Extendable::kYes : Extendable::kNo;
  share.set.iteration_exponent = four(20);
  share.group = four(16);
  share.set.group_threshold = static_cast<std::uint8_t>(four(12) + 1);
  share.set.group_count = static_cast<std::uint8_t>(four(8) + 1);
  share.member = four(4);
  share.member_threshold = static_cast<std::uint8_t>(four(0) + 1);
  return share;
}

// The value has an even number of octets, so that the bits which fill up its words are at most 8.
std::optional<std::size_t> value_size(std::size_t value_words) {
  const std::size_t bits = value_words * 10;
  if (bits % 16 > 8) return std::nullopt;
  return bits / 16 * 2;
}

}  // namespace

Share Share::clone() const { return {set, group, member, member_threshold, value.clone()}; }

std::size_t share_word_count(std::size_t secret_size) { return kOtherWords + words_for(secret_size); }

Secret share_words(const Share& share) {
  WordNumbers numbers;
  const auto bits = header_bits(share);
  for (unsigned word = 0; word < kHeaderWords; ++word)
    numbers.add(static_cast<std::uint16_t>((bits >> (10U * (kHeaderWords - 1 - word))) & 1023U));
  numbers.add_octets(share.value.view());
  numbers.add(rs1024_checksum(customization_of(share.set.extendable), numbers.view()));
  return print_words(numbers.view());
}

Result<Share> parse_share_words(std::string_view text) {
  TRY(const auto numbers, parse_words(text));
  const auto words = numbers.view();
  const auto size =
      words.size() < share_word_count(kShortestSecret) ? std::nullopt : value_size(words.size() - kOtherWords);
  if (!size || *size > kLongestSharedSecret) {
    return fail(
        Code::kMalformed,
        "These are {} words, and no share has as many: it has 20 for a secret of 128 bits, 33 for one of 256. "
        "Is a word missing, or one too many?",
        words.size());
  }
  std::uint64_t bits = 0;
  for (const auto word : words.first(kHeaderWords)) bits = (bits << 10U) | word;
  Share share = from_header_bits(bits);
  TRY(check_words(customization_of(share.set.extendable), words, 1));
  share.value = Secret(*size);
  const auto value = words.subspan(kHeaderWords, words.size() - kOtherWords);
  if (!octets_of(value, {share.value.data(), share.value.size()}))
    return fail(Code::kMalformed, "These words are no share: their checksum is right, but not their padding.");
  if (share.set.group_threshold > share.set.group_count)
    return fail(Code::kMalformed, "These words are no share: they ask for more groups than there are.");
  return share;
}

}  // namespace yuxin::keymgmt
