// The command line: what it becomes, and what is said of one that cannot be read.
#include "cli/app/parser.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

#include "need.hpp"
#include "yuxin/base/language.hpp"

namespace base = yuxin::base;
namespace cli = yuxin::cli;
using base::Code;
using Words = std::vector<std::string>;

namespace {

cli::ParsedCall call_of(const Words& words) {
  auto parsed = cli::parse_call(words);
  if (!parsed) FAIL(parsed.error().detail);
  REQUIRE(std::holds_alternative<cli::ParsedCall>(*parsed));
  return std::get<cli::ParsedCall>(std::move(*parsed));
}

std::string page_of(const Words& words) {
  auto parsed = cli::parse_call(words);
  if (!parsed) FAIL(parsed.error().detail);
  REQUIRE(std::holds_alternative<cli::HelpPage>(*parsed));
  return std::get<cli::HelpPage>(std::move(*parsed)).text;
}

std::string refusal_of(const Words& words) {
  const auto parsed = cli::parse_call(words);
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().code == Code::kUsage);
  return parsed.error().detail;
}

bool mentions(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

const Words kIssue = {"cert", "issue", "--profile", "tls-server", "--csr", "a.csr"};

Words and_more(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("a command with its options, and global ones before, between and behind") {
  for (const Words& words : {Words{"--home", "h", "--json", "cert", "show", "01", "--ca", "issuing"},
                             Words{"cert", "--home=h", "show", "--json", "01", "--ca=issuing"},
                             Words{"cert", "show", "--ca", "issuing", "01", "--json", "--home", "h"}}) {
    const auto call = call_of(words);
    CHECK(cli::words_of(*call.command) == "cert show");
    CHECK(call.arguments.one("SERIAL") == "01");
    CHECK(call.arguments.one("--ca") == "issuing");
    CHECK(call.options.home == "h");
    CHECK(call.options.json);
    CHECK_FALSE(call.options.yes);
  }
}

TEST_CASE("an option that may stand often keeps its values in their order") {
  const auto call = call_of(and_more(kIssue, {"--san", "dns:b.test", "--san", "dns:a.test"}));
  CHECK(call.arguments.many("--san") == Words{"dns:b.test", "dns:a.test"});
  CHECK(call.arguments.many("--nothing").empty());
  CHECK_FALSE(call.arguments.maybe("--days").has_value());
  CHECK(call.arguments.one("--days", "7") == "7");
}

TEST_CASE("what stands twice, lacks its value or is missing is named") {
  CHECK(mentions(refusal_of(and_more(kIssue, {"--days", "1", "--days", "2"})), "--days is given more than once"));
  CHECK(mentions(refusal_of(and_more(kIssue, {"--days"})), "--days lacks its value"));
  CHECK(mentions(refusal_of({"cert", "issue", "--csr", "a.csr"}), "--profile"));
  CHECK(mentions(refusal_of({"cert", "show"}), "SERIAL"));
  CHECK(mentions(refusal_of({"cert", "show", "01", "02"}), "02"));
}

TEST_CASE("an empty value is no value, of whatever option") {
  CHECK(mentions(refusal_of({"--home", "", "cert", "show", "01"}), "The value of --home is empty"));
  CHECK(mentions(refusal_of({"cert", "show", "01", "--passphrase-file="}), "--passphrase-file"));
  CHECK(mentions(refusal_of({"cert", "show", ""}), "SERIAL is empty"));
  CHECK(mentions(refusal_of(and_more(kIssue, {"--out", ""})), "The value of --out is empty"));
  CHECK(mentions(refusal_of(and_more(kIssue, {"--san", "dns:a.test", "--san", ""})), "The value of --san is empty"));
}

TEST_CASE("an option that stands before its command is known all the same") {
  CHECK(mentions(refusal_of({"--dry-run", "cert", "show", "01"}), "--dry-run"));
  CHECK(mentions(refusal_of({"--pem", "cert", "show", "01"}), "Write it after it: yuxin cert show --pem"));
}

TEST_CASE("a word that is nearly right is answered with the right one") {
  CHECK(mentions(refusal_of({"cert", "isue"}), "issue"));
  CHECK(mentions(refusal_of({"crt", "issue"}), "cert"));
  CHECK(mentions(refusal_of({"cert", "show", "01", "--jsn"}), "--json"));
  CHECK(mentions(refusal_of(and_more(kIssue, {"--profil", "x"})), "--profile"));
  CHECK(mentions(refusal_of({"cert"}), "issue, renew"));
  CHECK(mentions(refusal_of({"--json"}), "yuxin help"));
  CHECK(mentions(refusal_of({"--lang", "fr", "version"}), "fr"));
}

TEST_CASE("values that look like options, are empty, or hold anything at all arrive as they are") {
  for (const std::string value : {"-1", "", "a b", "重庆", "a=b", "--", "x\ny", "\xff\xfe", "{1}", "[a,b]", "%s"}) {
    const auto parsed = cli::parse_call({"cert", "show", "01", "--ca=" + value});
    if (!parsed) {
      CHECK(parsed.error().code == Code::kUsage);
      continue;
    }
    CHECK_MESSAGE(std::get<cli::ParsedCall>(*parsed).arguments.one("--ca") == value, value);
  }
  const auto call = call_of({"cert", "list", "--limit=-1"});
  CHECK(yuxin::test::error_of(cli::number_option(call.arguments, "--limit", 5)).code == Code::kUsage);
}

TEST_CASE("an argument may be called like a command, a noun or a verb of its own noun") {
  for (const char* name : {"acme", "cert", "serve", "list", "add", "help-me"}) {
    const auto call =
        call_of({"client", "add", name, "--protocol", "acme", "--profile", "device", "--under", "a.test"});
    CHECK(cli::words_of(*call.command) == "client add");
    CHECK(call.arguments.one("NAME") == name);
    CHECK(call.arguments.one("--protocol") == "acme");
  }
  CHECK(mentions(refusal_of({"cert", "list", "serve"}), "\"serve\" is not known here"));
  CHECK(mentions(refusal_of({"client", "list", "list"}), "\"list\" is not known here"));
}

TEST_CASE("a number is digits and nothing else") {
  const auto number = [](const std::string& text) {
    cli::Arguments arguments;
    arguments.set("--limit", {text});
    return cli::number_option(arguments, "--limit", 5);
  };
  CHECK(cli::number_option({}, "--limit", 5).value() == 5);
  CHECK(number("0").value() == 0);
  CHECK(number("9223372036854775807").value() == INT64_MAX);
  for (const char* bad : {"", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "9223372036854775808", "many"})
    CHECK_MESSAGE(yuxin::test::error_of(number(bad)).code == Code::kUsage, bad);
}

TEST_CASE("help is for everything, for a noun and for a command, wherever it is asked") {
  const auto overview = page_of({});
  CHECK(page_of({"help"}) == overview);
  CHECK(page_of({"--help"}) == overview);
  for (const auto& command : cli::commands()) CHECK_MESSAGE(mentions(overview, command.summary), command.summary);
  const auto page = page_of({"help", "cert", "issue"});
  CHECK(mentions(page, "--profile"));
  CHECK(page_of({"cert", "issue", "--help"}) == page);
  CHECK(page_of({"--home", "x", "cert", "issue", "-h"}) == page);
  CHECK(mentions(page_of({"help", "cert"}), "yuxin cert revoke"));
}

TEST_CASE("every command is found by its words once, and every example of a help page can be read") {
  std::set<std::string> known;
  for (const auto& command : cli::commands()) {
    CHECK(known.insert(cli::words_of(command)).second);
    CHECK(cli::find_command(command.noun, command.verb) == &command);
    CHECK_MESSAGE(command.examples.size() > 0, cli::words_of(command));
  }
  CHECK(cli::find_command("cert", "") == nullptr);
  CHECK(cli::find_command("", "") == nullptr);
}

TEST_CASE("the home is the one that is given, else the environment's") {
  ::setenv("YUXIN_HOME", "/from/environment", 1);
  CHECK(call_of({"ca", "list"}).options.home == "/from/environment");
  CHECK(call_of({"--home", "given", "ca", "list"}).options.home == "given");
  ::unsetenv("YUXIN_HOME");
  CHECK_FALSE(call_of({"ca", "list"}).options.home.empty());
}
