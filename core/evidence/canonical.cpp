#include "yuxin/evidence/canonical.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "yuxin/base/text.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 53;  // RFC 8785 section 3.2.2.3: numbers are IEEE 754 doubles

// RFC 8785 section 3.2.2.2: the two-character escapes, \u00xx in lower case for other controls, all else as it is.
void append_escape(std::string& to, char c) {
  switch (c) {
    case '"':
      to += "\\\"";
      break;
    case '\\':
      to += "\\\\";
      break;
    case '\b':
      to += "\\b";
      break;
    case '\t':
      to += "\\t";
      break;
    case '\n':
      to += "\\n";
      break;
    case '\f':
      to += "\\f";
      break;
    case '\r':
      to += "\\r";
      break;
    default:
      fmt::format_to(std::back_inserter(to), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

void append_string(std::string& to, std::string_view text) {
  to += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    to.append(text, plain, i - plain);
    append_escape(to, c);
    plain = i + 1;
  }
  to.append(text, plain);
  to += '"';
}

// UTF-8 sorts as code points do. UTF-16 puts what lies above U+FFFF (lead octets F0 and more) before U+E000 to
// U+FFFF (lead octets EE and EF); everything else is the same.
int rank(char c) {
  const int octet = static_cast<unsigned char>(c);
  if (octet >= 0xf0) return octet - 2;
  return octet >= 0xee ? octet + 8 : octet;
}

bool before(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, rank, rank);
}

Result<> append_value(std::string& to, const base::Json& value);

Result<> append_object(std::string& to, const base::JsonObject& object) {
  std::vector<std::string_view> names;
  for (const auto& member : object) names.emplace_back(member.key().data(), member.key().size());
  std::ranges::sort(names, before);
  char separator = '{';
  for (const auto name : names) {
    if (!base::is_utf8(name)) return fail(Code::kUsage, "A statement must be UTF-8 text.");
    to += separator;
    separator = ',';
    append_string(to, name);
    to += ':';
    TRY(append_value(to, object.at({name.data(), name.size()})));
  }
  to += names.empty() ? "{}" : "}";
  return {};
}

Result<> append_array(std::string& to, const base::JsonArray& array) {
  char separator = '[';
  for (const auto& value : array) {
    to += separator;
    separator = ',';
    TRY(append_value(to, value));
  }
  to += array.empty() ? "[]" : "]";
  return {};
}

Result<> append_value(std::string& to, const base::Json& value) {
  if (value.is_object()) return append_object(to, value.get_object());
  if (value.is_array()) return append_array(to, value.get_array());
  if (value.is_string()) {
    const std::string_view text(value.get_string().data(), value.get_string().size());
    if (!base::is_utf8(text)) return fail(Code::kUsage, "A statement must be UTF-8 text.");
    append_string(to, text);
    return {};
  }
  if (value.is_bool()) {
    to += value.get_bool() ? "true" : "false";
    return {};
  }
  if (value.is_null()) {
    to += "null";
    return {};
  }
  if (!value.is_int64() || value.get_int64() > kLargest || value.get_int64() < -kLargest) {
    return fail(Code::kUsage, "A statement takes integers up to 2^53 and no other numbers.");
  }
  fmt::format_to(std::back_inserter(to), "{}", value.get_int64());
  return {};
}

}  // namespace

Result<std::string> canonical_json(const base::Json& value) {
  std::string text;
  TRY(append_value(text, value));
  return text;
}

void ObjectWriter::begin(std::string_view name) {
  if (text_.empty()) {
    text_.reserve(512);
  } else if (name <= last_) {
    throw std::logic_error("members of a canonical object out of order: " + std::string(name));
  }
  text_ += text_.empty() ? '{' : ',';
  text_ += '"';
  text_ += name;
  text_ += "\":";
  last_ = name;
}

ObjectWriter& ObjectWriter::add(std::string_view name, std::string_view text) {
  begin(name);
  append_string(text_, text);
  return *this;
}

ObjectWriter& ObjectWriter::add(std::string_view name, std::int64_t number) {
  begin(name);
  text_ += fmt::format_int(number).c_str();
  return *this;
}

ObjectWriter& ObjectWriter::add_raw(std::string_view name, std::string_view json) {
  begin(name);
  text_ += json;
  return *this;
}

std::string ObjectWriter::finish() {
  std::string finished = text_.empty() ? "{}" : std::move(text_) + "}";
  text_.clear();
  last_.clear();
  return finished;
}

}  // namespace yuxin::evidence
