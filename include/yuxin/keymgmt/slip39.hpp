// SLIP-0039: Shamir's secret sharing for words, with groups
// (https://github.com/satoshilabs/slips/blob/master/slip-0039.md). Any program that follows the standard joins what
// is split here, and the other way round.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::keymgmt {

// Bounds of the standard, and the longest secret that is shared here.
inline constexpr std::size_t kMostShares = 16;      // of a group, and groups of a set
inline constexpr std::size_t kShortestSecret = 16;  // octets; the length is even
inline constexpr std::size_t kLongestSharedSecret = 64;
inline constexpr unsigned kLargestExponent = 15;

// Extendable sets may be added to: the same secret can be shared again under another identifier. Every new set is.
enum class Extendable { kNo, kYes };

// ShareSetHeader is what all shares of one set say in common.
struct ShareSetHeader {
  std::uint16_t identifier = 0;  // random, 15 bits
  Extendable extendable = Extendable::kYes;
  std::uint8_t iteration_exponent = 0;  // e of 10000 * 2^e iterations of PBKDF2, at most 15
  std::uint8_t group_threshold = 1;     // so many groups are needed, 1 to `group_count`
  std::uint8_t group_count = 1;         // 1 to 16
  friend bool operator==(const ShareSetHeader&, const ShareSetHeader&) = default;
};

// Share is one part of a secret. The headers are public, the value is not.
struct Share {
  ShareSetHeader set;
  std::uint8_t group = 0;             // from 0
  std::uint8_t member = 0;            // from 0: the x of the polynomial
  std::uint8_t member_threshold = 1;  // so many members of this group are needed, 1 to 16
  base::Secret value;                 // as many octets as the secret

  [[nodiscard]] Share clone() const;
};

// share_words writes a share in lower-case words with one blank between them, as the standard does.
[[nodiscard]] base::Secret share_words(const Share& share);
// share_word_count is how many words a share of a secret of so many octets has: 20 for 16, 33 for 32.
[[nodiscard]] std::size_t share_word_count(std::size_t secret_size);

// parse_share_words reads words in either case with any white space between them; of each word the first four letters
// are enough. Error: kMalformed, which says the position (from 1) of a word that is not in the list and which words
// are near, or, for a wrong checksum, where the slip most likely is. What was typed is not repeated.
[[nodiscard]] base::Result<Share> parse_share_words(std::string_view text);
// complete_share_word gives the whole word for a word as typed, or the same error for `position` (from 1).
[[nodiscard]] base::Result<std::string_view> complete_share_word(std::string_view typed, std::size_t position);

// GroupShape says how many members of a group there are and how many are needed.
struct GroupShape {
  std::uint8_t threshold = 1;
  std::uint8_t members = 1;
};

// split_secret gives the shares of a secret of 16 to 64 octets, by group and member. The passphrase is part of the
// secret's encryption and mostly empty; whoever joins must have the same one. kUsage for a length that is odd or out
// of bounds, for more than 16 groups or members, for thresholds that cannot be met, and, as the standard wants, for a
// group of several members of whom one is enough: give them all the share of a group of one.
[[nodiscard]] base::Result<std::vector<std::vector<Share>>> split_secret(const base::Secret& secret,
                                                                         const base::Secret& passphrase,
                                                                         std::uint8_t group_threshold,
                                                                         std::span<const GroupShape> groups,
                                                                         std::uint8_t iteration_exponent);

// combine_shares gives the secret back from exactly the members that are needed of exactly the groups that are
// needed, in any order. kRefused when shares are of different sets, or stand there twice; kUsage for too few or too
// many; kIntegrity when they do not fit together (the digest inside the secret is wrong).
[[nodiscard]] base::Result<base::Secret> combine_shares(std::span<const Share> shares,
                                                        const base::Secret& passphrase);

}  // namespace yuxin::keymgmt
