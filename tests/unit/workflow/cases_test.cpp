// Cases in a database: every step is kept with its act, whole or not at all.
#include "yuxin/workflow/cases.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include "small_desk.hpp"
#include "yuxin/store/store.hpp"

namespace {

using namespace yuxin;
using base::Code;
using test::error_of;
using test::need;
using workflow::Cases;
using workflow::Draft;
using workflow::File;

constexpr std::string_view kDesk = R"(name = "desk"
code = "WF-0"
prefix = "D"
title = { en = "Desk" }
lead = "RA"
[[state]]
name = "APPLIED"
title = { en = "applied" }
[[state]]
name = "DONE"
title = { en = "done" }
final = true
[[field]]
name = "name"
title = { en = "name" }
[[field]]
name = "serial"
title = { en = "serial" }
[[transition]]
action = "submit"
title = { en = "submit" }
to = "APPLIED"
by = [{ roles = ["RA.INPUT"] }]
needs = ["name"]
enclose = [{ label = "paper", title = { en = "paper" }, min = 0 }]
[[transition]]
action = "approve"
title = { en = "approve" }
from = ["APPLIED"]
to = "DONE"
by = [{ roles = ["RA.REVIEW"], not_same_person_as = ["submit"] }]
deliver = [{ to = "PSB:DUTY", place = "nowhere", receipt_within = "PT1H" }]
carry_out = ["issue"]
[[deadline]]
name = "decide"
title = { en = "decide" }
from = "APPLIED"
until = ["approve"]
within = "PT4H"
overdue = ["escalate RA.BIZADM", "carry-out hold"]
)";

// Office is a home with cases, and officers who act in it.
class Office {
 public:
  Office()
      : store(need(store::Store::over(database(), ""))),
        cases({store, test::desk_organisation(), test::desk_calendar(), "2026"}),
        li(city.person("Li")),
        wang(city.person("Wang")) {
    city.grant(li, "RA.INPUT");
    city.grant(wang, "RA.REVIEW");
  }
  static std::shared_ptr<store::Database> database() {
    auto made = need(store::open_memory());
    for (const auto& steps : {store::migrations(), evidence::migrations(), workflow::migrations()})
      need(store::migrate(*made, steps));
    return made;
  }
  [[nodiscard]] evidence::VerifiedAct signed_by(const test::Person& person, evidence::Act act) {
    act.time = city.clock.now();
    need(store->read([&](store::Reader& reader) -> base::Result<> {
      TRY(act.previous, evidence::last_act(reader, act.object));
      return {};
    }));
    return city.accepted(act, person);
  }
  base::Result<workflow::Decision> take(const evidence::VerifiedAct& act, const std::vector<File>& files = {},
                                        const Cases::Also& also = {}) {
    const bool opens = act.act().type == "desk.submit";
    if (opens && reserves)
      need(store->write([&](store::Writer& writer) -> base::Result<> {
        TRY(writer.session().execute("INSERT OR IGNORE INTO case_reservations (name, signer, at) VALUES ($1, x'', 0)",
                                     {std::string_view(act.act().object)}));
        return {};
      }));
    return cases.take({act, opens ? definition : nullptr, trust}, files, city.clock.now(), also);
  }
  [[nodiscard]] evidence::VerifiedAct submission(const std::string& id, const std::vector<File>& files = {}) {
    Draft draft{.action = "submit", .form = {{"name", "Wei"}}, .files = files};
    draft.role = test::role_code("RA.INPUT");
    return signed_by(li, Cases::opening(*definition, id, test::place_of("RA"), draft));
  }
  [[nodiscard]] evidence::VerifiedAct approval(const std::string& id) {
    Draft draft{.action = "approve"};
    draft.role = test::role_code("RA.REVIEW");
    return signed_by(wang, Cases::step(need(cases.find(id)), draft));
  }
  [[nodiscard]] std::vector<std::string> records(std::string_view kind) {
    std::vector<std::string> found;
    need(store->read([&](store::Reader& reader) -> base::Result<> {
      TRY(const auto size, evidence::size(reader));
      return evidence::for_each(reader, 0, size, [&](const evidence::StoredRecord& record) -> base::Result<> {
        if (record.text.find("\"kind\":\"" + std::string(kind) + "\"") != std::string::npos)
          found.push_back(record.text);
        return {};
      });
    }));
    return found;
  }

  bool reserves = true;  // a number for every case, whatever it is called
  test::ActCity city;
  evidence::ActTrust trust = city.trust();
  std::shared_ptr<const workflow::Workflow> definition = test::workflow_of(kDesk);
  std::shared_ptr<store::Store> store;
  Cases cases;
  test::Person li;
  test::Person wang;
};

TEST_CASE("a case is kept with its act, its files and its definition") {
  Office office;
  const std::vector<File> files{{"paper", "form.pdf", {1, 2, 3}}};
  office.reserves = false;
  const auto id = need(office.cases.reserve(*office.definition, office.city.clock.now()));
  CHECK(id == "D-1");
  need(office.take(office.submission(id, files), files));
  const auto standing = need(office.cases.find("D-1"));
  CHECK(standing.of.state == "APPLIED");
  CHECK(standing.of.form.at("name") == "Wei");
  CHECK(standing.of.place.organisation->text() == "RA");
  CHECK(standing.of.timers.size() == 1);
  CHECK(standing.workflow->text == kDesk);
  const auto kept = need(office.cases.files(standing));
  REQUIRE(kept.size() == 1);
  CHECK(kept.front().octets == files.front().octets);
  const auto steps = need(office.cases.steps(standing));
  REQUIRE(steps.size() == 1);
  CHECK(steps.front().role == "RA.INPUT");
  CHECK(office.records("workflow.defined").size() == 1);
  CHECK(office.records("act.accepted").size() == 1);
  CHECK(office.records("case.step").size() == 1);
  CHECK(need(office.cases.reserve(*office.definition, office.city.clock.now())) == "D-2");
}

TEST_CASE("a case opens under the number that its signer was given, for a day") {
  Office office;
  office.reserves = false;
  const auto key_of = [](const test::Person& person) { return x509::sha256(person.certificate.tbs().spki); };
  const auto refused = [&](const std::string& id) {
    const auto taken = office.take(office.submission(id));
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == Code::kConflict);
    CHECK_FALSE(office.cases.find(id));
  };
  refused("D-1");
  const auto now = office.city.clock.now();
  const auto others = need(office.cases.reserve(*office.definition, now, key_of(office.wang)));
  refused(others);
  refused("D-777777");
  const auto own = need(office.cases.reserve(*office.definition, now, key_of(office.li)));
  CHECK(need(office.take(office.submission(own))).after.id == own);
  // a number is good once, and not for ever
  CHECK_FALSE(office.take(office.submission(own)));
  const auto old = need(office.cases.reserve(*office.definition, now - base::days(2), key_of(office.li)));
  need(office.cases.reserve(*office.definition, now));
  refused(old);
}

TEST_CASE("what a step brings about waits until somebody says what came of it, once") {
  Office office;
  need(office.take(office.submission("D-7")));
  const auto decision = need(office.take(office.approval("D-7")));
  CHECK(decision.effects == std::vector<std::string>{"issue"});
  auto pending = need(office.cases.pending());
  REQUIRE(pending.size() == 1);
  CHECK(pending.front().case_id == "D-7");
  CHECK(pending.front().step == 2);
  need(
      office.cases.finish(pending.front(), {"issued 1A", {{"serial", "1A"}}, "local:test"}, office.city.clock.now()));
  CHECK(need(office.cases.pending()).empty());
  CHECK(need(office.cases.find("D-7")).of.facts.at("serial") == "1A");
  const auto again = office.cases.finish(pending.front(), {"twice", {}, "local:test"}, office.city.clock.now());
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Code::kConflict);
  CHECK(office.records("case.effect").size() == 1);
}

TEST_CASE("closed cases are in another list, and every page ends where the next begins") {
  Office office;
  for (const auto* id : {"D-1", "D-2", "D-3"}) need(office.take(office.submission(id)));
  need(office.take(office.approval("D-2")));
  const auto ids = [&](const workflow::CaseFilter& filter) {
    std::string list;
    for (const auto& standing : need(office.cases.list(filter))) list += standing.of.id + " ";
    return list;
  };
  CHECK(ids({}) == "D-1 D-3 ");
  CHECK(ids({.workflow = "", .state = "", .which = workflow::CaseFilter::Which::kClosed}) == "D-2 ");
  CHECK(ids({.workflow = "other", .state = ""}) == "");
  CHECK(ids({.workflow = "desk", .state = "APPLIED"}) == "D-1 D-3 ");
  workflow::CaseFilter page{.workflow = "", .state = "", .which = workflow::CaseFilter::Which::kAll};
  page.limit = 2;
  CHECK(ids(page) == "D-1 D-2 ");
  page.after_row = 2;
  CHECK(ids(page) == "D-3 ");
}

TEST_CASE("of two who act on one case one is taken, and the other is told") {
  Office office;
  auto zhao = office.city.person("Zhao");
  office.city.grant(zhao, "RA.REVIEW");
  need(office.take(office.submission("D-1")));
  const auto first = office.approval("D-1");
  Draft draft{.action = "approve"};
  draft.role = test::role_code("RA.REVIEW");
  const auto second = office.signed_by(zhao, Cases::step(need(office.cases.find("D-1")), draft));
  need(office.take(first));
  const auto late = office.take(second);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Code::kConflict);
  CHECK(office.records("case.step").size() == 2);
  // the same act again is no new step
  const auto replay = office.take(first);
  REQUIRE_FALSE(replay);
  CHECK(replay.error().code == Code::kConflict);
}

TEST_CASE("an act on one case does nothing to another") {
  Office office;
  need(office.take(office.submission("D-1")));
  need(office.take(office.submission("D-2")));
  auto act = Cases::step(need(office.cases.find("D-1")), Draft{.action = "approve"});
  act.role = test::role_code("RA.REVIEW");
  act.object = "D-2";
  // the step and the state fit by chance: both cases stand alike; what was signed is about D-2 then, and only D-2
  const auto decision = need(office.take(office.signed_by(office.wang, act)));
  CHECK(decision.after.id == "D-2");
  CHECK(need(office.cases.find("D-1")).of.state == "APPLIED");
}

TEST_CASE("files that are missing, too many or others than the act says are refused") {
  Office office;
  const std::vector<File> files{{"paper", "form.pdf", {1, 2, 3}}};
  const auto act = office.submission("D-1", files);
  const auto refused = [&](const std::vector<File>& given) {
    const auto taken = office.take(act, given);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == Code::kRefused);
    return taken.error().detail;
  };
  CHECK(refused({}).find("did not come with it") != std::string::npos);
  CHECK(refused({{"paper", "form.pdf", {1, 2, 4}}}).find("its digest is another") != std::string::npos);
  CHECK(refused({files[0], {"paper", "more.pdf", {1}}}).find("does not speak of") != std::string::npos);
  CHECK(error_of(office.cases.find("D-1")).code == Code::kNotFound);
  need(office.take(act, files));
}

TEST_CASE("a step is kept whole or not at all") {
  Office office;
  const auto act = office.submission("D-1");
  const auto failed = office.take(act, {}, [](store::Writer&, const workflow::Decision&) -> base::Result<> {
    return base::fail(Code::kUnavailable, "the disk is full");
  });
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == Code::kUnavailable);
  CHECK(error_of(office.cases.find("D-1")).code == Code::kNotFound);
  CHECK(office.records("act.accepted").empty());
  need(office.take(act));
}

TEST_CASE("a case keeps the version that it began with") {
  Office office;
  need(office.take(office.submission("D-1")));
  std::string text(kDesk);
  text.replace(text.find("not_same_person_as = [\"submit\"]"), 31, "count = 3");
  office.definition = test::workflow_of(text);
  need(office.take(office.submission("D-2")));
  CHECK(need(office.take(office.approval("D-1"))).complete);
  CHECK_FALSE(need(office.take(office.approval("D-2"))).complete);
  CHECK(office.records("workflow.defined").size() == 2);
}

TEST_CASE("time passes for all cases, and what it brings is kept once") {
  Office office;
  need(office.take(office.submission("D-1")));
  CHECK(need(office.cases.let_pass(office.city.clock.now())).empty());
  const auto late = office.city.clock.now() + base::hours(5);
  const auto passed = need(office.cases.let_pass(late));
  REQUIRE(passed.size() == 2);
  CHECK(passed.front().case_id == "D-1");
  CHECK(passed.front().happening.what == "RA.BIZADM");
  CHECK(need(office.cases.let_pass(late)).empty());
  CHECK(need(office.cases.pending()).front().name == "hold");
  CHECK(office.records("case.deadline").size() == 2);
  // a receipt that does not come is heard of, too
  office.city.clock.set(late);
  need(office.take(office.approval("D-1")));
  const auto unreceived = need(office.cases.let_pass(late + base::hours(2)));
  REQUIRE(unreceived.size() == 1);
  CHECK(unreceived.front().happening.kind == workflow::Happening::Kind::kReceiptOverdue);
}

TEST_CASE("a case that is not there is named, with what to do") {
  Office office;
  const auto found = office.cases.find("D-99");
  REQUIRE_FALSE(found);
  CHECK(found.error().code == Code::kNotFound);
  CHECK(found.error().detail.find("D-99") != std::string::npos);
}

}  // namespace
