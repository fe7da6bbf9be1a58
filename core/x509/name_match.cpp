#include "yuxin/x509/name_match.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "yuxin/base/text.hpp"

namespace yuxin::x509 {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](const Range& range) { return range.first <= c && c <= range.last; });
}

// RFC 4518 section 2.2, "mapped to nothing", and what else Unicode calls a default ignorable code point.
constexpr std::array<Range, 20> kUnseen{{{0x0000, 0x0008}, {0x000e, 0x001f}, {0x007f, 0x0084}, {0x0086, 0x009f},
                                         {0x00ad, 0x00ad}, {0x034f, 0x034f}, {0x061c, 0x061c}, {0x06dd, 0x06dd},
                                         {0x070f, 0x070f}, {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x1806, 0x180f},
                                         {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164},
                                         {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff9, 0xfffc}}};
constexpr std::array<Range, 3> kUnseenAbove{{{0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}}};
constexpr std::array<Range, 10> kBlanks{{{0x0009, 0x000d},
                                         {0x0020, 0x0020},
                                         {0x0085, 0x0085},
                                         {0x00a0, 0x00a0},
                                         {0x1680, 0x1680},
                                         {0x2000, 0x200a},
                                         {0x2028, 0x2029},
                                         {0x202f, 0x202f},
                                         {0x205f, 0x205f},
                                         {0x3000, 0x3000}}};

// Shift is a row of capital letters: every one, or every second one beginning with the first, `by` before its small
// one.
struct Shift {
  char32_t first;
  char32_t last;
  char32_t step;
  char32_t by;
};
constexpr std::array<Shift, 22> kCapitals{
    {{0x0041, 0x005a, 1, 0x20}, {0x00c0, 0x00d6, 1, 0x20}, {0x00d8, 0x00de, 1, 0x20}, {0x0100, 0x012e, 2, 1},
     {0x0132, 0x0136, 2, 1},    {0x0139, 0x0147, 2, 1},    {0x014a, 0x0176, 2, 1},    {0x0179, 0x017d, 2, 1},
     {0x0386, 0x0386, 1, 0x26}, {0x0388, 0x038a, 1, 0x25}, {0x038c, 0x038c, 1, 0x40}, {0x038e, 0x038f, 1, 0x3f},
     {0x0391, 0x03a1, 1, 0x20}, {0x03a3, 0x03ab, 1, 0x20}, {0x0400, 0x040f, 1, 0x50}, {0x0410, 0x042f, 1, 0x20},
     {0x0460, 0x0480, 2, 1},    {0x048a, 0x04be, 2, 1},    {0x04c1, 0x04cd, 2, 1},    {0x04d0, 0x052e, 2, 1},
     {0x0531, 0x0556, 1, 0x30}, {0x1e00, 0x1e94, 2, 1}}};

char32_t small(char32_t c) {
  switch (c) {
    case 0x00b5:
      return 0x03bc;
    case 0x0130:
      return 'i';
    case 0x0178:
      return 0x00ff;
    case 0x017f:
      return 's';
    case 0x03c2:
      return 0x03c3;
    case 0x04c0:
      return 0x04cf;
    default:
      break;
  }
  if (0x1ea0 <= c && c <= 0x1efe && c % 2 == 0) return c + 1;
  for (const auto& row : kCapitals) {
    if (row.first <= c && c <= row.last && (c - row.first) % row.step == 0) return c + row.by;
  }
  return c;
}

void put(std::string& out, char32_t c) {
  const auto octet = [&](char32_t value) { out.push_back(static_cast<char>(static_cast<unsigned char>(value))); };
  if (c < 0x80) return octet(c);
  if (c < 0x800) {
    octet(0xc0 | (c >> 6U));
  } else if (c < 0x10000) {
    octet(0xe0 | (c >> 12U));
    octet(0x80 | ((c >> 6U) & 0x3fU));
  } else {
    octet(0xf0 | (c >> 18U));
    octet(0x80 | ((c >> 12U) & 0x3fU));
    octet(0x80 | ((c >> 6U) & 0x3fU));
  }
  octet(0x80 | (c & 0x3fU));
}

// next takes the first character off a text that is UTF-8.
char32_t next(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  constexpr std::array<unsigned char, 4> kMasks{0x7f, 0x1f, 0x0f, 0x07};
  char32_t c = lead & kMasks.at(more);
  for (std::size_t i = 1; i <= more; ++i) c = (c << 6U) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  text.remove_prefix(more + 1);
  return c;
}

}  // namespace

std::string comparable_text(std::string_view text) {
  if (!base::is_utf8(text)) return std::string(text);
  std::string out;
  bool blank = false;
  while (!text.empty()) {
    auto c = next(text);
    if (is_in(kBlanks, c)) {
      blank = true;
      continue;
    }
    if (is_in(kUnseen, c) || is_in(kUnseenAbove, c)) continue;
    if (blank && !out.empty()) out.push_back(' ');
    blank = false;
    if (0xff01 <= c && c <= 0xff5e) c -= 0xfee0;
    if (c == 0x00df || c == 0x1e9e) {
      out += "ss";
    } else {
      put(out, small(c));
    }
  }
  return out;
}

std::string comparable_name(const Name& name) {
  std::vector<std::vector<std::string>> rdns;
  for (const auto& attribute : name.attributes()) {
    if (attribute.starts_rdn || rdns.empty()) rdns.emplace_back();
    // no comparable text has a control character, so that nothing can be moved from one attribute to the next
    rdns.back().push_back(base::hex(attribute.type) + '\x01' + comparable_text(attribute.value));
  }
  std::string out;
  for (auto& rdn : rdns) {
    std::ranges::sort(rdn);
    for (const auto& attribute : rdn) out += attribute + '\x02';
    out += '\x03';
  }
  return out;
}

bool equal_names(const Name& a, const Name& b) { return a.same(b) || comparable_name(a) == comparable_name(b); }

}  // namespace yuxin::x509
