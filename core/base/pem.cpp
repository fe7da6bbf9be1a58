// RFC 7468 textual encoding.
#include "yuxin/base/bytes.hpp"

namespace yuxin::base {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

// take_line cuts the next line off; RFC 7468 section 3 ends lines with CRLF, CR or LF.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find_first_of("\r\n");
  const std::string_view line = text.substr(0, end);
  if (end == std::string_view::npos) {
    text = {};
    return line;
  }
  const bool crlf = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
  text.remove_prefix(end + (crlf ? 2 : 1));
  return line;
}

// label_of gives the label of an encapsulation boundary, or nothing if `line` is none. Trailing blanks are
// allowed as RFC 7468 section 2 recommends for parsers.
std::optional<std::string_view> label_of(std::string_view line, std::string_view boundary) {
  const std::size_t last = line.find_last_not_of(" \t");
  line = line.substr(0, last == std::string_view::npos ? 0 : last + 1);
  if (line.size() < boundary.size() + kDashes.size()) return std::nullopt;
  if (!line.starts_with(boundary) || !line.ends_with(kDashes)) return std::nullopt;
  line.remove_prefix(boundary.size());
  line.remove_suffix(kDashes.size());
  for (const char c : line) {
    if (c < 0x20 || c > 0x7E) return std::nullopt;
  }
  if (line.find("--") != std::string_view::npos) return std::nullopt;
  return line;
}

}  // namespace

std::string pem(std::string_view label, ByteView der) {
  constexpr std::size_t kLineLength = 64;
  const std::string text = base64(der);
  std::string out;
  out.reserve(text.size() + text.size() / kLineLength + 2 * label.size() + 40);
  out.append(kBegin).append(label).append(kDashes).append("\n");
  for (std::size_t i = 0; i < text.size(); i += kLineLength) out.append(text, i, kLineLength).append("\n");
  out.append(kEnd).append(label).append(kDashes).append("\n");
  return out;
}

std::vector<PemBlock> parse_pem(std::string_view text) {
  std::vector<PemBlock> blocks;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // editors of Windows put it before UTF-8
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const char* body = nullptr;  // where the text of the last block begins; null when none is open
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (const auto begun = label_of(line, kBegin)) {
      blocks.push_back({std::string(*begun), {}});
      body = text.data();
      continue;
    }
    const auto ended = label_of(line, kEnd);
    if (!ended) continue;
    if (body != nullptr && blocks.back().label == *ended) {
      const std::string_view base64_text(body, static_cast<std::size_t>(line.data() - body));
      if (auto der = from_base64(base64_text)) blocks.back().der = *std::move(der);
    }
    body = nullptr;
  }
  return blocks;
}

}  // namespace yuxin::base
