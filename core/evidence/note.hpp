// The text forms of C2SP signed-note and tlog-checkpoint, without keys.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/evidence/checkpoint.hpp"

namespace yuxin::evidence {

// Note is a signed note in its parts: views into the text that it was parsed from.
struct Note {
  struct Signature {
    std::string_view name;
    base::Bytes key_hash;  // four octets
    base::Bytes signature;
  };
  std::string_view text;  // what is signed, with its last line feed
  std::vector<Signature> signatures;
};
[[nodiscard]] std::optional<Note> parse_note(std::string_view note);

// is_key_name: not empty, UTF-8, no spaces of any kind, no control characters, no plus.
[[nodiscard]] bool is_key_name(std::string_view name);

[[nodiscard]] std::string checkpoint_text(const Checkpoint& checkpoint);
[[nodiscard]] std::optional<Checkpoint> parse_checkpoint_text(std::string_view text);

// take_line cuts the first line off; nothing when no line feed is left.
[[nodiscard]] std::optional<std::string_view> take_line(std::string_view& rest);
// parse_tree_size takes a decimal number from 0 without leading zeros.
[[nodiscard]] std::optional<std::int64_t> parse_tree_size(std::string_view text);

// from_strict_base64 takes the one encoding with padding and nothing else, no white space either.
[[nodiscard]] std::optional<base::Bytes> from_strict_base64(std::string_view text);
[[nodiscard]] std::optional<Hash> hash_from_base64(std::string_view text);

}  // namespace yuxin::evidence
