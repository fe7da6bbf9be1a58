// Text: UTF-8, near misses, and digests as words.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"

namespace yuxin::base {

// is_utf8 accepts the shortest forms only, no surrogates, nothing above U+10FFFF (RFC 3629).
[[nodiscard]] bool is_utf8(std::string_view text);
// has_control_character looks for C0, DEL, C1 and the bidirectional overrides that make a name lie on a
// screen (U+202A to U+202E, U+2066 to U+2069). `text` must be UTF-8.
[[nodiscard]] bool has_control_character(std::string_view text);
// has_unseen_character looks, beyond those, for what makes two different names look alike: format characters such as
// zero-width joiners, blanks other than U+0020, line separators, private use, and codes without a character (Unicode
// 18).
[[nodiscard]] bool has_unseen_character(std::string_view text);
// most_marks counts the marks in the longest row of them: each stands on the character before without a place of its
// own (general categories Mn and Me).
[[nodiscard]] std::size_t most_marks(std::string_view text);
// show_unseen writes every such character as \u and four or more hexadecimal digits, and what is no UTF-8 as U+FFFD,
// so that a stranger's text neither drives a terminal nor looks like another one.
[[nodiscard]] std::string show_unseen(std::string_view text);
// has_stray_blank: U+0020 at the beginning, at the end, or twice in a row (RFC 4518 section 2.6.1 ignores them).
[[nodiscard]] bool has_stray_blank(std::string_view text);
// code_points counts the characters of UTF-8 text.
[[nodiscard]] std::size_t code_points(std::string_view text);
// columns is the width on a terminal: East Asian wide characters take two columns.
[[nodiscard]] std::size_t columns(std::string_view text);

[[nodiscard]] std::string lower(std::string_view ascii);
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);

// nearest names the candidate that somebody probably meant, or nothing if none is close.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

// middle_cut shortens a long name to `width` columns by replacing its middle with an ellipsis.
[[nodiscard]] std::string middle_cut(std::string_view text, std::size_t width);

// digest_words turns octets into words of the PGP word list (even offsets two syllables, odd offsets three), so
// that a digest can be read aloud and a swapped or missing word is heard.
[[nodiscard]] std::vector<std::string> digest_words(ByteView digest);

}  // namespace yuxin::base
