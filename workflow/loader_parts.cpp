// Titles, fields and conditions of a definition.
#include <algorithm>

#include "guard_node.hpp"
#include "loader.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::workflow {

using base::ConfigTable;
using base::Result;

namespace {

constexpr std::size_t kLongestName = 40;
constexpr std::size_t kLongestTitle = 400;
constexpr std::int64_t kLongestText = 20'000;
constexpr std::int64_t kUsualText = 200;
constexpr std::int64_t kLargest = std::int64_t{1} << 53;  // what a statement can hold
constexpr std::size_t kMostChoices = 200;

// One pair of words for each choice, in the order of one_of.
Result<> read_words(ConfigTable& table, Field& field) {
  TRY(auto words, table.tables("words"));
  if (words.empty()) return {};
  if (words.size() != field.one_of.size())
    return table.error("words", "words names each choice once, in the order of one_of: there are {}, and {} choices",
                       words.size(), field.one_of.size());
  for (auto& word : words) {
    TRY(auto en, word.required_string("en"));
    TRY(auto zh, word.required_string("zh"));
    for (const auto& text : {en, zh}) {
      if (text.empty() || base::has_control_character(text) || !base::is_utf8(text))
        return table.error("words", "a choice has characters that cannot be shown, or none");
      const auto other = std::ranges::find(field.one_of, text);
      const auto place = static_cast<std::size_t>(other - field.one_of.begin());
      if (other != field.one_of.end() && place != field.words.size())
        return table.error("words", "\"{}\" would mean two choices", text);
    }
    field.words.push_back({std::move(en), std::move(zh)});
  }
  return {};
}

Result<> read_choices(ConfigTable& table, Field& field) {
  TRY(field.one_of, table.strings("one_of"));
  TRY(const auto order, table.string("order"));
  if (field.kind != FieldKind::kChoice) {
    if (!field.one_of.empty() || order || table.has("words"))
      return table.error("one_of", "one_of, words and order are for fields of the kind \"choice\"");
    return {};
  }
  if (field.one_of.empty() || field.one_of.size() > kMostChoices)
    return table.error("one_of", "say what can be chosen, 1 to {} words: one_of = [\"…\", \"…\"]", kMostChoices);
  for (const auto& word : field.one_of) {
    if (word.empty() || !base::is_utf8(word) || base::has_control_character(word))
      return table.error("one_of", "a choice has characters that cannot be shown, or none");
    if (std::ranges::count(field.one_of, word) > 1) return table.error("one_of", "\"{}\" stands there twice.", word);
  }
  TRY(read_words(table, field));
  if (!order) return {};
  if (*order != "low-to-high" && *order != "high-to-low")
    return table.error("order", "order takes \"low-to-high\" or \"high-to-low\"");
  field.order = *order == "low-to-high" ? Field::Order::kLowToHigh : Field::Order::kHighToLow;
  return {};
}

Result<> read_bounds(ConfigTable& table, Field& field) {
  TRY(const auto min, table.integer("min"));
  TRY(const auto max, table.integer("max"));
  const bool is_text = field.kind == FieldKind::kText;
  if (!is_text && field.kind != FieldKind::kInteger) {
    if (min || max) return table.error("min", "min and max are for fields of the kinds \"integer\" and \"text\"");
    return {};
  }
  field.min = min.value_or(is_text ? 1 : 0);
  field.max = max.value_or(is_text ? std::max(kUsualText, field.min) : kLargest);
  const auto least = is_text ? 0 : -kLargest;
  const auto most = is_text ? kLongestText : kLargest;
  if (field.min < least || field.max > most || field.min > field.max)
    return table.error(max ? "max" : "min", "min and max must be {} <= min <= max <= {}", least, most);
  return {};
}

}  // namespace

bool is_name(std::string_view text, char mark) {
  return !text.empty() && text.size() <= kLongestName && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(
             text, [mark](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == mark; });
}

bool is_state_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && text.front() >= 'A' && text.front() <= 'Z' &&
         std::ranges::all_of(
             text, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
}

Result<Title> read_title(ConfigTable& table, std::string_view key) {
  TRY(auto both, table.table(key));
  if (!both) return table.error({}, "\"{}\" is missing; write {} = {{ en = \"…\", zh = \"…\" }}", key, key);
  TRY(auto en, both->string("en"));
  TRY(auto zh, both->string("zh"));
  Title title{en.value_or(""), zh.value_or("")};
  if (title.en.empty() && title.zh.empty())
    return table.error(key, "\"{}\" needs a text in English (en) or Chinese (zh)", key);
  for (const auto& text : {title.en, title.zh}) {
    if (text.size() > kLongestTitle || base::has_control_character(text))
      return table.error(key, "\"{}\" is too long, or has characters that cannot be shown", key);
  }
  return title;
}

Result<Field> read_field(ConfigTable& table) {
  Field field;
  TRY(field.name, table.required_string("name"));
  const bool built_in = field.name == kPolicyField || field.name == kOrganisationField || field.name == kProfileField;
  if (!is_name(field.name, '_') || built_in)
    return table.error("name",
                       "\"{}\" cannot name a field: lower-case letters, digits and '_', a letter first, and "
                       "not \"policy\", \"organisation\" or \"profile\", which are there always",
                       field.name);
  TRY(field.title, read_title(table, "title"));
  TRY(const auto word, table.string("kind"));
  const auto kind = kind_by_name(word.value_or("text"));
  if (!kind)
    return table.error("kind",
                       "there is no kind \"{}\"; there are text, integer, boolean, time, choice, "
                       "organisation and key",
                       *word);
  field.kind = *kind;
  TRY(read_choices(table, field));
  TRY(read_bounds(table, field));
  return field;
}

base::Failure located(const ConfigTable& table, std::string_view key, const base::Error& error) {
  return base::Failure(base::Error{base::Code::kMalformed, table.where(key) + ": " + error.detail, error.diagnostic});
}

Result<Guard> read_guard(ConfigTable& table, std::string_view key, const Workflow& workflow) {
  TRY(const auto text, table.string(key));
  if (!text) return Guard();
  auto guard = Guard::parse(*text, workflow.fields, workflow.policies);
  if (!guard) return located(table, key, guard.error());
  return guard;
}

Result<> known_state(const ConfigTable& table, std::string_view key, const Workflow& workflow,
                     const std::string& name) {
  if (workflow.state(name) != nullptr) return {};
  std::vector<std::string> known;
  for (const auto& state : workflow.states) known.push_back(state.name);
  if (const auto near = base::nearest(name, known))
    return table.error(key, "there is no state {}; did you mean {}?", name, *near);
  return table.error(key, "there is no state {}; write it as [[state]]", name);
}

Result<> known_field(const ConfigTable& table, std::string_view key, const Workflow& workflow,
                     const std::string& name) {
  if (workflow.field(name) != nullptr) return {};
  std::vector<std::string> known;
  for (const auto& field : workflow.fields) known.push_back(field.name);
  if (const auto near = base::nearest(name, known))
    return table.error(key, "there is no field \"{}\"; did you mean \"{}\"?", name, *near);
  return table.error(key, "there is no field \"{}\"; write it as [[field]]", name);
}

}  // namespace yuxin::workflow
