#include "yuxin/evidence/canonical.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <stdexcept>

#include "command.hpp"
#include "home.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using evidence::canonical_json;
using evidence::ObjectWriter;

// For text and integers Python's writer, told to sort and to add nothing, does what RFC 8785 asks. Only the order of
// names beyond U+FFFF differs, which has its own case below.
constexpr const char* kPython =
    "python3 -c 'import json,sys\n"
    "for line in open(\"in\", encoding=\"utf-8\", newline=\"\\n\"):\n"
    "    print(json.dumps(json.loads(line), sort_keys=True, separators=(\",\", \":\"), ensure_ascii=False))' > out";

std::string every_control_character() {
  std::string text;
  for (char c = 1; c < 0x20; ++c) text += c;
  return text + "\x7f\"\\/ é 证书 \xf0\x9f\x94\x91";
}

std::string python(const std::string& line) {
  const TemporaryFolder folder;
  write_octets(folder.file("in"), base::to_bytes(base::as_bytes(line + "\n")));
  const auto outcome = folder.run(kPython);
  REQUIRE_MESSAGE(outcome.status == 0, outcome.output);
  auto text = std::string(base::as_text(read_octets(folder.file("out"))));
  text.pop_back();
  return text;
}

}  // namespace

TEST_CASE("values are written as an independent canonicalisation writes them") {
  base::JsonObject inner;
  inner["zebra"] = -5;
  inner["Zebra"] = 9'007'199'254'740'992;
  inner["a\"quoted\\name"] = nullptr;
  inner["证书"] = base::JsonArray{1, "two", base::JsonArray{}, base::JsonObject{}, true, false};
  base::JsonObject object;
  object["text"] = every_control_character();
  object["inner"] = inner;
  object[""] = 0;
  const auto written = canonical_json(object);
  REQUIRE(written);
  CHECK(*written == python(base::print_json(object)));
}

TEST_CASE("a record's text is canonical JSON with the members that auditors are told of") {
  Home home;
  home.write([](Writer& writer) -> Result<> {
    TRY(evidence::append(writer, {"certificate.intent",
                                  "issuing/01",
                                  every_control_character(),
                                  {1'700'000'000},
                                  R"({"owner":"5","profile":"tls-server"})",
                                  {'a', 'b', 'c'}}));
    TRY(evidence::append(writer, {"crl.published", "issuing", "local:root", {0}, "{}", {}}));
    return {};
  });
  std::vector<std::string> texts;
  home.read([&](Reader& reader) {
    return evidence::for_each(reader, 0, 2, [&](const evidence::StoredRecord& record) -> Result<> {
      texts.push_back(record.text);
      CHECK(record.leaf == evidence::leaf_hash(base::as_bytes(record.text)));
      return {};
    });
  });
  REQUIRE(texts.size() == 2);
  CHECK(texts[0] == python(texts[0]));
  // SHA-256("abc"), FIPS 180-2 appendix B.1.
  CHECK(texts[0].find(
            R"("attachment":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","data":{"owner")") !=
        std::string::npos);
  CHECK(texts[0].find(R"("time":"2023-11-14T22:13:20Z"})") != std::string::npos);
  CHECK(
      texts[1] ==
      R"({"actor":"local:root","data":{},"kind":"crl.published","object":"issuing","time":"1970-01-01T00:00:00Z"})");
}

TEST_CASE("names are sorted by UTF-16 code units") {
  // The example of RFC 8785 section 3.2.3.
  base::JsonObject object;
  object["\xe2\x82\xac"] = "Euro Sign";
  object["\r"] = "Carriage Return";
  object["\xef\xac\xb3"] = "Hebrew Letter Dalet With Dagesh";
  object["1"] = "One";
  object["\xf0\x9f\x98\x80"] = "Emoji: Grinning Face";
  object["\xc2\x80"] = "Control";
  object["\xc3\xb6"] = "Latin Small Letter O With Diaeresis";
  CHECK(
      canonical_json(object).value() ==
      "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\",\"\xc3\xb6\":\"Latin Small Letter O With "
      "Diaeresis\",\"\xe2\x82\xac\":\"Euro Sign\",\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\",\"\xef\xac\xb3\":"
      "\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST_CASE("numbers that a double cannot hold exactly, fractions and broken text are refused") {
  CHECK(yuxin::test::error_of(canonical_json(base::Json(std::int64_t{9'007'199'254'740'993}))).code == Code::kUsage);
  CHECK(yuxin::test::error_of(canonical_json(base::Json(std::int64_t{-9'007'199'254'740'993}))).code == Code::kUsage);
  CHECK(yuxin::test::error_of(canonical_json(base::Json(0.5))).code == Code::kUsage);
  CHECK(yuxin::test::error_of(canonical_json(base::Json("\xff"))).code == Code::kUsage);
  CHECK(yuxin::test::error_of(canonical_json(base::JsonObject{{"\xc0\x80", 1}})).code == Code::kUsage);
}

TEST_CASE("the object writer gives what the general one gives, and refuses names out of order") {
  ObjectWriter writer;
  const auto text = writer.add("a", every_control_character()).add("b", -7).add_raw("c", "[1,2]").finish();
  base::JsonObject object;
  object["c"] = base::JsonArray{1, 2};
  object["b"] = -7;
  object["a"] = every_control_character();
  CHECK(text == canonical_json(object).value());
  CHECK(ObjectWriter().finish() == "{}");
  CHECK_THROWS_AS(ObjectWriter().add("b", 1).add("a", 2), std::logic_error);
  CHECK_THROWS_AS(ObjectWriter().add("a", 1).add("a", 2), std::logic_error);
}

TEST_CASE("a record that is not UTF-8 or whose data are no object is refused and not stored") {
  Home home;
  const auto broken = home.try_write([](Writer& writer) -> Result<> {
    TRY(evidence::append(writer, {"k", "o", "\xff", {0}, "{}", {}}));
    return {};
  });
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == Code::kMalformed);
  const auto no_object = home.try_write([](Writer& writer) -> Result<> {
    TRY(evidence::append(writer, {"k", "o", "a", {0}, "", {}}));
    return {};
  });
  REQUIRE_FALSE(no_object);
  CHECK(no_object.error().code == Code::kInternal);
  CHECK(home.head().size == 0);
}
