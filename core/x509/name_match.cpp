#include "yuxin/x509/name_match.hpp"

#include <unicase.h>
#include <uninorm.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <new>
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

// Section 2.2: what is mapped to nothing, and every kind of blank to a blank.
std::string without_unseen(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto whole = text;
    const auto c = next(text);
    if (is_in(kBlanks, c)) {
      out.push_back(' ');
    } else if (!is_in(kUnseen, c) && !is_in(kUnseenAbove, c)) {
      out += whole.substr(0, whole.size() - text.size());
    }
  }
  return out;
}

// Sections 2.2 and 2.3: capitals and compatible forms in all languages, composed characters (NFKC).
std::string folded(const std::string& text) {
  std::size_t size = 0;
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> octets(
      ::u8_casefold(base::as_bytes(text).data(), text.size(), nullptr, UNINORM_NFKC, nullptr, &size), &std::free);
  if (!octets) throw std::bad_alloc();  // the text is UTF-8: nothing else can be wrong
  return std::string(base::as_text({octets.get(), size}));
}

// Section 2.6.1, for comparing: none at the ends, and one where there were several.
std::string without_needless_blanks(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out.push_back(c);
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace

std::string comparable_text(std::string_view text) {
  if (!base::is_utf8(text)) return std::string(text);
  return without_needless_blanks(folded(without_unseen(text)));
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

bool same_attributes(const Name& a, const Name& b) {
  const auto as_one_set = [](const Name& name) {
    auto attributes = name.attributes();
    for (auto& attribute : attributes) attribute.starts_rdn = &attribute == &attributes.front();
    return comparable_name(Name::from_attributes(std::move(attributes)));
  };
  return as_one_set(a) == as_one_set(b);
}

}  // namespace yuxin::x509
