// A note that went over paper: typed from a page, or read by a scanner.
#include <algorithm>
#include <vector>

#include "note.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::evidence {

namespace {

// The dash of a signature line as people and programs write it: em dash, horizontal bar, en dash, minus, hyphens.
constexpr std::string_view kDashes[] = {
    "\xe2\x80\x94", "\xe2\x80\x95", "\xe2\x80\x93", "\xe2\x88\x92", "---", "--", "-"};
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kHeadLines = 3;

// What follows the dash and at least one blank; nothing when the line is none.
std::optional<std::string_view> after_dash(std::string_view line) {
  for (const auto dash : kDashes) {
    if (!line.starts_with(dash)) continue;
    const auto rest = line.substr(dash.size());
    if (rest.empty() || rest.front() != ' ') return std::nullopt;
    return base::trim(rest);
  }
  return std::nullopt;
}

std::string without_blanks(std::string_view text) {
  std::string kept(text);
  std::erase(kept, ' ');
  return kept;
}

bool is_base64_piece(std::string_view line) {
  return !line.empty() && std::ranges::all_of(line, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
           c == '=' || c == ' ';
  });
}

std::vector<std::string> lines_of(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<std::string> lines;
  for (const auto raw : base::split(text, '\n')) {
    std::string line(raw);
    std::ranges::replace(line, '\t', ' ');
    std::ranges::replace(line, '\r', ' ');
    lines.emplace_back(base::trim(line));
  }
  return lines;
}

// The paragraph that ends before `end`, empty lines between passed over: the text of the note.
std::string text_before(const std::vector<std::string>& lines, std::size_t end) {
  while (end > 0 && lines[end - 1].empty()) --end;
  auto begin = end;
  while (begin > 0 && !lines[begin - 1].empty()) --begin;
  std::string text;
  for (auto at = begin; at < end; ++at) {
    // Size and root have no blanks of their own; the name and lines after the third may.
    const bool figures = at > begin && at < begin + kHeadLines;
    text += (figures ? without_blanks(lines[at]) : lines[at]) + '\n';
  }
  return text;
}

// The signature line that begins at `at`, with its broken ends; moves `at` behind it.
std::string take_signature(const std::vector<std::string>& lines, std::size_t& at) {
  const auto first = *after_dash(lines[at++]);
  const auto blank = first.find(' ');
  const auto name = first.substr(0, blank);
  std::string value = blank == std::string_view::npos ? std::string() : without_blanks(first.substr(blank));
  while (at < lines.size() && !after_dash(lines[at]) && is_base64_piece(lines[at]))
    value += without_blanks(lines[at++]);
  return "\xe2\x80\x94 " + std::string(name) + ' ' + value + '\n';
}

}  // namespace

std::string note_from_paper(std::string_view text) {
  const auto lines = lines_of(text);
  std::size_t at = 0;
  while (at < lines.size() && !after_dash(lines[at])) ++at;
  if (at == lines.size()) return std::string(text);
  std::string note = text_before(lines, at) + '\n';
  while (at < lines.size()) {
    if (lines[at].empty()) {
      ++at;
    } else if (after_dash(lines[at])) {
      note += take_signature(lines, at);
    } else {
      break;
    }
  }
  return note;
}

}  // namespace yuxin::evidence
