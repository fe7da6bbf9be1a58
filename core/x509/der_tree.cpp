#include <algorithm>

#include "yuxin/base/text.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509::der {

namespace {

constexpr unsigned kDeepest = 32;
constexpr std::uint8_t kConstructed = 0x20;
constexpr std::uint8_t kClass = 0xc0;

// Universal types beyond those of `Tag`.
constexpr std::uint8_t kEndOfContents = 0x00;
constexpr std::uint8_t kRelativeOid = 0x0d;
constexpr std::uint8_t kExternal = 0x28;
constexpr std::uint8_t kEmbeddedPdv = 0x2b;

bool each(ByteView content, bool (*fits)(char c)) { return std::ranges::all_of(base::as_text(content), fits); }

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// X.680 section 41.4
bool is_printable(char c) {
  return is_letter_or_digit(c) || std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
}

// X.690 sections 8.6.2 and 11.2.1: the unused bits are counted, at most seven, and zero.
bool is_bit_string(ByteView content) {
  if (content.empty() || content[0] > 7) return false;
  if (content.size() == 1) return content[0] == 0;
  return (content.back() & ((1U << content[0]) - 1U)) == 0;
}

// X.690 section 11.7: to the second, in UTC; a fraction of it without zeros at its end.
bool is_generalized_time(const Element& element) {
  const auto text = base::as_text(element.content);
  const auto point = text.find('.');
  if (point == std::string_view::npos) return parse_time(element).has_value();
  if (point != 14 || text.size() < 17 || text.back() != 'Z' || text[text.size() - 2] == '0') return false;
  const auto fraction = text.substr(point + 1, text.size() - point - 2);
  const std::string whole = std::string(text.substr(0, point)) + 'Z';
  return std::ranges::all_of(fraction, [](char c) { return c >= '0' && c <= '9'; }) &&
         parse_time({kGeneralizedTime, base::as_bytes(whole), {}}).has_value();
}

// The types that are constructed, and no others: strings are not put together from parts (X.690 sections 8.9
// and 10.2).
bool is_composed(unsigned tag) { return tag == kSequence || tag == kSet || tag == kExternal || tag == kEmbeddedPdv; }

bool is_primitive_value(const Element& element) {
  const ByteView content = element.content;
  switch (element.tag) {
    case kEndOfContents:
      return false;
    case kBoolean:
      return content.size() == 1 && (content[0] == 0x00 || content[0] == 0xff);
    case kInteger:
    case kEnumerated:
      return is_minimal_integer(content);
    case kBitString:
      return is_bit_string(content);
    case kNull:
      return content.empty();
    case kOid:
    case kRelativeOid:
      return is_oid(content);
    case kUtf8String:
      return base::is_utf8(base::as_text(content));
    case kNumericString:
      return each(content, [](char c) { return c == ' ' || (c >= '0' && c <= '9'); });
    case kPrintableString:
      return each(content, is_printable);
    case kIa5String:
      return each(content, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    case kVisibleString:
      return each(content, [](char c) { return c >= 0x20 && c < 0x7f; });
    case kBmpString:
      return content.size() % 2 == 0;
    case kUniversalString:
      return content.size() % 4 == 0;
    case kUtcTime:
      return parse_time(element).has_value();
    case kGeneralizedTime:
      return is_generalized_time(element);
    default:
      return !is_composed(element.tag | kConstructed);
  }
}

// X.690 sections 10.3 and 11.6: members of a SET in the order of their tags, those of a SET OF in that of their
// octets.
bool stand_in_order(const Element& before, const Element& after) {
  const auto tag = [](const Element& element) { return static_cast<std::uint8_t>(element.tag & ~kConstructed); };
  if (tag(before) != tag(after)) return tag(before) < tag(after);
  return !std::ranges::lexicographical_compare(after.whole, before.whole);
}

bool is_tree(const Element& element, unsigned depth);

bool are_trees(const Element& parent, unsigned depth) {
  Reader reader(parent.content);
  std::optional<Element> before;
  while (!reader.at_end()) {
    const auto child = reader.element();
    if (!child || !is_tree(*child, depth + 1)) return false;
    if (parent.tag == kSet && before && !stand_in_order(*before, *child)) return false;
    before = child;
  }
  return true;
}

bool is_tree(const Element& element, unsigned depth) {
  const bool universal = (element.tag & kClass) == 0;
  if ((element.tag & kConstructed) == 0) return !universal || is_primitive_value(element);
  return (!universal || is_composed(element.tag)) && depth <= kDeepest && are_trees(element, depth);
}

}  // namespace

bool is_der_tree(ByteView der) {
  Reader reader(der);
  const auto element = reader.element();
  return element && reader.at_end() && is_tree(*element, 1);
}

}  // namespace yuxin::x509::der
