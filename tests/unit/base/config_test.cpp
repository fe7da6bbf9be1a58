#include "yuxin/base/config.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace yuxin::base;

namespace {

ConfigTable config(std::string_view text) { return ConfigTable::parse(text, "yuxin.toml").value(); }

constexpr const char* kText =
    "name = \"渝信\"\n"
    "port = 8080\n"
    "strict = true\n"
    "lifetime = \"P398D\"\n"
    "hosts = [\"a\", \"b\"]\n"
    "\n"
    "[store]\n"
    "url = \"sqlite\"\n"
    "\n"
    "[[authority]]\n"
    "id = \"root\"\n"
    "[[authority]]\n"
    "id = \"issuing\"\n";

}  // namespace

TEST_CASE("every kind of value is read") {
  ConfigTable table = config(kText);
  CHECK(table.string("name").value() == "渝信");
  CHECK(table.integer("port").value() == 8080);
  CHECK(table.boolean("strict").value() == true);
  CHECK(table.period("lifetime").value() == Period{0, 0, 398 * 86400});
  CHECK(table.strings("hosts").value() == std::vector<std::string>{"a", "b"});
  ConfigTable store = table.table("store").value().value();
  CHECK(store.required_string("url").value() == "sqlite");
  std::vector<ConfigTable> authorities = table.tables("authority").value();
  REQUIRE(authorities.size() == 2);
  CHECK(authorities[0].string("id").value() == "root");
  CHECK(authorities[1].string("id").value() == "issuing");
  CHECK(table.finish().has_value());
}

TEST_CASE("a key that is absent is nothing, and no error") {
  ConfigTable table = config("");
  CHECK(table.string("a").value() == std::nullopt);
  CHECK(table.integer("a").value() == std::nullopt);
  CHECK(table.boolean("a").value() == std::nullopt);
  CHECK(table.period("a").value() == std::nullopt);
  CHECK(table.strings("a").value().empty());
  CHECK_FALSE(table.table("a").value().has_value());
  CHECK(table.tables("a").value().empty());
  CHECK_FALSE(table.has("a"));
  CHECK(table.keys().empty());
  CHECK(table.finish().has_value());
}

TEST_CASE("a value of another type is refused with its line") {
  const auto refused = [](std::string_view value, auto read) {
    ConfigTable table = config("\n\nkey = " + std::string(value) + "\n");
    const auto result = read(table);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == Code::kMalformed);
    CHECK(result.error().detail.starts_with("yuxin.toml:3: "));
    CHECK(result.error().detail.find("\"key\"") != std::string::npos);
  };
  refused("1", [](ConfigTable& t) { return t.string("key"); });
  refused("\"1\"", [](ConfigTable& t) { return t.integer("key"); });
  refused("1.0", [](ConfigTable& t) { return t.integer("key"); });
  refused("1", [](ConfigTable& t) { return t.boolean("key"); });
  refused("\"one year\"", [](ConfigTable& t) { return t.period("key"); });
  refused("30", [](ConfigTable& t) { return t.period("key"); });
  refused("\"a\"", [](ConfigTable& t) { return t.strings("key"); });
  refused("[\"a\", 1]", [](ConfigTable& t) { return t.strings("key"); });
  refused("1", [](ConfigTable& t) { return t.table("key"); });
  refused("{}", [](ConfigTable& t) { return t.tables("key"); });
  refused("[{}, 1]", [](ConfigTable& t) { return t.tables("key"); });
  refused("\"\"", [](ConfigTable& t) { return t.required_string("key"); });
}

TEST_CASE("a required key that is missing is named with its table") {
  ConfigTable table = config("a = 1\n\n[store]\nother = 1\n");
  ConfigTable store = table.table("store").value().value();
  const auto missing = store.required_string("url");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().detail == "yuxin.toml:3: \"url\" is missing");
}

TEST_CASE("a required key that was misspelt is named where it stands") {
  ConfigTable table = config("other = 1\nvaldity = \"P1Y\"\n");
  CHECK(table.missing("validity", "\"validity\" is missing").value().detail ==
        "yuxin.toml:2: \"valdity\" is not known here; did you mean \"validity\"?");
  const auto name = table.required_string("validity");
  REQUIRE_FALSE(name);
  CHECK(name.error().detail == "yuxin.toml:2: \"valdity\" is not known here; did you mean \"validity\"?");
  CHECK(table.missing("kind", "\"kind\" is missing").value().detail == "yuxin.toml:1: \"kind\" is missing");
}

TEST_CASE("an unknown key is refused, and the nearest known one named") {
  ConfigTable table = config("name = \"x\"\nprot = 8080\n");
  CHECK(table.string("name").has_value());
  CHECK(table.integer("port").value() == std::nullopt);
  const auto refused = table.finish();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::kMalformed);
  CHECK(refused.error().detail == "yuxin.toml:2: \"prot\" is not known here; did you mean \"port\"?");
}

TEST_CASE("without a near one, the known keys are listed") {
  ConfigTable table = config("zzz = 1\n");
  CHECK(table.integer("port").value() == std::nullopt);
  CHECK(table.integer("host").value() == std::nullopt);
  CHECK(yuxin::test::error_of(table.finish()).detail ==
        "yuxin.toml:1: \"zzz\" is not known here; known are: host, port");
}

TEST_CASE("finish looks into every table that was handed out") {
  ConfigTable table = config(kText);
  for (const char* key : {"name", "port", "strict", "lifetime", "hosts"}) static_cast<void>(table.string(key));
  static_cast<void>(table.table("store"));
  std::vector<ConfigTable> authorities = table.tables("authority").value();
  static_cast<void>(authorities[0].string("id"));
  static_cast<void>(authorities[1].string("id"));
  CHECK(yuxin::test::error_of(table.finish()).detail.starts_with("yuxin.toml:8: \"url\""));
  // What another reader of the same table took is taken.
  static_cast<void>(table.table("store").value().value().string("url"));
  CHECK(table.finish().has_value());
}

TEST_CASE("asking whether a key is there does not read it") {
  ConfigTable table = config("a = 1");
  CHECK(table.has("a"));
  CHECK_FALSE(table.finish().has_value());
}

TEST_CASE("keys come in the order of the file") {
  const ConfigTable table = config("zeta = 1\nalpha = 2\n[mu]\n[beta]\n");
  CHECK(table.keys() == std::vector<std::string>{"zeta", "alpha", "mu", "beta"});
}

TEST_CASE("text that is not TOML is refused with its line") {
  for (const char* bad : {"a = 1\na = 2\n", "a = 1\nb = \n", "a = 1\n[a\n", "a = 1\nb = 'x\n", "a = 1\n\xFF = 1\n",
                          "a = 1\n[.b]\n", "a = 1\n[ ]\n", "a = 1\n\u00E9 = 1\n", "a = 1\nb = \u025A\n",
                          "a = 1\nb = 1 \u4FE1\n", "a = 1\n[[.b]]\n", "a = 1\nb. = 1\n", "a = 1\nb = { .c = 1 }\n"}) {
    const auto table = ConfigTable::parse(bad, "yuxin.toml");
    REQUIRE_MESSAGE(!table.has_value(), bad);
    CHECK(table.error().code == Code::kMalformed);
    CHECK_MESSAGE(table.error().detail.starts_with("yuxin.toml:2: "), table.error().detail);
  }
}

TEST_CASE("keys and values that are nested without end are refused, not followed") {
  const auto repeat = [](std::string_view part, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += part;
    return out;
  };
  // Each of these would overflow the stack of a parser, or of a destructor, that follows it.
  for (const std::string& bad :
       {repeat("a.", 1000000) + "a = 1", "[" + repeat("a . ", 1000000) + "a]", repeat("\"a\".", 1000000) + "a = 1",
        "x = " + repeat("[", 1000000), "x = " + repeat("{a=", 1000000), repeat("a.", 1000000) + "a = 1\n!",
        "s = \"\"\"a\"\"\"\"\"\n" + repeat("'a'.", 1000000), "x = [\n{" + repeat("a.", 100000)}) {
    const auto table = ConfigTable::parse("\n" + bad, "yuxin.toml");
    REQUIRE_FALSE(table.has_value());
    CHECK(table.error().detail.starts_with("yuxin.toml:"));
  }
  CHECK(config("a.b.c.d.e = 1").has("a"));
}

TEST_CASE("dots in texts and remarks are no keys") {
  const std::string dots(40, '.');
  for (const std::string& good :
       {"# " + dots + "\na = 1", "a = \"" + dots + "\"", "a = '" + dots + "'", "a = \"\\\"" + dots + "\"",
        "a = \"\"\"\n" + dots + "\"\"\"", "a = \"\"\"x\"\"\"\"\"\nb = \"" + dots + "\"", "a = '''\n'" + dots + "'''",
        "a = '\\'\nb = '" + dots + "'",
        "a = [1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0]" + std::string("\n")}) {
    const auto table = ConfigTable::parse(good, "yuxin.toml");
    CHECK_MESSAGE(table.has_value(), good);
  }
}

TEST_CASE("a file that is not there is not found") {
  CHECK(yuxin::test::error_of(ConfigTable::load("/nonexistent/yuxin.toml")).code == Code::kNotFound);
}

TEST_CASE("a loader can add its own located errors") {
  const ConfigTable table = config("a = 1\nport = 70000\n");
  const Failure failure = table.error("port", "{} is not a port", 70000);
  CHECK(failure.value().detail == "yuxin.toml:2: 70000 is not a port");
  CHECK(table.where("port") == "yuxin.toml:2");
}
