#include "yuxin/workflow/guard.hpp"

#include <doctest/doctest.h>

#include "need.hpp"

namespace {

using namespace yuxin;
using base::JsonObject;
using test::need;
using workflow::Field;
using workflow::FieldKind;
using workflow::Guard;
using workflow::Truth;

Field field(std::string name, FieldKind kind) {
  Field made;
  made.name = std::move(name);
  made.title = {made.name, {}};
  made.kind = kind;
  made.min = kind == FieldKind::kText ? 1 : -1'000'000;
  made.max = 1'000'000;
  return made;
}

const std::vector<Field>& fields() {
  static const std::vector<Field> kFields = [] {
    std::vector<Field> list{field("people", FieldKind::kInteger),    field("critical", FieldKind::kBoolean),
                            field("found_at", FieldKind::kTime),     field("place", FieldKind::kText),
                            field("unit", FieldKind::kOrganisation), field("level", FieldKind::kChoice),
                            field("class", FieldKind::kChoice)};
    list[5].one_of = {"特别重大", "重大", "较大", "一般"};
    list[5].order = Field::Order::kHighToLow;
    list[6].one_of = {"公开", "内部", "涉密"};
    return list;
  }();
  return kFields;
}
const std::vector<std::string>& policies() {
  static const std::vector<std::string> kPolicies{"2004", "2026"};
  return kPolicies;
}
Guard guard(std::string_view text) { return need(Guard::parse(text, fields(), policies())); }
Truth judge(std::string_view text, const JsonObject& values, std::string_view policy = "2026") {
  return guard(text).evaluate(values, policy);
}

TEST_CASE("a condition looks at the fields") {
  const JsonObject values{{"people", 12},    {"critical", true},  {"found_at", "2026-11-22T10:00:00Z"},
                          {"place", "机房"}, {"unit", "OPR-005"}, {"level", "较大"},
                          {"class", "内部"}};
  for (const auto* holds : {"people == 12",
                            "people != 11",
                            "people > 11",
                            "people >= 12",
                            "people < 13",
                            "people <= 12",
                            "people > -5",
                            "critical",
                            "critical == true",
                            "not (critical == false)",
                            "place == '机房'",
                            "unit == 'OPR-005'",
                            "level >= '较大'",
                            "level > '一般'",
                            "level < '重大'",
                            "level <= '较大'",
                            "class in ['内部', '涉密']",
                            "class not in ['涉密']",
                            "found_at < '2026-11-23T00:00:00Z'",
                            "found_at == '2026-11-22T18:00:00+08:00'",
                            "policy == '2026'",
                            "policy in ['2004', '2026']",
                            "given(place)",
                            "not given(place) or critical",
                            "people == 1 or people == 12 and critical",
                            "(people == 1 or people == 12) and critical",
                            "not people == 1 and not people == 2",
                            "level >= '较大' and class != '涉密'",
                            "  critical\n and critical "}) {
    CAPTURE(holds);
    CHECK(judge(holds, values) == Truth::kTrue);
    CHECK(judge("not (" + std::string(holds) + ")", values) == Truth::kFalse);
  }
  CHECK(judge("policy == '2026'", values, "2004") == Truth::kFalse);
}

TEST_CASE("'and' binds before 'or', 'not' before both") {
  const JsonObject values{{"people", 1}, {"critical", false}};
  CHECK(judge("people == 1 or people == 2 and critical", values) == Truth::kTrue);
  CHECK(judge("(people == 1 or people == 2) and critical", values) == Truth::kFalse);
  CHECK(judge("not critical and people == 2", values) == Truth::kFalse);
  CHECK(judge("not (critical and people == 2)", values) == Truth::kTrue);
}

TEST_CASE("what nobody has filled in is neither so nor not so") {
  const JsonObject none;
  for (const auto* open : {"people == 1", "people != 1", "not (people == 1)", "level >= '较大'", "class in ['涉密']",
                           "class not in ['涉密']", "critical", "not critical", "critical and critical"}) {
    CAPTURE(open);
    CHECK(judge(open, none) == Truth::kUnknown);
    CHECK_FALSE(guard(open).holds(none, "2026"));
  }
  CHECK(judge("given(people)", none) == Truth::kFalse);
  CHECK(judge("critical or not given(people)", none) == Truth::kTrue);
  CHECK(judge("critical and given(people)", none) == Truth::kFalse);
  // a value of another kind is no value
  CHECK(judge("people == 1", {{"people", "1"}}) == Truth::kUnknown);
  CHECK(judge("level == '较大'", {{"level", "nothing"}}) == Truth::kUnknown);
}

TEST_CASE("no text is the condition that always holds") {
  CHECK(guard("").always());
  CHECK(guard("   ").holds({}, "2026"));
  CHECK(Guard().holds({}, ""));
  CHECK_FALSE(guard("critical").always());
}

TEST_CASE("a condition that does not fit the fields is refused at the character") {
  struct Case {
    const char* text;
    const char* says;
  };
  for (const auto& [text, says] :
       {Case{"peple > 1", "character 1: there is no field \"peple\"; did you mean \"people\"?"},
        Case{"people > 1 and leval == '较大'", "character 16: there is no field \"leval\"; did you mean \"level\"?"},
        Case{"people > '1'", "character 10: \"people\" takes a whole number"},
        Case{"level == '中等'", "character 10: \"level\" takes one of: 特别重大, 重大, 较大, 一般"},
        Case{"class > '内部'", "character 7: \"class\" has no order"},
        Case{"place < 'a'", "character 7: \"place\" has no order"},
        Case{"critical > true", "character 10: \"critical\" has no order"},
        Case{"found_at < 'yesterday'", "character 12: \"found_at\" takes a time"},
        Case{"unit == 'psb'", "character 9: \"unit\" takes the code of an organisation"},
        Case{"policy == '1999'", "character 11: \"policy\" takes one of: 2004, 2026"},
        Case{"people", "character 7: ==, !=, <, <=, >, >= or \"in\" is expected after \"people\""},
        Case{"people = 1", "character 8: ==, !="},
        Case{"people == ", "character 11: a value is expected here"},
        Case{"people == 1x", "character 12: this is no number"},
        Case{"people == 99999999999999999999", "character 11: a value is expected here"},
        Case{"place == 'x", "character 10: this text has no end"},
        Case{"people in 1", "character 11: a list in square brackets"},
        Case{"people in []", "character 12: a value is expected here"},
        Case{"people in [1", "character 13: \"]\" is missing"},
        Case{"people not 1", "character 12: \"in\" is expected here"},
        Case{"(critical", "character 10: \")\" is missing"},
        Case{"given(critical", "character 15: \")\" is missing"},
        Case{"critical critical", "character 10: \"and\", \"or\" or the end"},
        Case{"critical)", "character 9: \"and\", \"or\" or the end"},
        Case{"critical && critical", "character 10: \"and\", \"or\" or the end"},
        Case{"and", "character 1: there is no field \"and\""},
        Case{"!critical", "character 1: the name of a field is expected"}}) {
    CAPTURE(text);
    const auto parsed = Guard::parse(text, fields(), policies());
    REQUIRE_FALSE(parsed);
    CAPTURE(parsed.error().detail);
    CHECK(parsed.error().code == base::Code::kMalformed);
    CHECK(parsed.error().detail.find(says) != std::string::npos);
  }
}

TEST_CASE("long and deep conditions end in an error and not in the stack") {
  const auto repeated = [](const std::string& piece, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += piece;
    return text;
  };
  CHECK(Guard::parse(repeated("not ", 30) + "critical", fields(), policies()));
  for (const auto& text :
       {repeated("not ", 400) + "critical", repeated("(", 1000), repeated("((", 16) + "(critical"}) {
    const auto parsed = Guard::parse(text, fields(), policies());
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == base::Code::kMalformed);
  }
  CHECK_FALSE(Guard::parse("critical or " + repeated("critical or ", 200) + "critical", fields(), policies()));
  CHECK(Guard::parse(repeated("critical or ", 100) + "critical", fields(), policies()));
  CHECK_FALSE(Guard::parse("place == '\xff'", fields(), policies()));
}

TEST_CASE("a condition names the fields that it looks at, each once") {
  CHECK(guard("critical and people > 1 or critical and given(place)").fields() ==
        std::vector<std::string>{"critical", "people", "place"});
}

}  // namespace
