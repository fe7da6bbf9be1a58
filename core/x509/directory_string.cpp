#include "directory_string.hpp"

#include <algorithm>
#include <cstdint>

#include "yuxin/base/text.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

namespace {

bool is_surrogate(std::uint32_t point) { return point >= 0xd800U && point <= 0xdfffU; }

void append_utf8(std::string& out, std::uint32_t point) {
  const auto put = [&out](std::uint32_t octet) { out.push_back(static_cast<char>(octet)); };
  if (point < 0x80U) {
    put(point);
  } else if (point < 0x800U) {
    put(0xc0U | (point >> 6U));
    put(0x80U | (point & 0x3fU));
  } else if (point < 0x10000U) {
    put(0xe0U | (point >> 12U));
    put(0x80U | ((point >> 6U) & 0x3fU));
    put(0x80U | (point & 0x3fU));
  } else {
    put(0xf0U | (point >> 18U));
    put(0x80U | ((point >> 12U) & 0x3fU));
    put(0x80U | ((point >> 6U) & 0x3fU));
    put(0x80U | (point & 0x3fU));
  }
}

// BMPString is UCS-2; surrogate pairs are read because writers of today put UTF-16 there.
std::optional<std::string> decode_bmp(base::ByteView content) {
  if (content.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < content.size(); i += 2) {
    std::uint32_t point = (std::uint32_t{content[i]} << 8U) | content[i + 1];
    if (is_surrogate(point)) {
      if (point >= 0xdc00U || i + 3 >= content.size()) return std::nullopt;
      const std::uint32_t low = (std::uint32_t{content[i + 2]} << 8U) | content[i + 3];
      if (low < 0xdc00U || low > 0xdfffU) return std::nullopt;
      point = 0x10000U + ((point - 0xd800U) << 10U) + (low - 0xdc00U);
      i += 2;
    }
    append_utf8(out, point);
  }
  return out;
}

std::optional<std::string> decode_universal(base::ByteView content) {
  if (content.size() % 4 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < content.size(); i += 4) {
    const std::uint32_t point = (std::uint32_t{content[i]} << 24U) | (std::uint32_t{content[i + 1]} << 16U) |
                                (std::uint32_t{content[i + 2]} << 8U) | content[i + 3];
    if (point > 0x10ffffU || is_surrogate(point)) return std::nullopt;
    append_utf8(out, point);
  }
  return out;
}

std::string decode_latin1(base::ByteView content) {
  std::string out;
  for (const auto octet : content) append_utf8(out, octet);
  return out;
}

}  // namespace

bool is_string_tag(std::uint8_t tag) {
  switch (tag) {
    case der::kUtf8String:
    case der::kNumericString:
    case der::kPrintableString:
    case der::kTeletexString:
    case der::kIa5String:
    case der::kVisibleString:
    case der::kUniversalString:
    case der::kBmpString:
      return true;
    default:
      return false;
  }
}

std::optional<std::string> decode_string(std::uint8_t tag, base::ByteView content) {
  switch (tag) {
    case der::kBmpString:
      return decode_bmp(content);
    case der::kUniversalString:
      return decode_universal(content);
    case der::kTeletexString:
      return decode_latin1(content);
    default:
      break;
  }
  const std::string_view text = base::as_text(content);
  if (!is_string_tag(tag) || !base::is_utf8(text)) return std::nullopt;
  return std::string(text);
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
  });
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
}

}  // namespace yuxin::x509
