#include "yuxin/workflow/field.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/evidence/organisation.hpp"

namespace yuxin::workflow {

using base::Code;
using base::fail;
using base::Json;
using base::Result;

namespace {

constexpr std::size_t kKeyDigits = 64;
constexpr std::array<std::pair<FieldKind, std::string_view>, 7> kKinds = {{{FieldKind::kText, "text"},
                                                                           {FieldKind::kInteger, "integer"},
                                                                           {FieldKind::kBoolean, "boolean"},
                                                                           {FieldKind::kTime, "time"},
                                                                           {FieldKind::kChoice, "choice"},
                                                                           {FieldKind::kOrganisation, "organisation"},
                                                                           {FieldKind::kKey, "key"}}};

std::optional<std::string_view> text_of(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  return std::string_view(value.get_string());
}

bool is_readable(std::string_view text) {
  if (!base::is_utf8(text)) return false;
  std::string shown(text);
  std::erase(shown, '\n');
  return !base::has_control_character(shown);
}

bool is_key(std::string_view text) {
  return text.size() == kKeyDigits &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Result<> check_text(const Field& field, const std::string& title, const Json& value) {
  const auto text = text_of(value);
  if (!text || !is_readable(*text)) return fail(Code::kRefused, "\"{}\" takes a text.", title);
  const auto length = static_cast<std::int64_t>(base::code_points(*text));
  if (length >= field.min && length <= field.max) return {};
  return fail(Code::kRefused, "\"{}\" takes {} to {} characters; there are {}.", title, field.min, field.max, length);
}

Result<> check_choice(const Field& field, const std::string& title, const Json& value) {
  const auto text = text_of(value);
  if (text && std::ranges::find(field.one_of, *text) != field.one_of.end()) return {};
  return fail(Code::kRefused, "\"{}\" takes one of: {}", title, base::join(field.one_of, base::message(", ")));
}

}  // namespace

const std::string& Title::text() const {
  const bool chinese = base::language() == base::Language::kChinese;
  const auto& wanted = chinese ? zh : en;
  return wanted.empty() ? (chinese ? en : zh) : wanted;
}

std::string_view kind_name(FieldKind kind) {
  return std::ranges::find(kKinds, kind, &std::pair<FieldKind, std::string_view>::first)->second;
}

std::optional<FieldKind> kind_by_name(std::string_view name) {
  const auto* found = std::ranges::find(kKinds, name, &std::pair<FieldKind, std::string_view>::second);
  if (found == kKinds.end()) return std::nullopt;
  return found->first;
}

std::optional<std::int64_t> Field::number_of(const Json& value) const {
  switch (kind) {
    case FieldKind::kInteger:
      if (value.is_int64()) return value.get_int64();
      return std::nullopt;
    case FieldKind::kBoolean:
      if (value.is_bool()) return value.get_bool() ? 1 : 0;
      return std::nullopt;
    case FieldKind::kTime: {
      const auto text = text_of(value);
      const auto time = text ? base::parse_rfc3339(*text) : std::nullopt;
      if (!time) return std::nullopt;
      return time->seconds;
    }
    case FieldKind::kChoice: {
      const auto text = text_of(value);
      if (!text) return std::nullopt;
      const auto found = std::ranges::find(one_of, *text);
      if (found == one_of.end()) return std::nullopt;
      const auto place = found - one_of.begin();
      return order == Order::kHighToLow ? -place : place;
    }
    case FieldKind::kText:
    case FieldKind::kOrganisation:
    case FieldKind::kKey:
      break;
  }
  return std::nullopt;
}

Result<> check_value(const Field& field, const Json& value) {
  const auto& title = field.title.text();
  switch (field.kind) {
    case FieldKind::kText:
      return check_text(field, title, value);
    case FieldKind::kInteger:
      if (value.is_int64() && value.get_int64() >= field.min && value.get_int64() <= field.max) return {};
      return fail(Code::kRefused, "\"{}\" takes a whole number from {} to {}.", title, field.min, field.max);
    case FieldKind::kBoolean:
      if (value.is_bool()) return {};
      return fail(Code::kRefused, "\"{}\" takes true or false.", title);
    case FieldKind::kTime:
      if (field.number_of(value)) return {};
      return fail(Code::kRefused, "\"{}\" takes a time, as 2026-11-22T10:00:00Z.", title);
    case FieldKind::kChoice:
      return check_choice(field, title, value);
    case FieldKind::kOrganisation:
      if (text_of(value) && evidence::OrgCode::parse(*text_of(value))) return {};
      return fail(Code::kRefused, "\"{}\" takes the code of an organisation, such as PSB.", title);
    case FieldKind::kKey:
      if (text_of(value) && is_key(*text_of(value))) return {};
      return fail(Code::kRefused, "\"{}\" takes the SHA-256 of a public key, 64 hexadecimal digits.", title);
  }
  return {};
}

Result<Json> value_of(const Field& field, std::string_view typed) {
  Json value(typed);
  if (field.kind == FieldKind::kInteger) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), number);
    if (error == std::errc{} && end == typed.data() + typed.size()) value = number;
  } else if (field.kind == FieldKind::kBoolean && (typed == "true" || typed == "false")) {
    value = typed == "true";
  }
  for (std::size_t i = 0; i < field.words.size() && i < field.one_of.size(); ++i) {
    if (typed == field.words[i].en || typed == field.words[i].zh) value = field.one_of[i];
  }
  TRY(check_value(field, value));
  return value;
}

std::string shown_value(const Field& field, const Json& value) {
  const auto text = text_of(value);
  if (!text) return base::print_json(value);
  const auto place = static_cast<std::size_t>(std::ranges::find(field.one_of, *text) - field.one_of.begin());
  return place < field.words.size() ? field.words[place].text() : std::string(*text);
}

}  // namespace yuxin::workflow
