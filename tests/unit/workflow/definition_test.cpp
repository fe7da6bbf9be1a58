// Definitions: those that come with the program are good, and each thing that can be wrong is refused for its own
// reason, at its line.
#include "yuxin/workflow/definition.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "need.hpp"
#include "yuxin/workflow/machine.hpp"

namespace {

using namespace yuxin;
using test::need;
using workflow::Workflow;

// A small workflow; every case changes one line of it.
constexpr std::string_view kSmall = R"(name = "small"
code = "WF-0"
prefix = "T"
title = { en = "Small", zh = "小流程" }
lead = "CITY"
policies = ["2004", "2026"]

[policy.2026]
quick = [{ when = "critical", within = "PT1H" }, { within = "PT4H" }]
[policy.2004]
quick = "P1D"

[[state]]
name = "OPEN"
title = { en = "open", zh = "已提出" }
[[state]]
name = "DONE"
title = { en = "done", zh = "办结" }
final = true

[[field]]
name = "critical"
title = { en = "critical" }
kind = "boolean"
[[field]]
name = "found_at"
title = { en = "found at" }
kind = "time"
[[field]]
name = "unit"
title = { en = "unit" }
kind = "organisation"
[[field]]
name = "owner"
title = { en = "owner" }
kind = "key"

[[transition]]
action = "open"
title = { en = "open", zh = "提出" }
to = "OPEN"
by = [{ roles = ["OPR:STAFF"] }]
needs = ["critical"]
[[transition]]
action = "note"
title = { en = "note" }
from = ["OPEN"]
by = [{ roles = ["OPR:STAFF"], key = "owner", place = "field.unit" }]
[[transition]]
action = "close"
title = { en = "close", zh = "办结" }
from = ["OPEN"]
to = "DONE"
when = "critical"
by = [{ roles = ["PSB:OFF"], count = 2, place = "PSB", not_same_person_as = ["open"] }]
enclose = [{ label = "report", title = { en = "report" } }]
deliver = [{ to = "PSB:DUTY", place = "PSB", receipt_within = "PT10M" }]
copy = [{ to = "CGO:OFF", place = "nowhere" }]
carry_out = ["publish"]

[[deadline]]
name = "close"
title = { en = "closing" }
from = "OPEN"
since = "found_at"
until = ["close"]
within = "policy.quick"
warn = ["50%", "80%"]
overdue = ["escalate OPR:HEAD", "notify CGO:OFF", "mark LATE", "carry-out alarm"]
)";

std::string changed(std::string_view from, std::string_view to) {
  std::string text(kSmall);
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string refusal(const std::string& text) {
  const auto parsed = Workflow::parse(text, "small.toml");
  if (parsed) return "";
  CHECK(parsed.error().code == base::Code::kMalformed);
  return parsed.error().detail;
}

TEST_CASE("a definition is read as it stands there") {
  const auto workflow = need(Workflow::parse(kSmall, "small.toml"));
  CHECK(workflow->name == "small");
  CHECK(workflow->text == kSmall);
  // sha256sum of the text is what a case keeps
  CHECK(workflow->digest == x509::sha256(base::as_bytes(kSmall)));
  CHECK(workflow->steps_from("").size() == 1);
  CHECK(workflow->steps_from("OPEN").size() == 2);
  CHECK(workflow->steps_from("DONE").empty());
  CHECK(workflow->act_type("close") == "small.close");
  CHECK(workflow->effects() == std::vector<std::string>{"publish", "alarm"});
  const auto& close = workflow->transitions[2];
  CHECK(close.by.front().count == 2);
  CHECK(close.by.front().place.kind == workflow::PlaceRule::Kind::kOrganisation);
  CHECK(close.deliveries.size() == 2);
  const auto& deadline = workflow->deadlines.front();
  CHECK(deadline.warn == std::vector<int>{50, 80});
  CHECK(deadline.within.at("2026").of({{"critical", true}}, "2026").text == "PT1H");
  CHECK(deadline.within.at("2026").of({{"critical", false}}, "2026").text == "PT4H");
  CHECK(deadline.within.at("2026").of({}, "2026").text == "PT4H");
  CHECK(deadline.within.at("2004").of({{"critical", true}}, "2004").text == "P1D");
}

TEST_CASE("the definitions that come with the program are good") {
  std::vector<std::string> names;
  for (const auto& shipped : workflow::shipped_workflows()) {
    CAPTURE(shipped.name);
    const auto parsed = Workflow::parse(shipped.text, std::string(shipped.name) + ".toml");
    if (!parsed) FAIL(parsed.error().detail);
    CHECK((*parsed)->name == shipped.name);
    names.push_back((*parsed)->prefix);
  }
  CHECK(names.size() >= 6);
  std::ranges::sort(names);
  CHECK(std::ranges::adjacent_find(names) == names.end());  // numbers tell the workflow
}

TEST_CASE("a choice is called in both languages, and a state by what came of it") {
  const auto text = changed("kind = \"boolean\"",
                            "kind = \"choice\"\none_of = [\"离职\", \"调动\"]\n"
                            "words = [{ en = \"leaves\", zh = \"离职\" }, { en = \"moves\", zh = \"调动\" }]");
  std::string whole(text);
  for (const std::string_view old : {"when = \"critical\", within", "when = \"critical\"\nby"}) {
    const auto at = whole.find(old);
    REQUIRE(at != std::string::npos);
    whole.replace(at, std::string_view("when = \"critical\"").size(), "when = \"critical == '离职'\"");
  }
  const std::string_view state = "title = { en = \"open\", zh = \"已提出\" }\n";
  whole.insert(whole.find(state) + state.size(),
               "named = [{ when = \"critical == '调动'\", title = { en = \"on the move\" } }]\n");
  const auto workflow = need(Workflow::parse(whole, "small.toml"));
  const auto& field = *workflow->field("critical");
  for (const auto* typed : {"leaves", "离职"}) CHECK(need(workflow::value_of(field, typed)) == base::Json("离职"));
  CHECK(workflow::shown_value(field, base::Json("调动")) == "moves");
  CHECK_FALSE(workflow::value_of(field, "retires"));
  workflow::Case of;
  of.state = "OPEN";
  CHECK(workflow::state_title(*workflow, of) == "open");
  of.form = {{"critical", "调动"}};
  CHECK(workflow::state_title(*workflow, of) == "on the move");
  CHECK(workflow::main_step(*workflow, of)->action == "note");
  CHECK(refusal(changed("kind = \"boolean\"", "words = [{ en = \"a\", zh = \"b\" }]")).find("words") !=
        std::string::npos);
}

struct Case {
  std::string_view from;
  std::string_view to;
  const char* says;
};

void refuse(std::initializer_list<Case> cases) {
  for (const auto& one : cases) {
    CAPTURE(one.from);
    CAPTURE(one.to);
    const auto said = refusal(changed(one.from, one.to));
    CAPTURE(said);
    CHECK(said.starts_with("small.toml:"));
    CHECK(said.find(one.says) != std::string::npos);
  }
}

TEST_CASE("names and keys are looked at, and the line is named") {
  refuse({
      {"name = \"small\"", "name = \"Small\"", "small.toml:1: \"Small\" cannot name a workflow"},
      {"name = \"small\"\n", "", "\"name\" is missing"},
      {"prefix = \"T\"", "prefix = \"t\"", "small.toml:3: a prefix is"},
      {"lead = \"CITY\"", "lead = \"city\"", "small.toml:5: \"city\" is no code of an organisation"},
      {"policies = [\"2004\", \"2026\"]", "policies = []", "name a policy at least"},
      {"lead =", "laed =", "\"laed\" is not known here; did you mean \"lead\"?"},
      {"code = \"WF-0\"", "code = \"WF-0\"\nversion = \"1\"", "\"version\" is not known here"},
      {"enclose =", "enclos =", "\"enclos\" is not known here; did you mean \"enclose\"?"},
      {"title = { en = \"Small\", zh = \"小流程\" }", "title = {}", "needs a text in English (en) or Chinese (zh)"},
      {"name = \"OPEN\"", "name = \"open\"", "\"open\" cannot name a state"},
      {"name = \"DONE\"", "name = \"OPEN\"", "\"OPEN\" stands there twice"},
      {"name = \"found_at\"", "name = \"critical\"", "\"critical\" stands there twice"},
      {"name = \"unit\"", "name = \"profile\"", "\"profile\" cannot name a field"},
      {"kind = \"boolean\"", "kind = \"bool\"", "there is no kind \"bool\""},
      {"action = \"note\"", "action = \"receive\"", "\"receive\" is how deliveries are received"},
      {"action = \"note\"", "action = \"Note\"", "\"Note\" is no name of an action"},
  });
}

TEST_CASE("steps lead from states to states, by somebody") {
  refuse({
      {"by = [{ roles = [\"OPR:STAFF\"] }]\n", "", "nobody may take the step \"open\""},
      {"by = [{ roles = [\"OPR:STAFF\"] }]", "by = [{ count = 1 }]", "say who may sign"},
      {"by = [{ roles = [\"OPR:STAFF\"] }]", "by = [{ roles = [\"opr staff\"] }]", "is no role"},
      {"count = 2", "count = 0", "1 to 12 persons"},
      {"count = 2", "count = 13", "1 to 12 persons"},
      {"not_same_person_as = [\"open\"]", "not_same_person_as = [\"opened\"]", "which is no other action"},
      {"not_same_person_as = [\"open\"]", "not_same_person_as = [\"close\"]", "which is no other action"},
      {"place = \"PSB\", not_same", "place = \"psb\", not_same", "place takes"},
      {"place = \"field.unit\"", "place = \"field.critical\"", "is not of the kind \"organisation\""},
      {"key = \"owner\"", "key = \"unit\"", "is not of the kind \"key\""},
      {"to = \"OPEN\"\n", "to = \"OPNE\"\n", "there is no state OPNE; did you mean OPEN?"},
      {"from = [\"OPEN\"]\nto", "from = [\"SHUT\"]\nto", "there is no state SHUT"},
      {"to = \"OPEN\"\n", "", "says where it leads"},
      {"from = [\"OPEN\"]\nto", "from = []\nto", "from names a state at least"},
      {"when = \"critical\"\nby", "when = \"critcal\"\nby",
       "there is no field \"critcal\"; did you mean \"critical\"?"},
      {"needs = [\"critical\"]", "needs = [\"critcal\"]", "there is no field \"critcal\""},
      {"needs = [\"critical\"]", "needs = [\"critical\"]\nmay = [\"critical\"]", "stands there twice"},
      {"label = \"report\"", "label = \"Report\"", "is no label"},
      {"receipt_within = \"PT10M\"", "receipt_within = \"10 minutes\"", "is no span of time"},
      {"to = \"PSB:DUTY\"", "to = \"psb\"", "is no role"},
      {"carry_out = [\"publish\"]", "carry_out = [\"Publish it\"]", "is no name of an effect"},
  });
}

TEST_CASE("the steps make a whole: every state is reached, and every one but the last is left") {
  refuse({
      {"[[state]]\nname = \"DONE\"",
       "[[state]]\nname = \"LOST\"\ntitle = { en = \"lost\" }\nfinal = true\n[[state]]\nname = \"DONE\"",
       "small.toml:17: no step leads to the state LOST"},
      {"final = true\n", "", "from the state OPEN no step leads to an end"},
      {"to = \"DONE\"\n", "", "from the state OPEN no step leads to an end"},
      {"action = \"note\"\ntitle = { en = \"note\" }\nfrom = [\"OPEN\"]",
       "action = \"note\"\ntitle = { en = \"note\" }\nfrom = [\"DONE\"]", "the state DONE is final"},
      {"action = \"open\"\ntitle = { en = \"open\", zh = \"提出\" }\nto = \"OPEN\"",
       "action = \"open\"\ntitle = { en = \"open\", zh = \"提出\" }\nfrom = [\"OPEN\"]\nto = \"OPEN\"",
       "no step opens a case"},
      {"action = \"note\"", "action = \"close\"", "a second step \"close\" leads from the same state"},
  });
}

TEST_CASE("every limit has a beginning, an end, a length and somebody who hears of it") {
  refuse({
      {"from = \"OPEN\"\n", "", "\"from\" is missing"},
      {"from = \"OPEN\"\n", "from = \"DONE\"\n", "the state DONE is final"},
      {"since = \"found_at\"", "since = \"critical\"", "is not of the kind \"time\""},
      {"until = [\"close\"]", "until = []", "say which actions meet the limit"},
      {"until = [\"close\"]", "until = [\"shut\"]", "there is no action \"shut\""},
      {"within = \"policy.quick\"", "within = \"policy.slow\"", "[policy.2004] has no value \"slow\""},
      {"within = \"policy.quick\"\n", "", "say how long it may take"},
      {"within = \"policy.quick\"", "within = \"soon\"", "is no span of time"},
      {"quick = \"P1D\"", "quack = \"P1D\"", "[policy.2004] has no value \"quick\""},
      {"[policy.2004]", "[policy.2005]", "there is no policy \"2005\""},
      {"{ within = \"PT4H\" }", "{ when = \"critical\", within = \"PT4H\" }", "and the last, for everything else"},
      {"warn = [\"50%\", \"80%\"]", "warn = [\"80%\", \"50%\"]", "ascending"},
      {"warn = [\"50%\", \"80%\"]", "warn = [\"half\"]", "parts of the span"},
      {"overdue = [\"escalate OPR:HEAD\", ", "overdue = [", "nobody hears of it"},
      {"escalate OPR:HEAD", "escalate nobody", "is no role"},
      {"mark LATE", "paint LATE", "is not understood"},
  });
}

TEST_CASE("a definition is held against the installation: roles, organisations, effects") {
  const auto organisation = need(evidence::Organisation::parse(R"(
[[unit]]
code = "PSB"
name = { en = "Police" }
[[role]]
roles = ["OPR:*", "PSB:OFF", "PSB:DUTY", "CGO:OFF"]
title = { en = "all of them" }
)",
                                                               "organisation.toml"));
  const auto workflow = need(Workflow::parse(kSmall, "small.toml"));
  const std::vector<std::string> effects{"publish", "alarm"};
  CHECK(workflow::check_workflow(*workflow, *organisation, effects));
  const auto without = workflow::check_workflow(*workflow, *organisation, {effects.data(), 1});
  REQUIRE_FALSE(without);
  CHECK(without.error().detail.find("\"alarm\"") != std::string::npos);
  const auto refused = [&](std::string_view from, std::string_view to) {
    const auto other = need(Workflow::parse(changed(from, to), "small.toml"));
    const auto checked = workflow::check_workflow(*other, *organisation, effects);
    return checked ? std::string() : checked.error().detail;
  };
  CHECK(refused("roles = [\"PSB:OFF\"]", "roles = [\"PSB:OF\"]").find("did you mean PSB:OFF?") != std::string::npos);
  CHECK(refused("escalate OPR:HEAD", "escalate XYZ:HEAD").find("XYZ:HEAD") != std::string::npos);
  CHECK(refused("place = \"PSB\", not_same", "place = \"SSB\", not_same").find("SSB") != std::string::npos);
}

}  // namespace
