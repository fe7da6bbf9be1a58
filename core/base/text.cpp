#include "yuxin/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "unicode.hpp"

namespace yuxin::base {
namespace {

// East Asian Wide and Fullwidth blocks (UAX #11), as whole blocks: a terminal does no better.
constexpr std::array<UnicodeRange, 16> kWide{{{0x1100, 0x115F},
                                              {0x2329, 0x232A},
                                              {0x2E80, 0x303E},
                                              {0x3041, 0x33FF},
                                              {0x3400, 0x4DBF},
                                              {0x4E00, 0x9FFF},
                                              {0xA000, 0xA4CF},
                                              {0xA960, 0xA97F},
                                              {0xAC00, 0xD7A3},
                                              {0xF900, 0xFAFF},
                                              {0xFE10, 0xFE19},
                                              {0xFE30, 0xFE6F},
                                              {0xFF00, 0xFF60},
                                              {0xFFE0, 0xFFE6},
                                              {0x1F300, 0x1FAFF},
                                              {0x20000, 0x3FFFD}}};

// Marks that stand on the character before them, and characters that are not seen.
constexpr std::array<UnicodeRange, 8> kNoWidth{{{0x0300, 0x036F},
                                                {0x0483, 0x0489},
                                                {0x1AB0, 0x1AFF},
                                                {0x1DC0, 0x1DFF},
                                                {0x200B, 0x200F},
                                                {0x20D0, 0x20FF},
                                                {0x3099, 0x309A},
                                                {0xFE00, 0xFE0F}}};

// What is not seen, so that two names that look alike are not: format characters (general category Cf), line and
// paragraph separators (Zl, Zp), blanks other than U+0020 (Zs), the Braille pattern without dots, private use (Co)
// and the selectors and fillers that Unicode calls default ignorable (DerivedCoreProperties.txt), by blocks where a
// block holds nothing else.
constexpr std::array<UnicodeRange, 32> kUnseen{{
    {0x00A0, 0x00A0},   {0x00AD, 0x00AD},    {0x034F, 0x034F},   {0x0600, 0x0605},   {0x061C, 0x061C},
    {0x06DD, 0x06DD},   {0x070F, 0x070F},    {0x0890, 0x0891},   {0x08E2, 0x08E2},   {0x115F, 0x1160},
    {0x1680, 0x1680},   {0x17B4, 0x17B5},    {0x180B, 0x180F},   {0x2000, 0x200F},   {0x2028, 0x202F},
    {0x205F, 0x206F},   {0x2800, 0x2800},    {0x3000, 0x3000},   {0x3164, 0x3164},   {0xE000, 0xF8FF},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},    {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},   {0x110BD, 0x110BD},
    {0x110CD, 0x110CD}, {0x13430, 0x1343F},  {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE00FF},
    {0xE0100, 0xE01EF}, {0xF0000, 0x10FFFF},
}};

std::size_t width_of(char32_t c) {
  if (c < 0x300) return 1;
  if (in_ranges(kNoWidth, c)) return 0;
  return in_ranges(kWide, c) ? 2 : 1;
}

struct Character {
  char32_t code = 0;
  std::size_t octets = 0;  // 0: not UTF-8
};

// decode reads the first character of `text`, which must not be empty (RFC 3629 section 4).
Character decode(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = octet(0);
  if (first < 0x80) return {first, 1};
  const std::size_t octets = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < octets) return {};
  char32_t code = first & (0x7FU >> octets);
  for (std::size_t i = 1; i < octets; ++i) {
    if ((octet(i) & 0xC0U) != 0x80) return {};
    code = code << 6U | (octet(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kShortest{0, 0, 0x80, 0x800, 0x10000};
  if (code < kShortest.at(octets) || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, octets};
}

// next cuts one character off; an octet that is not UTF-8 counts as one character, so that counting a text
// that nobody checked still ends.
Character next(std::string_view& text) {
  Character c = decode(text);
  if (c.octets == 0) c = {0xFFFD, 1};
  text.remove_prefix(c.octets);
  return c;
}

// C0, DEL and C1, and what changes the direction of the text around it (UAX #9, explicit formatting characters).
bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

bool is_unseen(char32_t c) { return is_control(c) || (c > 0x7F && (in_ranges(kUnseen, c) || is_unassigned(c))); }

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours cost one each.
std::size_t typing_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Character c = decode(text);
    if (c.octets == 0) return false;
    text.remove_prefix(c.octets);
  }
  return true;
}

bool has_control_character(std::string_view text) {
  while (!text.empty()) {
    if (is_control(next(text).code)) return true;
  }
  return false;
}

bool has_unseen_character(std::string_view text) {
  while (!text.empty()) {
    if (is_unseen(next(text).code)) return true;
  }
  return false;
}

std::size_t most_marks(std::string_view text) {
  std::size_t most = 0;
  for (std::size_t marks = 0; !text.empty();) {
    const char32_t c = next(text).code;
    marks = c >= 0x300 && is_stacked_mark(c) ? marks + 1 : 0;
    most = std::max(most, marks);
  }
  return most;
}

std::string show_unseen(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character c = decode(text);
    if (c.octets == 0) {
      out += "\xEF\xBF\xBD";
    } else if (is_unseen(c.code)) {
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c.code));
    } else {
      out += text.substr(0, c.octets);
    }
    text.remove_prefix(std::max<std::size_t>(c.octets, 1));
  }
  return out;
}

bool has_stray_blank(std::string_view text) {
  return text.starts_with(' ') || text.ends_with(' ') || text.find("  ") != std::string_view::npos;
}

std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) next(text);
  return count;
}

std::size_t columns(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += width_of(next(text).code);
  return width;
}

std::string lower(std::string_view ascii) {
  std::string out(ascii);
  std::ranges::transform(out, out.begin(), ascii_lower);
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (&part != parts.data()) out += separator;
    out += part;
  }
  return out;
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t kLongest = 128;  // the distance takes time of length squared, and words come from outside
  if (word.empty() || word.size() > kLongest) return std::nullopt;
  const std::string wanted = lower(word);
  std::optional<std::string> best;
  // One slip in three characters is a slip; more is another word.
  std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongest) continue;
    const std::size_t distance = typing_distance(wanted, lower(candidate));
    if (distance >= std::max(word.size(), candidate.size())) continue;  // nothing in common
    if (distance < limit || (distance == limit && !best)) {
      best = candidate;
      limit = distance;
    }
  }
  return best;
}

std::string middle_cut(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  if (width == 0) return {};
  const std::size_t head_width = width / 2;
  const std::size_t tail_width = width - 1 - head_width;

  std::string_view rest = text;
  std::size_t used = 0;
  std::size_t head_end = 0;
  while (!rest.empty()) {
    used += width_of(next(rest).code);
    if (used > head_width) break;
    head_end = text.size() - rest.size();
  }
  // The tail starts at the first character from which the remainder fits.
  rest = text.substr(head_end);
  std::size_t remaining = columns(rest);
  while (!rest.empty() && (remaining > tail_width || width_of(decode(rest).code) == 0)) {
    remaining -= width_of(next(rest).code);
  }
  return std::string(text.substr(0, head_end)).append("…").append(rest);
}

}  // namespace yuxin::base
