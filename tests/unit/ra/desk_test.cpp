// The desk: what a case is about must be so, what a step orders is done once, and officers see their own.
#include "yuxin/ra/desk.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "desk_town.hpp"

namespace {

using namespace yuxin;
using base::Code;
using test::need;
using workflow::Draft;
using workflow::File;

using Town = test::DeskTown;
using test::check_refused;

TEST_CASE("an application becomes a certificate by the acts of three, and its holder signs for it") {
  Town town;
  const auto id = town.approved(town.wei);
  CHECK(id == "R-1");
  const auto effected = need(town.desk->settle());
  REQUIRE(effected.size() == 1);
  const auto serial = town.fact(id, "serial");
  CHECK(!serial.empty());
  CHECK(town.ca.row_of(*x509::Serial::parse(serial)).subject == "CN=Wei");
  check_refused(town.step(id, "hand-over", town.li, "RA.INPUT"), Code::kNotAuthorised, "not made with the key");
  CHECK(need(town.step(id, "hand-over", town.wei, "")).after.state == "DELIVERED");
  CHECK(town.ca.audit().problems.empty());
  CHECK(need(town.desk->settle()).empty());
}

TEST_CASE("what an order brings about is done once, whenever the program dies") {
  Town town;
  const auto id = town.approved(town.wei);
  // the certificate is issued, and nobody records it: as if killed in between
  const auto acts = need(town.desk->cases().acts(id, town.city.trust()));
  ca::Authorisation authorisation{"local:test", {}};
  for (const auto& act : acts) authorisation.acts.push_back(base::to_bytes(act.der()));
  auto enrolment = town.wish(town.wei).certificate->enrolment;
  const auto files = need(town.desk->cases().files(need(town.desk->cases().find(id))));
  enrolment.request = need(x509::CertificateRequest::from_der(files.front().octets));
  enrolment.organisation = need(evidence::OrgCode::parse("LRA-500103"));
  const auto issued =
      need(town.issuer->issue(need(town.issuer->prepare(test::shipped("person-signing"), enrolment, authorisation))));
  const auto before = town.ca.count();
  REQUIRE(need(town.desk->settle()).size() == 1);
  CHECK(town.fact(id, "serial") == issued.certificate.serial()->hex());
  CHECK(town.ca.count() == before);
}

TEST_CASE("what cannot be done now waits, and what never can is said") {
  Town town;
  const auto id = town.approved(town.wei);
  town.offline = true;
  const auto waits = need(town.desk->settle());
  REQUIRE(waits.size() == 1);
  CHECK(waits.front().text.find("the token is not there") != std::string::npos);
  CHECK(need(town.desk->cases().pending()).size() == 1);
  town.offline = false;
  town.ca.clock.set(town.ca.clock.now() + base::days(35));  // the approvals are too old by now
  need(town.desk->settle());
  CHECK(need(town.desk->cases().pending()).empty());
  CHECK(town.fact(id, "serial").empty());
  // the case is not stuck: the maker rejects what was not issued
  town.city.clock.set(town.ca.clock.now());
  CHECK(need(town.step(id, "reject", town.zhao, "RA.MAKE", {{"reason", "too old"}})).after.state == "REJECTED");
}

TEST_CASE("an order that cannot be carried out is refused before it is kept") {
  Town town;
  const auto id = town.submitted(town.wei);
  need(town.step(id, "accept", town.li, "RA.INPUT"));
  need(town.step(id, "review", town.wang, "RA.REVIEW"));
  town.offline = true;
  check_refused(town.step(id, "approve", town.zhao, "RA.MAKE"), Code::kUnavailable, "the token is not there");
  CHECK(need(town.desk->cases().find(id)).of.state == "REVIEWED");
}

TEST_CASE("an application tells the truth of the request, the key and the place") {
  Town town;
  const auto good = need(town.desk->apply(town.wish(town.wei), ra::Desk::Number::kReserve));
  const auto tried = [&](const std::function<void(ra::Step&)>& change) {
    auto step = good;
    change(step);
    return town.desk->judge(town.sign(step.act, town.li), step.files);
  };
  CHECK(tried([](ra::Step&) {}));
  const auto form = [](ra::Step& step) -> base::JsonObject& { return step.act.body["form"].as_object(); };
  const auto about = [](ra::Step& step) -> base::JsonObject& { return step.act.body["about"].as_object(); };
  // the officer's own key in place of the subscriber's: they could sign the hand-over themselves
  check_refused(tried([&](ra::Step& step) {
                  form(step)["subject_key"] = base::hex(x509::sha256(town.li.certificate.tbs().spki));
                }),
                Code::kRefused, "names another key");
  check_refused(tried([&](ra::Step& step) { about(step)["request"] = std::string(64, '0'); }), Code::kRefused,
                "is not among the attachments");
  check_refused(tried([&](ra::Step& step) { about(step)["profile"] = "device"; }), Code::kRefused,
                "for profile person-signing, and the request for device");
  check_refused(tried([&](ra::Step& step) { about(step)["organisation"] = "LRA-500112"; }), Code::kRefused,
                "another organisation");
  check_refused(tried([&](ra::Step& step) { about(step)["extra"] = "x"; }), Code::kRefused, "does not describe");
  check_refused(tried([&](ra::Step& step) { about(step)["names"] = "dns:a.test  dns:b.test"; }), Code::kRefused,
                "does not describe");
  check_refused(tried([&](ra::Step& step) { about(step)["subject"] = "CN = Wei"; }), Code::kRefused,
                "does not describe");
  check_refused(tried([&](ra::Step& step) { about(step) = {{"subject", "CN=Nobody"}}; }), Code::kRefused,
                "\"issue\" cannot be done to what this case is about");
  // a certificate that the profile refuses is not worth a case
  auto weak = town.wish(town.wei);
  weak.certificate->enrolment.validity = base::days(4000);
  const auto refused = town.desk->apply(weak, ra::Desk::Number::kNone);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::kRefused);
}

TEST_CASE("a machine enrols by the act of its service alone, within its rule and no further") {
  Town town;
  const auto service = town.officer("Portal", "RA.SERVICE");
  const auto enrol = [&](const std::string& name) {
    const test::Applicant machine{{x509::KeyType::kP256, 256}};
    ra::Application application;
    application.workflow = "certificate-request";
    application.action = "enrol";
    application.organisation = need(evidence::OrgCode::parse("RA"));
    application.certificate = ra::CertificateWish{machine.ask("CN=" + name, {"dns:" + name}), "tls-server"};
    application.form = {{"name", name}, {"classification", "公开"}};
    application.role = test::role_code("RA.SERVICE");
    const auto step = need(town.desk->apply(application, ra::Desk::Number::kReserve));
    return town.take(step, service);
  };
  const auto enrolled = need(enrol("portal.city.test"));
  CHECK(enrolled.after.state == "ENROLLED");
  need(town.desk->settle());
  CHECK(!town.fact(enrolled.after.id, "serial").empty());
  check_refused(enrol("portal.bank.test"), Code::kNotAuthorised, "lies under none of its domains");
  CHECK(need(town.desk->cases().pending()).empty());
}

TEST_CASE("all certificates of somebody who left are suspended when nobody decides in time") {
  Town town;
  const auto id = town.approved(town.wei);
  need(town.desk->settle());
  ra::Application application;
  application.workflow = "leaver";
  application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
  application.leaver = ra::LeaverWish{"CN=Wei"};
  application.form = {{"name", "Wei"}, {"change", "离职"}, {"last_day", "2026-11-30T00:00:00Z"}};
  application.role = test::role_code("RA.INPUT");
  const auto leaver = need(town.take(need(town.desk->apply(application, ra::Desk::Number::kReserve)), town.li)).after;
  const auto serial = *x509::Serial::parse(town.fact(id, "serial"));
  town.ca.clock.set(leaver.timers.front().due + base::Seconds{1});
  CHECK(need(town.desk->cases().let_pass(town.ca.clock.now())).size() == 3);
  need(town.desk->settle());
  CHECK(town.ca.row_of(serial).status.state == store::CertificateState::kOnHold);
  // the reviewer decides that they stay: released again
  town.city.clock.set(town.ca.clock.now());
  need(town.step(leaver.id, "suspend", town.wang, "RA.REVIEW"));
  need(town.step(leaver.id, "keep", town.wang, "RA.REVIEW", {{"reason", "moved to another bureau"}}));
  need(town.desk->settle());
  CHECK(town.ca.row_of(serial).status.state == store::CertificateState::kGood);
}

TEST_CASE("an officer sees the cases of their own scope, and what they could do next") {
  Town town;
  const auto id = town.submitted(town.wei);
  const auto viewer = [&](std::string_view role, std::string_view scope) {
    ra::Viewer made;
    made.roles.push_back({test::role_code(role), need(evidence::parse_scope(scope))});
    return std::optional(made);
  };
  const auto seen = [&](const std::optional<ra::Viewer>& by) { return need(town.desk->queue(by, {})); };
  CHECK(seen(std::nullopt).size() == 1);
  CHECK(seen(viewer("RA.REVIEW", "district:500103")).size() == 1);
  CHECK(seen(viewer("RA.REVIEW", "org:RA/*")).front().mine == std::vector<std::string>{"return", "reject"});
  CHECK(seen(viewer("RA.INPUT", "")).front().mine == std::vector<std::string>{"accept", "return", "withdraw"});
  CHECK(seen(viewer("RA.REVIEW", "org:LRA-500112")).empty());
  CHECK(seen(viewer("RA.REVIEW", "profile:device")).empty());
  CHECK(seen(viewer("PSB:DUTY", "")).empty());
  ra::Viewer holder;
  holder.key = x509::sha256(town.wei.certificate.tbs().spki);
  CHECK(seen(holder).front().mine == std::vector<std::string>{"withdraw"});
  const auto hidden = town.desk->look(id, viewer("RA.REVIEW", "org:LRA-500112"));
  REQUIRE_FALSE(hidden);
  CHECK(hidden.error().code == Code::kNotAuthorised);
}

// viewer_of a person of the small city, with roles that hold everywhere.
ra::Viewer as_viewer(const test::Person& person, std::initializer_list<std::string_view> roles) {
  ra::Viewer viewer;
  for (const auto role : roles) viewer.roles.push_back({test::role_code(role), {}});
  viewer.key = x509::sha256(person.certificate.tbs().spki);
  viewer.subject = person.certificate.subject();
  return viewer;
}

template <typename T>
void check_error(const base::Result<T>& result, Code code, std::string_view says) {
  REQUIRE_FALSE(result);
  CAPTURE(result.error().detail);
  CHECK(result.error().code == code);
  CHECK(result.error().detail.find(says) != std::string::npos);
}

TEST_CASE("what would be refused takes no number") {
  Town town;
  const auto draft = [&](const ra::Viewer& viewer, ra::Application application) {
    return town.desk->draft(viewer, std::move(application), ra::Desk::Number::kReserve);
  };
  const auto li = as_viewer(town.li, {"RA.INPUT"});
  auto bare = town.wish(town.wei);
  bare.form = {{"name", "Wei"}};
  check_error(draft(li, bare), Code::kRefused, "needs the fields \"classification\" (classification)");
  auto without = town.wish(town.wei);
  without.files.clear();
  check_error(draft(li, without), Code::kRefused, "\"identity\"");
  auto wrong = town.wish(town.wei);
  wrong.role.reset();
  check_error(draft(as_viewer(town.wang, {"RA.REVIEW"}), wrong), Code::kNotAuthorised, "you hold RA.REVIEW");
  CHECK(need(draft(li, town.wish(town.wei))).act.object == "R-1");
}

TEST_CASE("the same is applied for once, unless it is said") {
  Town town;
  const auto li = as_viewer(town.li, {"RA.INPUT"});
  const auto wish = town.wish(town.wei);
  const auto draft = [&](const ra::Application& application) {
    return town.desk->draft(li, application, ra::Desk::Number::kNone);
  };
  const auto first = need(town.desk->draft(li, wish, ra::Desk::Number::kReserve));
  const auto id = need(town.take(first, town.li)).after.id;
  check_error(draft(wish), Code::kConflict, "already in case " + id);
  auto again = wish;
  again.again = ra::Application::Again::kTake;
  CHECK(draft(again));
  // one that was withdrawn is in nobody's way
  need(town.step(id, "withdraw", town.li, "RA.INPUT", {{"reason", "mistake"}}));
  CHECK(draft(wish));
  // a person leaves once, however their name is written
  ra::Application leaver;
  const auto other = town.approved(town.zhao);
  need(town.desk->settle());
  leaver.workflow = "leaver";
  leaver.organisation = wish.organisation;
  leaver.leaver = ra::LeaverWish{"CN=Wei"};
  leaver.form = {{"name", "Wei"}, {"change", "离职"}, {"last_day", "2026-11-30T00:00:00Z"}};
  const auto l = need(town.take(need(town.desk->draft(li, leaver, ra::Desk::Number::kReserve)), town.li)).after.id;
  leaver.leaver = ra::LeaverWish{"CN=wei"};
  check_error(draft(leaver), Code::kConflict, "already in case " + l);
  // and a certificate that is revoked is not revoked once more
  need(town.step(l, "approve", town.wang, "RA.REVIEW"));
  need(town.desk->settle());
  ra::Application revocation;
  revocation.workflow = "certificate-revocation";
  revocation.organisation = wish.organisation;
  revocation.existing = ra::ExistingWish{*x509::Serial::parse(town.fact(other, "serial"))};
  revocation.form = {{"cause", "superseded"}, {"reason", "new one"}};
  check_error(draft(revocation), Code::kConflict, "is revoked since");
}

TEST_CASE("what a signature would be refused for is said before it is made") {
  Town town;
  const auto id = town.submitted(town.wei);
  const auto foreseen = [&](const ra::Viewer& viewer, const std::string& action, std::string_view role,
                            base::JsonObject form = {}) -> base::Result<> {
    Draft draft{.action = action, .form = std::move(form)};
    if (!role.empty()) draft.role = test::role_code(role);
    TRY(const auto step, town.desk->step(id, std::move(draft)));
    return town.desk->foresee(viewer, step);
  };
  const auto li = as_viewer(town.li, {"RA.INPUT", "RA.REVIEW"});
  const auto wang = as_viewer(town.wang, {"RA.REVIEW"});
  check_error(foreseen(wang, "review", "RA.REVIEW"), Code::kConflict, "is not done then");
  check_error(foreseen(wang, "return", "RA.REVIEW"), Code::kRefused, "needs the field \"reason\"");
  check_error(foreseen(wang, "accept", "RA.REVIEW"), Code::kNotAuthorised, "that needs RA.INPUT; you hold RA.REVIEW");
  CHECK(foreseen(li, "accept", "RA.INPUT"));
  need(town.step(id, "accept", town.li, "RA.INPUT"));
  check_error(foreseen(li, "review", "RA.REVIEW"), Code::kNotAuthorised, "the same person acted");
  // by another key of the same name, it is the same person
  auto twin = li;
  twin.key = x509::sha256(town.wei.certificate.tbs().spki);
  check_error(foreseen(twin, "review", "RA.REVIEW"), Code::kNotAuthorised, "the same person acted");
  auto narrow = wang;
  narrow.roles.front().scope = need(evidence::parse_scope("profile:device"));
  check_error(foreseen(narrow, "review", "RA.REVIEW"), Code::kNotAuthorised, "is not good for this");
  CHECK(foreseen(wang, "review", "RA.REVIEW"));
  // nothing of it is kept
  CHECK(need(town.desk->cases().find(id)).of.steps == 2);
}

TEST_CASE("a case shows the certificates that it is about, and gives the one that came of it") {
  Town town;
  const auto id = town.approved(town.wei);
  const auto standing = [&] { return need(town.desk->cases().find(id)); };
  CHECK(need(town.desk->certificates(standing().of)).empty());
  check_error(town.desk->issued(standing().of), Code::kNotFound, id);
  need(town.desk->settle());
  const auto concerned = need(town.desk->certificates(standing().of));
  REQUIRE(concerned.size() == 1);
  const auto chain = need(town.desk->issued(standing().of));
  CHECK(base::equal(chain.front().der(), concerned.front().row.der));
  CHECK(base::equal(chain.front().tbs().spki, town.wei.certificate.tbs().spki));
  for (std::size_t i = 1; i < chain.size(); ++i) CHECK(chain[i - 1].issuer().same(chain[i].subject()));
  CHECK(workflow::state_title(*standing().workflow, standing().of) == "issued, not handed over");
}

TEST_CASE("a queue is of those who take the main step, and knows its filters") {
  Town town;
  town.submitted(town.wei);
  const auto page = [&](const ra::Viewer& viewer, const std::string& workflow, const std::string& state) {
    workflow::CaseFilter filter;
    filter.workflow = workflow;
    filter.state = state;
    return town.desk->page(viewer, filter, ra::Desk::Whose::kMine);
  };
  const auto li = as_viewer(town.li, {"RA.INPUT"});
  CHECK(need(page(li, "", "")).items.size() == 1);
  CHECK(need(page(as_viewer(town.wang, {"RA.REVIEW"}), "", "")).items.empty());
  check_error(page(li, "", "APPLYED"), Code::kNotFound, "did you mean APPLIED");
  check_error(page(li, "revocation", ""), Code::kNotFound, "no workflow revocation");
  CHECK(need(page(li, "", "DELIVERED")).items.empty());
}

TEST_CASE("a desk whose workflows ask for what is not there is not opened") {
  Town town;
  auto parts = town.desk_parts();
  parts.workflows = {test::workflow_of(R"(name = "x"
code = "X"
prefix = "X"
title = { en = "x" }
lead = "RA"
[[state]]
name = "DONE"
title = { en = "done" }
final = true
[[transition]]
action = "do"
title = { en = "do" }
to = "DONE"
by = [{ roles = ["RA.INPUT"] }]
carry_out = ["mint-money"]
)")};
  const auto opened = ra::Desk::open(std::move(parts));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().detail.find("mint-money") != std::string::npos);
}

}  // namespace
