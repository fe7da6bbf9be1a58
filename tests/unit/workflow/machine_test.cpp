// The machine with acts of a small city: who may take a step, in what state, with what form, by when.
#include "yuxin/workflow/machine.hpp"

#include <doctest/doctest.h>

#include "small_desk.hpp"

namespace {

using namespace yuxin;
using base::Code;
using test::DeskScene;
using test::need;
using workflow::Decision;
using workflow::Draft;

constexpr std::string_view kOffice = R"(name = "office"
code = "WF-0"
prefix = "T"
title = { en = "Office" }
lead = "RA"
no_enclosures = "class == 'secret'"
[[state]]
name = "APPLIED"
title = { en = "applied" }
[[state]]
name = "RETURNED"
title = { en = "returned" }
[[state]]
name = "REVIEWED"
title = { en = "reviewed" }
[[state]]
name = "DONE"
title = { en = "done" }
final = true
[[field]]
name = "name"
title = { en = "name" }
[[field]]
name = "class"
title = { en = "class" }
kind = "choice"
one_of = ["open", "secret"]
[[field]]
name = "subject_key"
title = { en = "key" }
kind = "key"
[[field]]
name = "opinion"
title = { en = "opinion" }
[[field]]
name = "known_at"
title = { en = "known at" }
kind = "time"
[[transition]]
action = "submit"
title = { en = "submit" }
to = "APPLIED"
by = [{ roles = ["RA.INPUT"] }]
needs = ["name"]
may = ["class", "subject_key", "known_at"]
needs_when = [{ when = "profile == 'person'", fields = ["subject_key"] }]
enclose = [{ label = "paper", title = { en = "paper" }, min = 0, max = 2 }]
[[transition]]
action = "review"
title = { en = "review" }
from = ["APPLIED"]
to = "REVIEWED"
by = [{ roles = ["RA.REVIEW"], count = 2, not_same_person_as = ["submit"] }]
may = ["opinion"]
[[transition]]
action = "return"
title = { en = "return" }
from = ["APPLIED", "REVIEWED"]
to = "RETURNED"
by = [{ roles = ["RA.REVIEW", "RA.MAKE"] }]
[[transition]]
action = "correct"
title = { en = "correct" }
from = ["RETURNED"]
to = "APPLIED"
about = "new"
by = [{ roles = ["RA.INPUT"] }]
may = ["name"]
[[transition]]
action = "vote"
title = { en = "vote" }
from = ["REVIEWED"]
forms = "own"
by = [{ roles = ["RA.MAKE"], count = 2, organisations = "distinct" }]
needs = ["opinion"]
[[transition]]
action = "finish"
title = { en = "finish" }
from = ["REVIEWED"]
to = "DONE"
when = "name != 'nobody'"
by = [{ key = "subject_key" }]
deliver = [{ to = "PSB:DUTY", place = "RA", receipt_within = "PT10M" }]
copy = [{ to = "CGO:OFF", place = "nowhere" }]
carry_out = ["issue", "publish"]
[[deadline]]
name = "review"
title = { en = "review" }
from = "APPLIED"
since = "known_at"
until = ["review"]
within = "P2BD"
warn = ["50%", "80%"]
overdue = ["escalate RA.BIZADM", "notify CGO:OFF", "mark LATE", "carry-out hold"]
stopped_in = ["RETURNED"]
)";

DeskScene office() { return DeskScene(test::workflow_of(kOffice)); }
Draft submit(base::JsonObject form = {{"name", "Wei"}}) {
  return {.action = "submit", .form = std::move(form), .files = {}, .about = base::JsonObject{{"x", 1}}};
}
Draft plain(std::string action, base::JsonObject form = {}) {
  return {.action = std::move(action), .form = std::move(form), .files = {}};
}
Draft as(Draft draft, std::string_view role) {
  draft.role = test::role_code(role);
  return draft;
}
void check_refused(const base::Result<Decision>& decision, Code code, std::string_view says) {
  REQUIRE_FALSE(decision);
  CAPTURE(decision.error().detail);
  CHECK(decision.error().code == code);
  CHECK(decision.error().detail.find(says) != std::string::npos);
}
std::string key_of(const test::Person& person) { return base::hex(x509::sha256(person.certificate.tbs().spki)); }

TEST_CASE("a case is opened by an act and goes on by acts") {
  auto scene = office();
  auto& li = scene.officer("Li", "RA.INPUT");
  const auto opened = need(scene.take(as(submit(), "RA.INPUT"), li));
  CHECK(opened.complete);
  CHECK(opened.after.id == "T-1");
  CHECK(opened.after.state == "APPLIED");
  CHECK(opened.after.definition == scene.workflow->digest);
  CHECK(opened.after.form.at("name") == "Wei");
  CHECK(opened.after.about == base::JsonObject{{"x", 1}});
  CHECK(opened.after.steps == 1);
  CHECK(opened.after.opened == scene.city.clock.now());
  CHECK(opened.after.timers.size() == 1);
}

TEST_CASE("two must sign, each once, and neither who entered it") {
  auto scene = office();
  auto& li = scene.officer("Li", "RA.INPUT");
  scene.officer("Li", "RA.REVIEW");
  auto& wang = scene.officer("Wang", "RA.REVIEW");
  auto& zhao = scene.officer("Zhao", "RA.REVIEW");
  need(scene.take(as(submit(), "RA.INPUT"), li));
  check_refused(scene.take(as(plain("review"), "RA.REVIEW"), li), Code::kNotAuthorised,
                "nobody reviews what they entered");
  const auto first = need(scene.take(as(plain("review"), "RA.REVIEW"), wang));
  CHECK_FALSE(first.complete);
  CHECK(first.after.state == "APPLIED");
  REQUIRE(first.missing.size() == 1);
  CHECK(first.missing.front().have == 1);
  CHECK(first.missing.front().need == 2);
  check_refused(scene.take(as(plain("review"), "RA.REVIEW"), wang), Code::kNotAuthorised, "has signed it already");
  check_refused(scene.take(as(plain("review", {{"opinion", "another"}}), "RA.REVIEW"), zhao), Code::kRefused,
                "All who sign it sign the same");
  const auto second = need(scene.take(as(plain("review"), "RA.REVIEW"), zhao));
  CHECK(second.complete);
  CHECK(second.after.state == "REVIEWED");
  CHECK(second.after.timers.front().ended == scene.city.clock.now());
}

TEST_CASE("what was signed before a return does not count after it") {
  auto scene = office();
  auto& li = scene.officer("Li", "RA.INPUT");
  auto& wang = scene.officer("Wang", "RA.REVIEW");
  auto& zhao = scene.officer("Zhao", "RA.REVIEW");
  need(scene.take(as(submit(), "RA.INPUT"), li));
  need(scene.take(as(plain("review"), "RA.REVIEW"), wang));
  need(scene.take(as(plain("return"), "RA.REVIEW"), zhao));
  auto correction = as(plain("correct", {{"name", "Wei Wei"}}), "RA.INPUT");
  correction.about = base::JsonObject{{"x", 2}};
  const auto corrected = need(scene.take(correction, li));
  CHECK(corrected.after.about == base::JsonObject{{"x", 2}});
  CHECK(corrected.after.form.at("name") == "Wei Wei");
  const auto again = need(scene.take(as(plain("review"), "RA.REVIEW"), zhao));
  CHECK_FALSE(again.complete);
  CHECK(need(scene.take(as(plain("review"), "RA.REVIEW"), wang)).complete);
}

TEST_CASE("a role is good for its own place only") {
  auto scene = office();
  auto& li = scene.officer("Li", "RA.INPUT", "org:LRA-500112");
  check_refused(scene.take(as(submit(), "RA.INPUT"), li), Code::kNotAuthorised, "does not cover organisation");
  auto& near = scene.officer("Near", "RA.INPUT", "district:500103");
  need(scene.take(as(submit(), "RA.INPUT"), near));
  auto& other = scene.officer("Other", "RA.REVIEW", "profile:tls-server");
  check_refused(scene.take(as(plain("review"), "RA.REVIEW"), other), Code::kNotAuthorised, "does not cover");
  auto& all = scene.officer("All", "RA.REVIEW", "org:RA/*");
  CHECK(need(scene.take(as(plain("review"), "RA.REVIEW"), all)).missing.front().have == 1);
}

TEST_CASE("no role, another role and another's act do not take a step") {
  auto scene = office();
  auto& li = scene.officer("Li", "RA.REVIEW");
  check_refused(scene.take(submit(), li), Code::kNotAuthorised, "it was made in no role");
  check_refused(scene.take(as(submit(), "RA.REVIEW"), li), Code::kNotAuthorised, "is not one that is asked for");
}

TEST_CASE("whom the matter is about signs with their own key, in no role") {
  auto scene = office();
  auto& li = scene.officer("Li", "RA.INPUT");
  auto& wei = scene.officer("Wei");
  auto& stranger = scene.officer("Stranger");
  need(scene.take(as(submit({{"name", "Wei"}, {"subject_key", key_of(wei)}}), "RA.INPUT"), li));
  for (const auto* name : {"Wang", "Zhao"}) {
    auto& officer = scene.officer(name, "RA.REVIEW");
    need(scene.take(as(plain("review"), "RA.REVIEW"), officer));
  }
  check_refused(scene.take(plain("finish"), stranger), Code::kNotAuthorised, "not made with the key");
  const auto done = need(scene.take(plain("finish"), wei));
  CHECK(done.after.state == "DONE");
  CHECK(done.effects == std::vector<std::string>{"issue", "publish"});
  REQUIRE(done.after.handed.size() == 2);
  CHECK(done.after.handed[0].due == scene.city.clock.now() + base::minutes(10));
  check_refused(scene.take(plain("finish"), wei), Code::kConflict, "nothing more is done to it");
  // a receipt is signed in the role that it was delivered to, and once
  auto receipt = as(plain("receive"), "PSB:DUTY");
  receipt.delivery = 0;
  auto& duty = scene.officer("Duty", "PSB:DUTY", "org:RA");
  auto wrong = receipt;
  wrong.role = test::role_code("RA.INPUT");
  check_refused(scene.take(wrong, li), Code::kNotAuthorised, "may not sign for what was delivered");
  CHECK(need(scene.take(receipt, duty)).after.handed[0].received == scene.city.clock.now());
  check_refused(scene.take(receipt, duty), Code::kConflict, "received already");
  receipt.delivery = 1;
  check_refused(scene.take(receipt, duty), Code::kRefused, "A copy is for information");
  receipt.delivery = 2;
  check_refused(scene.take(receipt, duty), Code::kRefused, "names no delivery");
}

TEST_CASE("nobody who left the key out can be taken for the subscriber") {
  auto scene = office();
  auto& li = scene.officer("Li", "RA.INPUT");
  need(scene.take(as(submit(), "RA.INPUT"), li));
  for (const auto* name : {"Wang", "Zhao"})
    need(scene.take(as(plain("review"), "RA.REVIEW"), scene.officer(name, "RA.REVIEW")));
  check_refused(scene.take(plain("finish"), scene.officer("Wei")), Code::kNotAuthorised, "not made with the key");
}

TEST_CASE("opinions of several, each their own, from different organisations") {
  auto scene = office();
  need(scene.take(as(submit(), "RA.INPUT"), scene.officer("Li", "RA.INPUT")));
  for (const auto* name : {"Wang", "Zhao"})
    need(scene.take(as(plain("review"), "RA.REVIEW"), scene.officer(name, "RA.REVIEW")));
  const auto vote = [&](const char* name, const char* scope, const char* opinion) {
    return scene.take(as(plain("vote", {{"opinion", opinion}}), "RA.MAKE"), scene.officer(name, "RA.MAKE", scope));
  };
  CHECK_FALSE(need(vote("A", "org:LRA-500103", "yes")).complete);
  CHECK_FALSE(vote("B", "org:LRA-500103", "no"));
  const auto second = need(vote("C", "org:RA/*", "no"));
  CHECK(second.complete);
  CHECK(second.after.state == "REVIEWED");
  CHECK_FALSE(second.after.form.contains("opinion"));
  // a new round begins
  CHECK_FALSE(need(vote("A", "org:LRA-500103", "yes")).complete);
}

TEST_CASE("the form is what the step asks for") {
  auto scene = office();
  auto& li = scene.officer("Li", "RA.INPUT");
  const auto tried = [&](base::JsonObject form) {
    return scene.judged(scene.draft(as(submit(std::move(form)), "RA.INPUT")), li);
  };
  check_refused(tried({}), Code::kRefused, "needs the field \"name\"");
  check_refused(tried({{"name", ""}}), Code::kRefused, "takes 1 to 200 characters");
  check_refused(tried({{"name", std::string(201, 'x')}}), Code::kRefused, "there are 201");
  check_refused(tried({{"name", 1}}), Code::kRefused, "takes a text");
  check_refused(tried({{"name", "a\x1b[2Jb"}}), Code::kRefused, "takes a text");
  check_refused(tried({{"name", "Wei"}, {"opinion", "good"}}), Code::kRefused, "takes no field \"opinion\"");
  check_refused(tried({{"name", "Wei"}, {"profile", "x"}}), Code::kRefused, "takes no field \"profile\"");
  check_refused(tried({{"name", "Wei"}, {"class", "other"}}), Code::kRefused, "takes one of: open, secret");
  check_refused(tried({{"name", "Wei"}, {"subject_key", "abc"}}), Code::kRefused, "takes the SHA-256");
  CHECK(tried({{"name", "Wei"}, {"class", "open"}}));
  scene.place = test::place_of("LRA-500103", "person");
  check_refused(tried({{"name", "Wei"}}), Code::kRefused, "needs the field \"subject_key\"");
}

TEST_CASE("attachments are listed, counted, and refused where the matter is secret") {
  auto scene = office();
  auto& li = scene.officer("Li", "RA.INPUT");
  const auto with = [&](std::vector<workflow::File> files, base::JsonObject form) {
    auto draft = as(submit(std::move(form)), "RA.INPUT");
    draft.files = std::move(files);
    return draft;
  };
  const workflow::File paper{"paper", "a.pdf", {1, 2, 3}};
  const base::JsonObject open{{"name", "Wei"}, {"class", "open"}};
  CHECK(scene.judged(scene.draft(with({paper}, open)), li));
  check_refused(scene.judged(scene.draft(with({paper, {"paper", "a.pdf", {4}}}, open)), li), Code::kRefused,
                "Two attachments are called a.pdf");
  check_refused(scene.judged(scene.draft(with({{"photo", "a.pdf", {1}}}, open)), li), Code::kRefused,
                "takes no attachment \"photo\"; it takes: paper");
  check_refused(
      scene.judged(scene.draft(with({{"paper", "a", {1}}, {"paper", "b", {1}}, {"paper", "c", {1}}}, open)), li),
      Code::kRefused, "takes 0 to 2 attachments");
  check_refused(scene.judged(scene.draft(with({paper}, {{"name", "Wei"}, {"class", "secret"}})), li), Code::kRefused,
                "Nothing may be attached");
  // what nobody has classified may be secret
  check_refused(scene.judged(scene.draft(with({paper}, {{"name", "Wei"}})), li), Code::kRefused,
                "Nothing may be attached");
  auto hidden = scene.draft(with({paper}, open));
  hidden.body["files"] = base::JsonObject();
  check_refused(scene.judged(hidden, li), Code::kRefused, "does not say what it is");
  auto missing = scene.draft(with({paper}, open));
  missing.attachments.clear();
  check_refused(scene.judged(missing, li), Code::kRefused, "does not attach a.pdf");
}

TEST_CASE("an act is for one case, one version, one state and one step") {
  auto scene = office();
  auto& li = scene.officer("Li", "RA.INPUT");
  auto& wang = scene.officer("Wang", "RA.REVIEW");
  need(scene.take(as(submit(), "RA.INPUT"), li));
  const auto good = scene.draft(as(plain("review"), "RA.REVIEW"));
  const auto changed = [&](const std::function<void(evidence::Act&)>& change) {
    auto act = good;
    change(act);
    return scene.judged(act, wang);
  };
  CHECK(changed([](evidence::Act&) {}));
  check_refused(changed([](evidence::Act& act) { act.object = "T-2"; }), Code::kConflict, "not about T-1");
  check_refused(changed([](evidence::Act& act) { act.body["workflow"] = std::string(64, '0'); }), Code::kConflict,
                "another version");
  check_refused(changed([](evidence::Act& act) { act.body["state"] = "RETURNED"; }), Code::kConflict,
                "went on meanwhile");
  check_refused(changed([](evidence::Act& act) { act.body["step"] = 3; }), Code::kConflict, "went on meanwhile");
  check_refused(changed([](evidence::Act& act) { act.body["about"] = base::JsonObject{{"x", 9}}; }), Code::kRefused,
                "about something else");
  check_refused(changed([](evidence::Act& act) { act.body["place"] = base::JsonObject{{"profile", "x"}}; }),
                Code::kMalformed, "Only the act that opens");
  check_refused(changed([](evidence::Act& act) { act.body["delivery"] = 0; }), Code::kMalformed, "receive");
  check_refused(changed([](evidence::Act& act) { act.body["note"] = "x"; }), Code::kMalformed, "\"note\" is wrong");
  check_refused(changed([](evidence::Act& act) { act.body.erase("form"); }), Code::kMalformed, "\"form\" is wrong");
  check_refused(changed([](evidence::Act& act) { act.type = "office.finish"; }), Code::kConflict, "is not done then");
  check_refused(changed([](evidence::Act& act) { act.type = "offices.review"; }), Code::kMalformed, "takes no step");
  check_refused(changed([](evidence::Act& act) { act.type = "request.review"; }), Code::kMalformed, "takes no step");
}

TEST_CASE("an act that opens a case names a place that there is, and a number") {
  auto scene = office();
  auto& li = scene.officer("Li", "RA.INPUT");
  const auto opened = [&](const std::function<void(evidence::Act&)>& change) {
    auto act = scene.draft(as(submit(), "RA.INPUT"));
    change(act);
    return scene.judged(act, li);
  };
  CHECK(opened([](evidence::Act&) {}));
  for (const auto* bad : {"T-0", "T-01", "T-", "T1", "R-1", "T-1x", "T-1234567890123"}) {
    CAPTURE(bad);
    check_refused(opened([&](evidence::Act& act) { act.object = bad; }), Code::kMalformed, "is no number of a case");
  }
  const auto placed = [&](base::JsonObject place) {
    return opened([&](evidence::Act& act) { act.body["place"] = std::move(place); });
  };
  check_refused(placed({{"organisation", "NOWHERE"}}), Code::kRefused, "no organisation NOWHERE");
  check_refused(placed({{"organisation", "LRA-OLD"}}), Code::kRefused, "no organisation LRA-OLD now");
  check_refused(placed({{"organisation", "LRA-500103"}, {"district", "500112"}}), Code::kRefused, "does not lie");
  check_refused(placed({{"organisation", "LRA-500103"}}), Code::kRefused, "does not lie in the district");
  check_refused(placed({{"city", "x"}}), Code::kMalformed, "\"place\" is wrong");
  check_refused(opened([](evidence::Act& act) { act.body["state"] = "APPLIED"; }), Code::kMalformed, "does not open");
}

TEST_CASE("a condition shuts a step") {
  auto scene = office();
  auto& wei = scene.officer("Wei");
  need(scene.take(as(submit({{"name", "nobody"}, {"subject_key", key_of(wei)}}), "RA.INPUT"),
                  scene.officer("Li", "RA.INPUT")));
  for (const auto* name : {"Wang", "Zhao"})
    need(scene.take(as(plain("review"), "RA.REVIEW"), scene.officer(name, "RA.REVIEW")));
  check_refused(scene.take(plain("finish"), wei), Code::kRefused, "it asks for name != 'nobody'");
  const auto options = workflow::options(*scene.workflow, *scene.current, "2026");
  REQUIRE(options.size() == 3);
  CHECK(options[2].transition->action == "finish");
  CHECK(options[2].open == workflow::Truth::kFalse);
}

TEST_CASE("a deadline warns, runs out once, stands while the case is returned, and is met") {
  auto scene = office();
  auto& li = scene.officer("Li", "RA.INPUT");
  auto& wang = scene.officer("Wang", "RA.REVIEW");
  // Sunday 2026-11-22 18:00 in Chongqing; two working days end with Tuesday the 24th
  const auto opened = need(scene.take(as(submit(), "RA.INPUT"), li));
  const auto start = scene.city.clock.now();
  const auto due = base::parse_rfc3339("2026-11-25T00:00:00+08:00").value();
  CHECK(opened.after.timers.front().due == due);

  auto waiting = opened.after;
  CHECK(workflow::tick(*scene.workflow, waiting, start).empty());
  const auto half = start + base::Seconds{(due - start).count / 2};
  const auto warned = workflow::tick(*scene.workflow, waiting, half);
  REQUIRE(warned.size() == 1);
  CHECK(warned.front().kind == workflow::Happening::Kind::kWarning);
  CHECK(warned.front().what == "50");
  CHECK(workflow::tick(*scene.workflow, waiting, half).empty());
  CHECK(workflow::tick(*scene.workflow, waiting, due).size() == 1);  // 80 %, and not over yet
  const auto over = workflow::tick(*scene.workflow, waiting, due + base::Seconds{1});
  REQUIRE(over.size() == 4);
  CHECK(over[0].what == "RA.BIZADM");
  CHECK(over[3].kind == workflow::Happening::Kind::kCarryOut);
  CHECK(waiting.marks == std::vector<std::string>{"LATE"});
  CHECK(workflow::tick(*scene.workflow, waiting, due + base::days(9)).empty());

  // returned on Monday, corrected on Thursday: three working days more
  scene.city.clock.set(base::parse_rfc3339("2026-11-23T10:00:00+08:00").value());
  auto returned = need(scene.take(as(plain("return"), "RA.REVIEW"), wang)).after;
  CHECK(workflow::tick(*scene.workflow, returned, due + base::days(9)).empty());
  scene.city.clock.set(base::parse_rfc3339("2026-11-26T10:00:00+08:00").value());
  auto correction = as(plain("correct"), "RA.INPUT");
  correction.about = base::JsonObject{{"x", 1}};
  const auto corrected = need(scene.take(correction, li)).after;
  REQUIRE(corrected.timers.size() == 1);
  CHECK(corrected.timers.front().due == base::parse_rfc3339("2026-11-28T00:00:00+08:00").value());
}

TEST_CASE("an act that comes too late is taken, and the case is marked") {
  auto scene = office();
  need(scene.take(as(submit(), "RA.INPUT"), scene.officer("Li", "RA.INPUT")));
  scene.city.clock.set(base::parse_rfc3339("2026-11-26T10:00:00+08:00").value());
  const auto first = need(scene.take(as(plain("review"), "RA.REVIEW"), scene.officer("Wang", "RA.REVIEW")));
  CHECK(first.happenings.size() == 4);
  CHECK(first.after.marks == std::vector<std::string>{"LATE"});
  CHECK(need(scene.take(as(plain("review"), "RA.REVIEW"), scene.officer("Zhao", "RA.REVIEW"))).complete);
}

TEST_CASE("a limit counts from when it was known, not from when it was entered, and never from the future") {
  auto scene = office();
  auto& li = scene.officer("Li", "RA.INPUT");
  const auto early = need(scene.judged(
      scene.draft(as(submit({{"name", "Wei"}, {"known_at", "2026-11-20T09:00:00+08:00"}}), "RA.INPUT")), li));
  CHECK(early.after.timers.front().due == base::parse_rfc3339("2026-11-25T00:00:00+08:00").value());
  const auto earlier = need(scene.judged(
      scene.draft(as(submit({{"name", "Wei"}, {"known_at", "2026-11-19T09:00:00+08:00"}}), "RA.INPUT")), li));
  CHECK(earlier.after.timers.front().due == base::parse_rfc3339("2026-11-24T00:00:00+08:00").value());
  check_refused(
      scene.judged(scene.draft(as(submit({{"name", "Wei"}, {"known_at", "2026-11-29T09:00:00+08:00"}}), "RA.INPUT")),
                   li),
      Code::kRefused, "lies in the future");
}

}  // namespace
