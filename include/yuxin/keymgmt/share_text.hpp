// An opened share as text: what lies inside a sealed file and in a printed code.
#pragma once

#include <optional>
#include <string_view>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/keymgmt/slip39.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::keymgmt {

inline constexpr std::size_t kShareSaltSize = 32;  // octets

// OpenedShare is a share with what proves it against its register. The words alone are enough to join.
struct OpenedShare {
  Share share;
  base::Secret salt;                           // 32 octets, or empty when only the words are known
  base::Bytes set;                             // identifier of the set, or empty
  std::optional<x509::Digest256> fingerprint;  // of the register that was made with the share
};

// proof_words writes the salt of a share as 29 words with a checksum of their own.
[[nodiscard]] base::Secret proof_words(base::ByteView salt);
inline constexpr std::size_t kProofWords = 29;

// share_commitment is what the register says of a share. With common tools:
//   printf 'yuxin-share-commitment-1\n%s\n%s\n' "$PROOF_WORDS" "$SHARE_WORDS" | sha256sum
// The salt is random, so that nothing follows from the commitment for whoever has no salt.
[[nodiscard]] x509::Digest256 share_commitment(const Share& share, base::ByteView salt);

// print_share_text writes, for a complete opened share,
//   yuxin-share-1
//   set 32 hexadecimal digits
//   register 64 hexadecimal digits
//   words …
//   proof …
// with a line end after each. The words are the standard's: any SLIP-0039 program takes them.
[[nodiscard]] base::Secret print_share_text(const OpenedShare& opened);

// parse_share_text reads that text, or bare words as they are typed from paper: those of the share, then those of the
// proof or none. `secret_size` is that of the register; it tells how many words the share has. Errors: kMalformed as
// parse_share_words.
[[nodiscard]] base::Result<OpenedShare> parse_share_text(std::string_view text, std::size_t secret_size);

}  // namespace yuxin::keymgmt
