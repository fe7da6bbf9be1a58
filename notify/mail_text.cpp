// What people read in a notification.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "words.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/base/translation.hpp"
#include "yuxin/notify/message.hpp"

namespace yuxin::notify {

using base::Language;
using base::translatable;

namespace {

constexpr std::size_t kLongestWord = 400;  // octets of one value
constexpr std::size_t kMostDetails = 24;
constexpr std::size_t kNarrowest = 12;  // columns of the labels

template <typename... Args>
std::string say(Language language, const char* msgid, const Args&... args) {
  const auto text = base::translated(msgid, language);
  try {
    return fmt::vformat(fmt::string_view(text.data(), text.size()), fmt::make_format_args(args...));
  } catch (const fmt::format_error&) {
    return fmt::vformat(msgid, fmt::make_format_args(args...));
  }
}

std::size_t length_of_character(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

// safe takes out what would drive a terminal, hide in a name or break a line, and cuts what is too long.
std::string safe(std::string_view text) {
  constexpr std::string_view kInstead = "\xef\xbf\xbd";  // U+FFFD
  if (!base::is_utf8(text)) return std::string(kInstead);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto one = text.substr(at, length_of_character(static_cast<unsigned char>(text[at])));
    at += one.size();
    if (out.size() > kLongestWord) return out + "…";
    out += base::has_unseen_character(one) ? kInstead : one;
  }
  return out;
}

std::string kind_text(std::string_view kind, Language language) {
  const auto title = kind_title(kind, language);
  return title ? std::string(*title) : safe(kind);
}

// A list, or an object in it, is told in one line: nothing that a record holds is deeper.
std::string value_text(std::string_view kind, std::string_view member, const base::Json& value, Language language) {
  std::vector<std::string> parts;
  if (value.is_array()) {
    for (const auto& one : value.get_array()) parts.push_back(value_text(kind, member, one, language));
  } else if (value.is_object()) {
    for (const auto& [name, one] : value.get_object()) {
      const auto title = member_title(kind, name, language);
      parts.push_back((title ? std::string(*title) : safe(name)) + " " + value_text(kind, name, one, language));
    }
  } else if (auto title = value_title(member, value, language)) {
    return std::move(*title);
  } else {
    return safe(value.is_string() ? std::string(value.get_string()) : base::print_json(value));
  }
  return safe(base::join(parts, ", "));
}

using Lines = std::vector<std::pair<std::string, std::string>>;

std::string printed(const Lines& lines) {
  std::size_t width = kNarrowest;
  for (const auto& [label, value] : lines) width = std::max(width, base::columns(label) + 2);
  std::string text;
  for (const auto& [label, value] : lines)
    text += "  " + label + std::string(width - base::columns(label), ' ') + value + "\r\n";
  return text;
}

void add_data(Lines& lines, const Notice& notice, Language language, const CaseWords& case_words) {
  const bool of_case = case_words && notice.kind.starts_with("case.");
  if (of_case) {
    if (const auto title = case_words(notice, "workflow", language))
      lines.emplace_back(say(language, translatable("workflow")), safe(*title));
  }
  std::size_t details = 0;
  for (const auto& [name, value] : notice.data) {
    if (name == "owner") continue;  // a process of this machine
    if (value.is_string() && value.get_string().empty()) continue;
    if (++details > kMostDetails) break;
    const auto label = member_title(notice.kind, name, language);
    const auto word = of_case ? case_words(notice, name, language) : std::nullopt;
    lines.emplace_back(label ? std::string(*label) : safe(name),
                       word ? safe(*word) : value_text(notice.kind, name, value, language));
  }
}

void add_notice(std::string& text, const Notice& notice, Language language, const CaseWords& case_words) {
  const auto time = base::parse_rfc3339(notice.time);
  Lines lines;
  lines.emplace_back(say(language, translatable("object")), safe(notice.object));
  lines.emplace_back(say(language, translatable("time")), time ? base::local_time(*time) : safe(notice.time));
  lines.emplace_back(say(language, translatable("by")), safe(notice.actor));
  add_data(lines, notice, language, case_words);
  if (notice.index) lines.emplace_back(say(language, translatable("ledger entry")), std::to_string(*notice.index));
  text += kind_text(notice.kind, language) + "\r\n" + printed(lines) + "\r\n";
}

}  // namespace

std::string mail_subject(std::string_view origin, std::span<const Notice> notices, Language language) {
  if (notices.size() == 1)
    return say(language, translatable("{}: {}"), kind_text(notices.front().kind, language),
               safe(notices.front().object));
  return say(language, translatable("{} new records in {}"), notices.size(), safe(origin));
}

std::string mail_text(std::string_view origin, std::span<const Notice> notices, Language language,
                      const CaseWords& case_words) {
  std::string text;
  for (const auto& notice : notices) add_notice(text, notice, language, case_words);
  text +=
      say(language,
          translatable("This was recorded in {}. Who signed this message is named in its signature; to see all of "
                       "an entry: yuxin audit log"),
          safe(origin)) +
      "\r\n";
  return text;
}

}  // namespace yuxin::notify
