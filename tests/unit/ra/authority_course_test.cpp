// What an authority does with cases of another host that went on: who has the acts cannot bring them without the
// decision that came after.
#include <functional>

#include "two_hosts.hpp"
#include "yuxin/ca/case_course.hpp"
#include "yuxin/ra/invitation.hpp"

namespace {

using namespace yuxin;
using base::Code;
using base::JsonObject;
using test::Hosts;
using test::need;

TEST_CASE("a case that was rejected after its approval is issued by nobody, brought whole or without the rejection") {
  Hosts hosts;
  const auto id = hosts.reviewed("a.city.test");
  need(hosts.step(id, "approve", "zhao", "RA.MAKE"));
  const auto stolen = hosts.order_of(id);
  const auto before = hosts.issued();
  hosts.away = true;
  CHECK(need(hosts.there.desk->settle()).front().facts.empty());
  need(hosts.step(id, "reject", "zhao", "RA.MAKE", {{"reason", "a mistake"}}));
  hosts.away = false;
  need(hosts.authority->refresh());
  CHECK(hosts.ca.records("registry.act").size() == 4);
  hosts.refused("orders", stolen, Code::kConflict, "went on otherwise");
  hosts.refused("trials", stolen, Code::kConflict, "went on otherwise");
  auto whole = hosts.order_of(id);
  whole["step"] = 4;
  hosts.refused("orders", whole, Code::kRefused, "what was decided last counts");
  // so does the desk that ordered it
  const auto settled = need(hosts.there.desk->settle());
  REQUIRE(settled.size() == 1);
  CHECK(settled.front().text.find("what was decided last counts") != std::string::npos);
  CHECK(need(hosts.there.desk->settle()).empty());
  CHECK(hosts.issued() == before);
  CHECK(hosts.ca.audit().problems.empty());
}

TEST_CASE("what is told twice is written down once, and acts that are none keep no others from being heard") {
  Hosts hosts;
  const auto id = hosts.reviewed("a.city.test");
  need(hosts.authority->refresh());
  CHECK(hosts.ca.records("registry.act").size() == 2);
  base::JsonArray list{base::base64(base::as_bytes("no act"))};
  for (const auto& act : need(hosts.there.desk->cases().acts(id, hosts.city.trust())))
    list.emplace_back(base::base64(act.der()));
  need(hosts.ask("acts", {{"acts", list}}));
  CHECK(hosts.ca.records("registry.act").size() == 2);
  hosts.refused("acts", {{"acts", "x"}}, Code::kMalformed, "must be a list");
  // a fork: another act upon the same one is not believed
  const auto first = need(hosts.there.desk->cases().acts(id, hosts.city.trust())).front();
  evidence::Act other = first.act();
  other.type = "certificate-request.withdraw";
  other.previous = first.digest();
  other.time = hosts.city.clock.now();
  const auto forked = hosts.city.accepted(other, hosts.officer("li", "RA.INPUT"));
  need(hosts.ask("acts", {{"acts", base::JsonArray{base::base64(forked.der())}}}));
  CHECK(hosts.ca.records("registry.act").size() == 2);
  need(hosts.step(id, "approve", "zhao", "RA.MAKE"));
  need(hosts.ask("orders", hosts.order_of(id)));
}

// A leaver with one certificate, reported and decided by nobody.
struct Leaver {
  Hosts hosts;
  x509::Certificate certificate;
  std::string id;

  Leaver()
      : certificate(
            hosts.ca
                .issue(test::shipped("device"),
                       test::Applicant({x509::KeyType::kP256, 256}).ask("CN=m.meters.test", {"dns:m.meters.test"}))
                .certificate) {
    need(hosts.authority->refresh());
    ra::Application application;
    application.workflow = "leaver";
    application.leaver = ra::LeaverWish{"CN=m.meters.test"};
    application.form = {{"name", "m"}, {"change", "离职"}, {"last_day", base::rfc3339(hosts.city.clock.now())}};
    application.role = test::role_code("RA.INPUT");
    application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
    const auto step = need(hosts.there.desk->apply(application, ra::Desk::Number::kReserve));
    need(hosts.there.desk->take(hosts.signed_act(step.act, hosts.officer("li", "RA.INPUT")), step.files));
    id = step.act.object;
  }
  [[nodiscard]] JsonObject deadline() {
    auto order = hosts.order_of(id, "hold-all");
    order["step"] = 0;
    return order;
  }
  [[nodiscard]] store::CertificateState state() const { return hosts.ca.row_of(*certificate.serial()).status.state; }
};

TEST_CASE("a deadline orders when it has run out, once, and not where somebody decided meanwhile") {
  Leaver leaver;
  auto& hosts = leaver.hosts;
  const auto stolen = leaver.deadline();
  hosts.refused("orders", stolen, Code::kConflict, "has not run out");
  hosts.pass(base::days(8));
  need(hosts.ask("trials", stolen));
  need(hosts.ask("orders", stolen));
  CHECK(leaver.state() == store::CertificateState::kOnHold);
  need(ca::release(*hosts.ca.store, hosts.ca.order(leaver.certificate, x509::RevocationReason::kUnspecified),
                   hosts.ca.clock, test::kAlice));
  need(hosts.ask("orders", stolen));
  CHECK(leaver.state() == store::CertificateState::kGood);
  // with what was signed since it is the same deadline
  need(hosts.step(leaver.id, "keep", "wang", "RA.REVIEW", {{"reason", "stays"}}));
  need(hosts.ask("orders", leaver.deadline()));
  CHECK(leaver.state() == store::CertificateState::kGood);
}

TEST_CASE("a deadline orders nothing in a case that was decided, nor after thirty days") {
  Leaver leaver;
  auto& hosts = leaver.hosts;
  const auto stolen = leaver.deadline();
  SUBCASE("decided, and the authority has heard of it") {
    need(hosts.step(leaver.id, "keep", "wang", "RA.REVIEW", {{"reason", "stays"}}));
    need(hosts.authority->refresh());
    hosts.pass(base::days(8));
    hosts.refused("orders", stolen, Code::kConflict, "went on otherwise");
    hosts.refused("orders", leaver.deadline(), Code::kRefused, "what was decided last counts");
  }
  SUBCASE("decided after it had run out") {
    hosts.pass(base::days(8));
    need(hosts.step(leaver.id, "keep", "wang", "RA.REVIEW", {{"reason", "stays"}}));
    hosts.refused("orders", leaver.deadline(), Code::kRefused, "what was decided last counts");
  }
  SUBCASE("old") {
    hosts.pass(base::days(40));
    hosts.refused("orders", stolen, Code::kNotAuthorised, "older than 30 days");
  }
  CHECK(leaver.state() == store::CertificateState::kGood);
}

// An invitation that was answered, over two hosts.
struct Invited {
  Hosts hosts;
  test::Applicant wang{{x509::KeyType::kP256, 256}};
  x509::PrivateKey code = need(x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}));
  std::string id;
  base::Bytes proof;

  Invited() {
    need(hosts.authority->refresh());
    for (auto* store : {hosts.ca.store.get(), hosts.there.store.get()})
      Hosts::know(*store, hosts.officer("admin", "RA.BIZADM"));
    ra::Application application;
    application.workflow = "officer-invitation";
    application.action = "invite";
    application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
    application.invitation = ca::Invitation{
        "officer", need(x509::Name::parse("CN=Wang")), {}, {}, base::to_bytes(code.public_key().spki())};
    application.form = {{"name", "Wang"}, {"locator", "K3M9X2AB"}, {"valid", "PT72H"}};
    application.role = test::role_code("RA.BIZADM");
    const auto step = need(hosts.there.desk->apply(application, ra::Desk::Number::kReserve));
    need(hosts.there.desk->take(hosts.signed_act(step.act, hosts.officer("admin", "RA.BIZADM")), step.files));
    id = step.act.object;
    ra::InvitationAnswer answer{"K3M9X2AB", base::to_bytes(wang.ask("CN=any").request.der()), {}};
    answer.proof =
        need(need(code.signer(x509::SignatureAlgorithm::kEd25519))->sign(ca::code_statement(answer.request)));
    need(ra::answer_invitation(*hosts.there.desk, answer));
    proof = answer.proof;
    request = answer.request;
  }
  base::Result<workflow::Decision> confirm() {
    ca::Enrolment enrolment{.request = need(x509::CertificateRequest::from_der(request)),
                            .subject = need(x509::Name::parse("CN=Wang")),
                            .alt_names = std::vector<x509::GeneralName>(),
                            .validity = {}};
    workflow::Draft draft{.action = "confirm", .form = {{"proof", base::base64(proof)}}};
    draft.role = test::role_code("RA.MAKE");
    TRY(const auto step,
        hosts.there.desk->step(id, std::move(draft), ra::CertificateWish{std::move(enrolment), "officer"}));
    return hosts.there.desk->take(hosts.signed_act(step.act, hosts.officer("zhao", "RA.MAKE")), step.files);
  }
  base::Bytes request;
};

TEST_CASE("the authority judges itself whether an invitation was still worth something") {
  Invited invited;
  auto& hosts = invited.hosts;
  SUBCASE("good") {
    need(invited.confirm());
    CHECK(need(hosts.there.desk->settle()).front().facts.contains("serial"));
  }
  SUBCASE("whoever invited was revoked, and this host has not heard of it") {
    const auto serial = *hosts.officer("admin", "RA.BIZADM").certificate.serial();
    hosts.pass(base::Seconds{5});
    need(ca::revoke(*hosts.ca.store,
                    {hosts.ca.authority.id, "issuing", serial, x509::RevocationReason::kSuperseded, std::nullopt},
                    hosts.ca.clock, test::kAlice));
    const auto refused = invited.confirm();
    REQUIRE_FALSE(refused);
    CAPTURE(refused.error().detail);
    CHECK(refused.error().detail.find("who has invited, is revoked") != std::string::npos);
  }
  SUBCASE("the key is an officer's, of whom this host has not heard") {
    const auto theirs =
        hosts.ca.issue(test::shipped("device"), invited.wang.ask("CN=somebody.test", {"dns:somebody.test"}));
    const auto refused = invited.confirm();
    REQUIRE_FALSE(refused);
    CAPTURE(refused.error().detail);
    CHECK(refused.error().detail.find(theirs.certificate.subject().text()) != std::string::npos);
    CHECK(refused.error().detail.find("Make a key of your own") != std::string::npos);
  }
}

TEST_CASE("a service has no certificate for the key of somebody else") {
  Hosts hosts;
  const test::Applicant officer{{x509::KeyType::kP256, 256}};
  const auto theirs = hosts.ca.issue(test::shipped("device"), officer.ask("CN=officer.test", {"dns:officer.test"}));
  const auto refused =
      hosts.enrol(officer.ask("CN=m1.meters.test", {"dns:m1.meters.test"}), "device", *hosts.service);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find(theirs.certificate.subject().text()) != std::string::npos);
  CHECK(refused.error().code == Code::kNotAuthorised);
  CHECK(refused.error().detail.find("which another has enrolled") != std::string::npos);
  // a key that the service had certified before it may have again, by another name
  const test::Applicant machine{{x509::KeyType::kP256, 256}};
  need(hosts.enrol(machine.ask("CN=m2.meters.test", {"dns:m2.meters.test"}), "device", *hosts.service));
  need(hosts.there.desk->settle());
  need(hosts.enrol(machine.ask("CN=m3.meters.test", {"dns:m3.meters.test"}), "device", *hosts.service));
  CHECK(need(hosts.there.desk->settle()).front().facts.contains("serial"));
}

TEST_CASE("a case goes on by the definition that it began with, and none begins by one that was replaced") {
  Hosts hosts;
  const auto id = hosts.reviewed("a.city.test");
  const auto desk = need(hosts.parts().desk({"east", "", std::nullopt}));
  auto& workflows = hosts.replaced;
  hosts.pass(base::Seconds{10});
  const auto shipped = need(desk->workflow("certificate-request"));
  workflows.push_back(need(workflow::Workflow::parse(shipped->text + "\n# changed\n", "certificate-request")));
  need(hosts.step(id, "approve", "zhao", "RA.MAKE"));
  CHECK(need(hosts.there.desk->settle()).front().facts.contains("serial"));
  hosts.pass(base::Seconds{10});
  const auto late = hosts.reviewed("b.city.test");
  const auto taken = hosts.step(late, "approve", "zhao", "RA.MAKE");
  REQUIRE_FALSE(taken);
  CHECK(taken.error().detail.find("another version of the workflow") != std::string::npos);
}

}  // namespace
