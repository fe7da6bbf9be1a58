#include "note.hpp"

#include <algorithm>
#include <charconv>

#include "yuxin/base/text.hpp"

namespace yuxin::evidence {

namespace {

constexpr std::string_view kSignatureStart = "\xe2\x80\x94 ";  // an em dash and a blank
constexpr std::size_t kLargestNote = 1U << 20U;
constexpr std::size_t kMostSignatures = 100;
constexpr std::size_t kKeyHashSize = 4;

// The characters of Unicode's category Z beyond the blank: no-break space, ogham space mark, the spaces from en quad
// to hair space, line and paragraph separator, narrow no-break, medium mathematical and ideographic space.
constexpr std::string_view kSpaces[] = {
    "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83",
    "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89",
    "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};

// C2SP signed-note: UTF-8 without control characters but the line feed.
bool is_note_text(std::string_view text) {
  return base::is_utf8(text) &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
}

std::optional<Note::Signature> parse_signature(std::string_view line) {
  if (!line.starts_with(kSignatureStart)) return std::nullopt;
  line.remove_prefix(kSignatureStart.size());
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos || !is_key_name(line.substr(0, blank))) return std::nullopt;
  const auto octets = from_strict_base64(line.substr(blank + 1));
  if (!octets || octets->size() <= kKeyHashSize) return std::nullopt;
  const auto split = octets->begin() + kKeyHashSize;
  return Note::Signature{line.substr(0, blank), {octets->begin(), split}, {split, octets->end()}};
}

}  // namespace

std::optional<std::string_view> take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

std::optional<std::int64_t> parse_tree_size(std::string_view text) {
  std::int64_t size = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, size);
  if (error != std::errc{} || stop != end || size < 0 || std::to_string(size) != text) return std::nullopt;
  return size;
}

std::optional<Hash> hash_from_base64(std::string_view text) {
  const auto octets = from_strict_base64(text);
  Hash hash{};
  if (!octets || octets->size() != hash.size()) return std::nullopt;
  std::ranges::copy(*octets, hash.begin());
  return hash;
}

std::optional<base::Bytes> from_strict_base64(std::string_view text) {
  auto octets = base::from_base64(text);
  if (!octets || base::base64(*octets) != text) return std::nullopt;
  return octets;
}

bool is_key_name(std::string_view name) {
  if (name.empty() || !base::is_utf8(name) || base::has_control_character(name)) return false;
  if (name.find_first_of(" +\t") != std::string_view::npos) return false;
  return std::ranges::none_of(kSpaces,
                              [&](std::string_view space) { return name.find(space) != std::string_view::npos; });
}

std::optional<Note> parse_note(std::string_view note) {
  if (note.size() > kLargestNote || !is_note_text(note)) return std::nullopt;
  // The last empty line parts text and signatures: the text may have empty lines of its own.
  const auto gap = note.rfind("\n\n");
  if (gap == std::string_view::npos) return std::nullopt;
  Note parsed;
  parsed.text = note.substr(0, gap + 1);
  auto rest = note.substr(gap + 2);
  while (!rest.empty()) {
    const auto line = take_line(rest);
    if (!line) return std::nullopt;
    auto signature = parse_signature(*line);
    if (!signature || parsed.signatures.size() == kMostSignatures) return std::nullopt;
    parsed.signatures.push_back(std::move(*signature));
  }
  if (parsed.signatures.empty()) return std::nullopt;
  return parsed;
}

std::string checkpoint_text(const Checkpoint& checkpoint) {
  return checkpoint.origin + '\n' + std::to_string(checkpoint.head.size) + '\n' + base::base64(checkpoint.head.root) +
         '\n';
}

std::optional<Checkpoint> parse_checkpoint_text(std::string_view text) {
  const auto origin = take_line(text);
  const auto size_line = take_line(text);
  const auto root_line = take_line(text);
  if (!origin || origin->empty() || !size_line || !root_line) return std::nullopt;
  // C2SP tlog-checkpoint: what follows are extension lines, which are opaque and not empty.
  while (!text.empty()) {
    const auto extension = take_line(text);
    if (!extension || extension->empty()) return std::nullopt;
  }
  const auto size = parse_tree_size(*size_line);
  const auto root = hash_from_base64(*root_line);
  if (!size || !root) return std::nullopt;
  return Checkpoint{std::string(*origin), {*size, *root}};
}

}  // namespace yuxin::evidence
