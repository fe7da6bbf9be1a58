#include "yuxin/base/json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <vector>

namespace yuxin::base {
namespace {

namespace bj = boost::json;

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxMembers = 1024;

std::string_view view(bj::string_view text) { return {text.data(), text.size()}; }

// Builder makes the value while it watches member names: Boost's own handler keeps the last of two silently,
// and two programs that disagree about which one counts are an attack.
struct Builder {
  // NOLINTBEGIN(readability-identifier-naming): the names that Boost looks for.
  static constexpr std::size_t max_object_size = kMaxMembers;
  static constexpr std::size_t max_array_size = bj::array::max_size();
  static constexpr std::size_t max_key_size = bj::string::max_size();
  static constexpr std::size_t max_string_size = bj::string::max_size();
  // NOLINTEND(readability-identifier-naming)

  bj::value_stack stack;
  std::vector<std::set<std::string, std::less<>>> names;  // of the objects that are open
  std::string key;
  std::optional<std::string> repeated;

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_object_begin(bj::error_code&) {
    names.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t count, bj::error_code&) {
    names.pop_back();
    stack.push_object(count);
    return true;
  }
  bool on_array_begin(bj::error_code&) { return true; }
  bool on_array_end(std::size_t count, bj::error_code&) {
    stack.push_array(count);
    return true;
  }
  bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) {
    key.append(part.data(), part.size());
    stack.push_chars(part);
    return true;
  }
  bool on_key(bj::string_view part, std::size_t, bj::error_code& error) {
    key.append(part.data(), part.size());
    stack.push_key(part);
    if (!names.back().insert(key).second) {
      repeated = key;
      error = bj::error::syntax;
      return false;
    }
    key.clear();
    return true;
  }
  bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(bj::string_view part, std::size_t, bj::error_code&) {
    stack.push_string(part);
    return true;
  }
  bool on_number_part(bj::string_view, bj::error_code&) { return true; }
  bool on_int64(std::int64_t number, bj::string_view, bj::error_code&) {
    stack.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, bj::string_view, bj::error_code&) {
    stack.push_uint64(number);
    return true;
  }
  bool on_double(double number, bj::string_view, bj::error_code& error) {
    // Boost reads 1e999 as infinity, which has no JSON form (RFC 8259 section 6).
    if (!std::isfinite(number)) {
      error = bj::error::exponent_overflow;
      return false;
    }
    stack.push_double(number);
    return true;
  }
  bool on_bool(bool value, bj::error_code&) {
    stack.push_bool(value);
    return true;
  }
  bool on_null(bj::error_code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }
};

void print_string(std::string& out, bj::string_view text) { out += bj::serialize(text); }

void print_indented(std::string& out, const Json& value, std::size_t depth) {
  const std::string indent(2 * (depth + 1), ' ');
  const std::string outer(2 * depth, ' ');
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    const char* separator = "{\n";
    for (const auto& member : *object) {
      out.append(separator).append(indent);
      print_string(out, member.key());
      out += ": ";
      print_indented(out, member.value(), depth + 1);
      separator = ",\n";
    }
    out.append("\n").append(outer).append("}");
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    const char* separator = "[\n";
    for (const auto& element : *array) {
      out.append(separator).append(indent);
      print_indented(out, element, depth + 1);
      separator = ",\n";
    }
    out.append("\n").append(outer).append("]");
  } else {
    out += bj::serialize(value);
  }
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  bj::parse_options options;
  options.max_depth = kMaxDepth;
  bj::basic_parser<Builder> parser(options);
  Builder& builder = parser.handler();
  builder.stack.reset(bj::storage_ptr());
  bj::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (builder.repeated) {
    return fail(Code::kMalformed, "The JSON text has the member \"{}\" twice in one object; keep one of them.",
                *builder.repeated);
  }
  if (error == bj::error::too_deep) {
    return fail(Code::kMalformed, "The JSON text is nested deeper than {} levels.", kMaxDepth);
  }
  if (error == bj::error::object_too_large) {
    return fail(Code::kMalformed, "The JSON text has an object of more than {} members.", kMaxMembers);
  }
  if (error) {
    return fail_with(Code::kMalformed, error.message(), "This is not JSON: it goes wrong at octet {}.", used + 1);
  }
  if (used != text.size()) {
    return fail(Code::kMalformed, "The JSON text ends at octet {}, but something follows it.", used);
  }
  return builder.stack.release();
}

std::string print_json(const Json& value) { return bj::serialize(value); }

std::string print_json_pretty(const Json& value) {
  std::string out;
  print_indented(out, value, 0);
  return out;
}

std::string json_string(const JsonObject& object, std::string_view name, std::string_view otherwise) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::string(otherwise);
  return std::string(view(value->get_string()));
}

std::int64_t json_int(const JsonObject& object, std::string_view name, std::int64_t otherwise) {
  const auto* value = object.if_contains(name);
  if (value == nullptr) return otherwise;
  if (const auto* number = value->if_int64()) return *number;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (const auto* number = value->if_uint64(); number != nullptr && *number <= kMax) {
    return static_cast<std::int64_t>(*number);
  }
  return otherwise;
}

}  // namespace yuxin::base
