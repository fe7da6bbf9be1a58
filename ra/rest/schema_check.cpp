// JSON Schema 2020-12, as far as the document uses it.
#include <algorithm>

#include "schemas.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ra/rest.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Json;
using base::JsonObject;
using base::Result;

namespace {

Result<> check(const Json& value, const JsonObject& schema, const std::string& at);

base::Failure misfit(const std::string& at, std::string_view why) {
  return fail(Code::kMalformed, "{}: {}", at.empty() ? std::string("body") : at, why);
}

bool has_type(const Json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_int64();
  if (type == "boolean") return value.is_bool();
  return type == "null" && value.is_null();
}

Result<> check_type(const Json& value, const Json& type, const std::string& at) {
  if (type.is_string()) {
    const std::string_view name = type.get_string();
    if (has_type(value, name)) return {};
    return misfit(at, base::message("it must be of type {}", name));
  }
  std::vector<std::string> names;
  for (const auto& one : type.get_array()) {
    if (has_type(value, std::string_view(one.get_string()))) return {};
    names.emplace_back(std::string_view(one.get_string()));
  }
  return misfit(at, base::message("it must be of type {}", base::join(names, base::message(", "))));
}

// bound gives a bound of a schema, where it has one.
std::optional<std::int64_t> bound(const JsonObject& schema, std::string_view name) {
  const auto* value = schema.if_contains(name);
  if (value == nullptr) return std::nullopt;
  return value->get_int64();
}

Result<> check_bounds(std::int64_t size, const JsonObject& schema, std::string_view least, std::string_view most,
                      const std::string& at) {
  if (const auto min = bound(schema, least); min && size < *min)
    return misfit(at, base::message("{} is {}", least, *min));
  if (const auto max = bound(schema, most); max && size > *max)
    return misfit(at, base::message("{} is {}", most, *max));
  return {};
}

std::string below(const std::string& at, std::string_view name) {
  return at.empty() ? std::string(name) : at + "/" + std::string(name);
}

Result<> check_object(const JsonObject& value, const JsonObject& schema, const std::string& at) {
  TRY(check_bounds(static_cast<std::int64_t>(value.size()), schema, "minProperties", "maxProperties", at));
  const auto* required = schema.if_contains("required");
  if (required != nullptr) {
    for (const auto& name : required->get_array()) {
      if (!value.contains(name.get_string()))
        return misfit(at, base::message("\"{}\" is missing", std::string_view(name.get_string())));
    }
  }
  const auto* properties = schema.if_contains("properties");
  const auto* others = schema.if_contains("additionalProperties");
  for (const auto& [name, member] : value) {
    const auto* known = properties == nullptr ? nullptr : properties->get_object().if_contains(name);
    if (known != nullptr) {
      TRY(check(member, known->get_object(), below(at, name)));
    } else if (others != nullptr && others->is_bool()) {
      if (!others->get_bool()) return misfit(at, base::message("\"{}\" is not known here", std::string_view(name)));
    } else if (others != nullptr) {
      TRY(check(member, others->get_object(), below(at, name)));
    }
  }
  return {};
}

Result<> check_array(const base::JsonArray& value, const JsonObject& schema, const std::string& at) {
  TRY(check_bounds(static_cast<std::int64_t>(value.size()), schema, "minItems", "maxItems", at));
  const auto* items = schema.if_contains("items");
  if (items == nullptr) return {};
  for (std::size_t i = 0; i < value.size(); ++i)
    TRY(check(value[i], items->get_object(), below(at, std::to_string(i))));
  return {};
}

const JsonObject& named(const JsonObject& reference) {
  const std::string_view path = reference.at("$ref").get_string();
  return rest::schemas().at(path.substr(path.rfind('/') + 1)).get_object();
}

// quoted lists names as they are written: "case", "action", "form".
std::string quoted(const base::JsonArray& names) {
  std::vector<std::string> list;
  for (const auto& name : names) list.push_back('"' + std::string(std::string_view(name.get_string())) + '"');
  return base::join(list, base::message(", "));
}

// One of several: where none fits, that one speaks whose first required member is there.
Result<> check_one_of(const Json& value, const base::JsonArray& choices, const std::string& at) {
  std::size_t fitting = 0;
  std::optional<base::Error> error;
  std::vector<std::string> ways;
  bool meant = false;
  for (const auto& choice : choices) {
    const auto& schema = named(choice.get_object());
    auto fits = check(value, schema, at);
    if (fits) {
      ++fitting;
      continue;
    }
    const auto& required = schema.at("required").get_array();
    ways.push_back(quoted(required));
    const auto& first = required.at(0).get_string();
    const bool names_it = value.is_object() && value.get_object().contains(first);
    if (!error || (names_it && !meant)) error = std::move(fits).error();
    meant = meant || names_it;
  }
  if (fitting == 1) return {};
  if (fitting > 1) return misfit(at, base::message("it can be meant in two ways"));
  if (!meant && value.is_object())
    return misfit(at, base::message("give {}", base::join(ways, base::message(", or "))));
  return tl::unexpected(std::move(*error));
}

Result<> check(const Json& value, const JsonObject& schema, const std::string& at) {
  if (schema.contains("$ref")) return check(value, named(schema), at);
  if (const auto* choices = schema.if_contains("oneOf")) return check_one_of(value, choices->get_array(), at);
  if (const auto* values = schema.if_contains("enum")) {
    const auto& list = values->get_array();
    if (std::ranges::find(list, value) == list.end())
      return misfit(at, base::message("this value is not known here"));
  }
  if (const auto* type = schema.if_contains("type")) TRY(check_type(value, *type, at));
  if (value.is_object()) return check_object(value.get_object(), schema, at);
  if (value.is_array()) return check_array(value.get_array(), schema, at);
  if (value.is_string()) {
    const auto size = base::code_points(std::string_view(value.get_string()));
    return check_bounds(static_cast<std::int64_t>(size), schema, "minLength", "maxLength", at);
  }
  if (value.is_int64()) return check_bounds(value.get_int64(), schema, "minimum", "maximum", at);
  return {};
}

}  // namespace

Result<> check_schema(const Json& value, std::string_view name) {
  const auto* schema = rest::schemas().if_contains(name);
  if (schema == nullptr) return fail(Code::kInternal, "There is no schema {}. Report this.", name);
  return check(value, schema->get_object(), "");
}

}  // namespace yuxin::ra
