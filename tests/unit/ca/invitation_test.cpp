// Invitations as the issuer judges them: one act that invites, another that confirms the request, and the code
// between.
#include "yuxin/ca/invitation.hpp"

#include <doctest/doctest.h>

#include "act_city.hpp"
#include "small_ca.hpp"
#include "yuxin/ca/approval.hpp"

namespace {

using namespace yuxin;
using base::Code;
using test::need;

constexpr std::string_view kOrganisation = R"(
[[unit]]
code = "RA"
name = { en = "Registration" }
[[role]]
roles = ["RA.*"]
title = { en = "Registration" }
)";

constexpr std::string_view kPolicy = R"(
[[approval]]
name = "officer"
profiles = ["officer"]
valid_for = "P30D"
needs = [
  { name = "invite", acts = ["officer-invitation.invite"], roles = ["RA.BIZADM"] },
  { name = "confirm", acts = ["officer-invitation.confirm"], roles = ["RA.MAKE", "RA.BIZADM"], not_same_person_as = ["invite"] },
]
[[service]]
name = "portal"
role = "RA.BIZADM"
acts = ["officer-invitation.invite"]
profiles = ["officer"]
names_under = ["city.test"]
per_day = 2
)";

// Court is an issuer that demands both acts, an inviter, somebody who confirms, and a code.
class Court {
 public:
  Court() : admin(city.person("Admin")), zhao(city.person("Zhao")) {
    city.grant(admin, "RA.BIZADM");
    city.grant(zhao, "RA.MAKE");
    ca.clock.set(city.clock.now());
    auto parts = ca.parts();
    parts.court = std::make_shared<const ca::ApprovalCourt>(
        ca::ApprovalCourt{need(ca::ApprovalPolicy::parse(kPolicy, "approvals.toml")),
                          need(evidence::Organisation::parse(kOrganisation, "organisation.toml")), city.trust()});
    issuer = need(ca::Issuer::open(std::move(parts)));
  }
  [[nodiscard]] ca::Enrolment ask(const std::string& subject = "CN=Wang Fang") const {
    auto enrolment = applicant.ask("CN=anything", {});
    enrolment.subject = need(x509::Name::parse(subject));
    enrolment.alt_names.emplace();
    enrolment.organisation = need(evidence::OrgCode::parse("RA"));
    return enrolment;
  }
  // The statement as docs/officers.md has it, signed by the code.
  [[nodiscard]] base::Bytes proof(const ca::Enrolment& enrolment, const x509::PrivateKey& by) const {
    auto statement = base::to_bytes(base::as_bytes("yuxin invitation 1\n"));
    base::append(statement, enrolment.request.der());
    return need(need(by.signer(x509::SignatureAlgorithm::kEd25519))->sign(statement));
  }
  [[nodiscard]] base::Bytes inviting(const std::string& subject = "CN=Wang Fang") {
    auto act = city.act("officer-invitation.invite", "I-1", "RA.BIZADM");
    act.body = {{"about", ca::invitation_binding({"officer",
                                                  need(x509::Name::parse(subject)),
                                                  {},
                                                  need(evidence::OrgCode::parse("RA")),
                                                  base::to_bytes(code.public_key().spki())})}};
    return base::to_bytes(city.accepted(act, admin).der());
  }
  [[nodiscard]] base::Bytes confirming(const ca::Enrolment& enrolment, const base::Bytes& proof,
                                       const test::Person& by, std::string_view role = "RA.MAKE") {
    auto act = city.act("officer-invitation.confirm", "I-1", role);
    act.body = {{"about", ca::approval_binding("officer", enrolment)},
                {"form", base::JsonObject{{"proof", base::base64(proof)}}}};
    return base::to_bytes(city.accepted(act, by).der());
  }
  [[nodiscard]] base::Result<ca::PreparedIssuance> prepare(const ca::Enrolment& enrolment,
                                                           std::vector<base::Bytes> acts) {
    return issuer->prepare(test::shipped("officer"), enrolment, {"local:operator", std::move(acts)});
  }
  void refused(const ca::Enrolment& enrolment, std::vector<base::Bytes> acts, std::string_view says) {
    const auto prepared = prepare(enrolment, std::move(acts));
    REQUIRE_FALSE(prepared);
    CAPTURE(prepared.error().detail);
    CHECK(prepared.error().code == Code::kNotAuthorised);
    CHECK(prepared.error().detail.find(says) != std::string::npos);
  }

  test::ActCity city;
  test::SmallCa ca;
  test::Applicant applicant{{x509::KeyType::kP256, 256}};
  x509::PrivateKey code = need(x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}));
  x509::PrivateKey other_code = need(x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}));
  test::Person admin;
  test::Person zhao;
  std::shared_ptr<ca::Issuer> issuer;
};

TEST_CASE("an officer is issued upon an invitation and a confirmation by two persons, once") {
  Court court;
  const auto enrolment = court.ask();
  const std::vector<base::Bytes> acts = {court.inviting(),
                                         court.confirming(enrolment, court.proof(enrolment, court.code), court.zhao)};
  const auto issued = need(court.issuer->issue(need(court.prepare(enrolment, acts))));
  CHECK(issued.certificate.subject().text() == "CN=Wang Fang");
  const auto again = court.prepare(enrolment, acts);
  if (again) {
    const auto twice = court.issuer->issue(need(court.prepare(enrolment, acts)));
    REQUIRE_FALSE(twice);
    CHECK(twice.error().code == Code::kConflict);
  }
}

TEST_CASE("less makes nobody an officer") {
  Court court;
  const auto enrolment = court.ask();
  const auto proof = court.proof(enrolment, court.code);
  court.refused(enrolment, {}, "nobody has given it");
  // nor does a service whose rule names the act
  court.refused(enrolment, {court.inviting()}, "may not have this without a person");
  court.refused(enrolment, {court.confirming(enrolment, proof, court.zhao)}, "Missing: invite");
  // whoever invited confirms nothing
  court.refused(enrolment, {court.inviting(), court.confirming(enrolment, proof, court.admin, "RA.BIZADM")},
                "Missing: confirm");
  // an invitation of somebody else
  court.refused(enrolment, {court.inviting("CN=Li Na"), court.confirming(enrolment, proof, court.zhao)},
                "Missing: invite");
  // a request that the code has not signed, though two officers' acts are there
  court.refused(enrolment,
                {court.inviting(), court.confirming(enrolment, court.proof(enrolment, court.other_code), court.zhao)},
                "the one-time code has not signed it");
  const test::Applicant thief{{x509::KeyType::kP256, 256}};
  auto theirs = enrolment;
  theirs.request = thief.ask("CN=anything", {}).request;
  court.refused(theirs, {court.inviting(), court.confirming(theirs, proof, court.zhao)},
                "the one-time code has not signed it");
  // and what was confirmed for one request is nothing for another
  court.refused(theirs, {court.inviting(), court.confirming(enrolment, proof, court.zhao)}, "Missing: confirm");
}

TEST_CASE("what answers an invitation is exactly what it is for") {
  Court court;
  const auto enrolment = court.ask();
  const auto invitation =
      ca::invitation_binding({"officer", *enrolment.subject, {}, enrolment.organisation, base::Bytes(44)});
  CHECK(ca::check_answers(invitation, ca::approval_binding("officer", enrolment)));
  CHECK_FALSE(ca::check_answers(invitation, ca::approval_binding("device", enrolment)));
  CHECK_FALSE(ca::check_answers(invitation, invitation));
  auto longer = enrolment;
  longer.validity = base::days(5000);
  CHECK_FALSE(ca::check_answers(invitation, ca::approval_binding("officer", longer)));
  auto named = enrolment;
  named.alt_names->push_back(need(x509::parse_general_name("email:boss@city.test")));
  CHECK_FALSE(ca::check_answers(invitation, ca::approval_binding("officer", named)));
  auto more = invitation;
  more["more"] = true;
  CHECK_FALSE(ca::check_answers(more, ca::approval_binding("officer", enrolment)));
  CHECK_FALSE(ca::check_code_key(enrolment.request.public_key().spki()));
}

}  // namespace
