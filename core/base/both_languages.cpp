// A message in another language than the one in which it was made: which of the messages that were said it is, and
// with which arguments, is read from the text.
#include <charconv>
#include <vector>

#include "yuxin/base/text.hpp"
#include "yuxin/base/translation.hpp"

namespace yuxin::base {

namespace {

// Pattern is an fmt format string: texts, and between them the numbers of the arguments.
struct Pattern {
  std::vector<std::string> texts;  // one more than fields
  std::vector<std::size_t> fields;
};

// field_number reads what stands before the colon of "{}", "{1}" or "{1:04x}".
std::optional<std::size_t> field_number(std::string_view inside, std::size_t next) {
  const auto digits = inside.substr(0, inside.find(':'));
  if (digits.empty()) return next;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::optional<Pattern> parse(std::string_view format) {
  Pattern pattern{{""}, {}};
  for (std::size_t at = 0; at < format.size(); ++at) {
    const char c = format[at];
    const bool doubled = at + 1 < format.size() && format[at + 1] == c;
    if ((c == '{' || c == '}') && doubled) {
      ++at;
    } else if (c == '{') {
      const auto end = format.find('}', at);
      if (end == std::string_view::npos) return std::nullopt;
      const auto number = field_number(format.substr(at + 1, end - at - 1), pattern.fields.size());
      if (!number) return std::nullopt;
      pattern.fields.push_back(*number);
      pattern.texts.emplace_back();
      at = end;
      continue;
    }
    pattern.texts.back() += c;
  }
  return pattern;
}

using Arguments = std::vector<std::optional<std::string_view>>;

// match takes the arguments out of a text: each ends where the text after its field comes first, the last one where
// the end of the pattern begins.
std::optional<Arguments> match(const Pattern& pattern, std::string_view text) {
  const auto& texts = pattern.texts;
  if (pattern.fields.empty()) return text == texts.front() ? std::optional(Arguments()) : std::nullopt;
  if (!text.starts_with(texts.front())) return std::nullopt;
  text.remove_prefix(texts.front().size());
  if (!text.ends_with(texts.back())) return std::nullopt;
  text.remove_suffix(texts.back().size());
  Arguments arguments;
  const auto put = [&](std::size_t field, std::string_view value) {
    const auto number = pattern.fields[field];
    if (number >= arguments.size()) arguments.resize(number + 1);
    arguments[number] = value;
  };
  for (std::size_t field = 0; field + 1 < pattern.fields.size(); ++field) {
    const auto& after = texts[field + 1];
    const auto end = text.find(after);
    if (end == std::string_view::npos) return std::nullopt;
    put(field, text.substr(0, end));
    text.remove_prefix(end + after.size());
  }
  put(pattern.fields.size() - 1, text);
  return arguments;
}

using Said = std::deque<std::string>;

// What was said last is the message, and what was said before it may be its arguments.
std::string retold(std::string_view text, const Said& said, std::size_t count, Language language) {
  for (auto which = count; which-- > 0;) {
    const auto& msgid = said[which];
    const auto pattern = parse(msgid);
    const auto arguments = pattern ? match(*pattern, text) : std::nullopt;
    const auto other = parse(translated(msgid.c_str(), language));
    if (!arguments || !other) continue;
    auto told = other->texts.front();
    bool whole = true;
    for (std::size_t field = 0; field < other->fields.size(); ++field) {
      const auto number = other->fields[field];
      whole = whole && number < arguments->size() && (*arguments)[number];
      if (!whole) break;
      told += retold(*(*arguments)[number], said, which, language) + other->texts[field + 1];
    }
    if (whole) return told;
  }
  return std::string(text);
}

}  // namespace

std::string BothLanguages::in(Language language, std::string_view english) const {
  if (language == Language::kEnglish) return std::string(english);
  return retold(english, said_, said_.size(), language);
}

}  // namespace yuxin::base
