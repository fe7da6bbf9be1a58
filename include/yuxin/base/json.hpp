// JSON values and their text.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"

namespace yuxin::base {

using Json = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;

// parse_json refuses anything that is not exactly one JSON text (RFC 8259), and with it what two programs might read
// differently or what is costly: more than 32 levels, an object of more than 1024 members, a member name that
// stands twice in one object, a number that no double can hold. Error: kMalformed.
[[nodiscard]] Result<Json> parse_json(std::string_view text);

// print_json writes one line; print_json_pretty indents by two for people and files.
[[nodiscard]] std::string print_json(const Json& value);
[[nodiscard]] std::string print_json_pretty(const Json& value);

// Accessors that answer nothing (or the default) when the member is missing or of another type.
[[nodiscard]] std::string json_string(const JsonObject& object, std::string_view name,
                                      std::string_view otherwise = "");
[[nodiscard]] std::int64_t json_int(const JsonObject& object, std::string_view name, std::int64_t otherwise = 0);

}  // namespace yuxin::base
