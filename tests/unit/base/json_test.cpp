#include "yuxin/base/json.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include <string>

#include "yuxin/base/http_message.hpp"

using namespace yuxin::base;

namespace {

bool is_json(std::string_view text) { return parse_json(text).has_value(); }

std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

std::string repeat_members(std::size_t count) {
  std::string text = "{";
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
  return text + "}";
}

}  // namespace

TEST_CASE("one JSON text is read, and white space around it") {
  const auto value = parse_json(" {\"a\": [1, -2, 3.5, true, null, \"\\u6e1d\"]}\n");
  REQUIRE(value.has_value());
  CHECK(print_json(*value) == "{\"a\":[1,-2,3.5E0,true,null,\"渝\"]}");
  CHECK(is_json("0"));
  CHECK(is_json("\"\""));
}

TEST_CASE("what RFC 8259 does not allow is refused") {
  for (const char* bad :
       {"",         " ",       "{",      "}",       "{\"a\":1,}",  "[1,]",     "[1 2]",          "{a:1}",
        "'a'",      "01",      "1.",     ".5",      "+1",          "NaN",      "Infinity",       "1e999",
        "[-1e400]", "tru",     "\"\t\"", "\"\\x\"", "\"\\ud800\"", "\"\xFF\"", "\xEF\xBB\xBF{}", "// c\n1",
        "/* c */1", "{\"a\"}", "[1"}) {
    const auto value = parse_json(bad);
    CHECK_MESSAGE(!value.has_value(), bad);
    if (!value) CHECK(value.error().code == Code::kMalformed);
  }
}

TEST_CASE("nothing may follow") {
  for (const char* bad : {"{}{}", "1 1", "{} x", "[]]", "null,"}) CHECK_MESSAGE(!is_json(bad), bad);
  CHECK_FALSE(is_json(std::string_view("{}\0", 3)));
}

TEST_CASE("a member name stands once in an object, however it is spelt") {
  for (const char* bad :
       {"{\"a\":1,\"a\":2}", "{\"a\":1,\"b\":2,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "[{\"x\":{\"k\":1,\"k\":1}}]",
        "{\"\":1,\"\":2}", "{\"a\":{\"a\":1},\"a\":2}", "{\"a\\n\":1,\"a\\u000a\":2}"}) {
    CHECK_MESSAGE(!is_json(bad), bad);
  }
  for (const char* good :
       {"{\"a\":1,\"A\":2}", "{\"a\":{\"a\":{\"a\":1}}}", "[{\"a\":1},{\"a\":1}]", "{\"a\":\"a\",\"b\":\"a\"}"}) {
    CHECK_MESSAGE(is_json(good), good);
  }
  CHECK(yuxin::test::error_of(parse_json("{\"role\":1,\"r\\u006fle\":2}")).detail.find("\"role\"") !=
        std::string::npos);
}

TEST_CASE("depth and the number of members have a limit") {
  CHECK(is_json(nested(32)));
  CHECK_FALSE(is_json(nested(33)));
  CHECK_FALSE(is_json(std::string(1000000, '[')));
  CHECK(is_json(repeat_members(1024)));
  CHECK_FALSE(is_json(repeat_members(1025)));
}

TEST_CASE("printing for people is indented and means the same") {
  const Json value = parse_json("{\"a\":[1,{\"b\":\"c\\n\"}],\"d\":{},\"e\":[]}").value();
  const std::string pretty = print_json_pretty(value);
  CHECK(pretty ==
        "{\n"
        "  \"a\": [\n"
        "    1,\n"
        "    {\n"
        "      \"b\": \"c\\n\"\n"
        "    }\n"
        "  ],\n"
        "  \"d\": {},\n"
        "  \"e\": []\n"
        "}");
  CHECK(parse_json(pretty).value() == value);
}

TEST_CASE("accessors answer what is there and of the right type") {
  const Json value = parse_json("{\"s\":\"text\",\"i\":-5,\"u\":18446744073709551615,\"d\":1.5}").value();
  const JsonObject& object = value.as_object();
  CHECK(json_string(object, "s") == "text");
  CHECK(json_string(object, "i", "otherwise") == "otherwise");
  CHECK(json_string(object, "none").empty());
  CHECK(json_int(object, "i") == -5);
  CHECK(json_int(object, "u", 7) == 7);
  CHECK(json_int(object, "d", 7) == 7);
  CHECK(json_int(object, "s", 7) == 7);
  CHECK(json_int(object, "none") == 0);
}

// RFC 9457 section 3.
TEST_CASE("a problem document has the members of RFC 9457") {
  const HttpReply reply = problem(404, "No such certificate", "No certificate with serial \"1\".");
  CHECK(reply.status == 404);
  CHECK(reply.content_type == "application/problem+json");
  const Json body = parse_json(as_text(reply.body)).value();
  const JsonObject& members = body.as_object();
  CHECK(members.size() == 4);
  CHECK(json_string(members, "type") == "about:blank");
  CHECK(json_string(members, "title") == "No such certificate");
  CHECK(json_string(members, "detail") == "No certificate with serial \"1\".");
  CHECK(json_int(members, "status") == 404);
}
