// Approvals as the issuer judges them: bound to one request, by the persons that its own policy asks for, once.
#include "yuxin/ca/approval.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "act_city.hpp"
#include "small_ca.hpp"

namespace {

using namespace yuxin;
using base::Code;
using test::error_of;
using test::need;

constexpr std::string_view kOrganisation = R"(
[[unit]]
code = "RA"
name = { en = "Registration" }
[[unit]]
code = "LRA-1"
name = { en = "Point" }
parent = "RA"
[[unit]]
code = "OTHER"
name = { en = "Another" }
[[role]]
roles = ["RA.*"]
title = { en = "Registration" }
[[exclusion]]
name = "own-input"
one = ["RA.INPUT"]
other = ["RA.REVIEW"]
reach = "object"
reason = { en = "nobody reviews what they entered" }
)";

constexpr std::string_view kPolicy = R"(
[[approval]]
name = "desk"
profiles = ["tls-server"]
valid_for = "P30D"
within = "RA"
needs = [
  { name = "accept", acts = ["request.accept"], roles = ["RA.INPUT"] },
  { name = "review", acts = ["request.review"], roles = ["RA.REVIEW"], not_same_person_as = ["accept"] },
]
[[service]]
name = "portal"
role = "RA.SERVICE"
acts = ["request.enrol"]
profiles = ["tls-server"]
names_under = ["city.test"]
per_day = 2
)";

// Court is an issuer that demands approvals, and the officers of a city that it believes.
class Court {
 public:
  Court() : li(city.person("Li")), wang(city.person("Wang")), portal(city.person("Portal")) {
    city.grant(li, "RA.INPUT");
    city.grant(wang, "RA.REVIEW");
    city.grant(portal, "RA.SERVICE");
    ca.clock.set(city.clock.now());
    open(kPolicy);
  }
  void open(std::string_view policy) {
    auto parts = ca.parts();
    parts.court = std::make_shared<const ca::ApprovalCourt>(
        ca::ApprovalCourt{need(ca::ApprovalPolicy::parse(policy, "approvals.toml")),
                          need(evidence::Organisation::parse(kOrganisation, "organisation.toml")), city.trust()});
    issuer = need(ca::Issuer::open(std::move(parts)));
  }
  [[nodiscard]] ca::Enrolment ask(const std::vector<std::string>& names = {"dns:portal.city.test"}) const {
    auto enrolment = applicant.ask("CN=portal.city.test", names);
    enrolment.organisation = need(evidence::OrgCode::parse("LRA-1"));
    return enrolment;
  }
  [[nodiscard]] base::Bytes act(const test::Person& by, std::string_view type, std::string_view role,
                                const ca::Enrolment& enrolment, std::string_view object = "R-1",
                                const std::string& profile = "tls-server") {
    auto act = city.act(type, object, role);
    act.body = {{"about", ca::approval_binding(profile, enrolment)}};
    return base::to_bytes(city.accepted(act, by).der());
  }
  [[nodiscard]] std::vector<base::Bytes> approvals(const ca::Enrolment& enrolment) {
    return {act(li, "request.accept", "RA.INPUT", enrolment), act(wang, "request.review", "RA.REVIEW", enrolment)};
  }
  [[nodiscard]] base::Result<ca::PreparedIssuance> prepare(const ca::Enrolment& enrolment,
                                                           std::vector<base::Bytes> acts,
                                                           std::string_view profile = "tls-server") {
    return issuer->prepare(test::shipped(profile), enrolment, {"local:operator", std::move(acts)});
  }

  test::ActCity city;
  test::SmallCa ca;
  test::Applicant applicant{{x509::KeyType::kP256, 256}};
  test::Person li;
  test::Person wang;
  test::Person portal;
  std::shared_ptr<ca::Issuer> issuer;
};

void check_refused(const base::Result<ca::PreparedIssuance>& prepared, Code code, std::string_view says) {
  REQUIRE_FALSE(prepared);
  CAPTURE(prepared.error().detail);
  CHECK(prepared.error().code == code);
  CHECK(prepared.error().detail.find(says) != std::string::npos);
}

TEST_CASE("a profile that demands an approval is issued upon it, and by nobody without") {
  Court court;
  const auto enrolment = court.ask();
  check_refused(court.prepare(enrolment, {}), Code::kNotAuthorised, "nobody has given it");
  auto prepared = need(court.prepare(enrolment, court.approvals(enrolment)));
  const auto issued = need(court.issuer->issue(std::move(prepared)));
  CHECK(issued.certificate.subject().text() == "CN=portal.city.test");
  const auto intent = court.ca.records("certificate.intent").back();
  CHECK(intent.find("\"approvals\":[\"") != std::string::npos);
  CHECK(intent.find("CN=Wang") != std::string::npos);
  // what the policy does not name is issued by one operator, as before
  CHECK(court.prepare(court.applicant.ask("CN=device-1"), {}, "device"));
}

TEST_CASE("an issuer without a court refuses what demands an approval") {
  Court court;
  auto profile = *test::shipped("device");
  profile.approval = "desk";
  const auto demanding = std::make_shared<const ca::Profile>(profile);
  check_refused(court.ca.issuer->prepare(demanding, court.applicant.ask("CN=device-1"), test::kAlice),
                Code::kNotAuthorised, "which nobody here can judge");
  // and one whose policy does not know the rule can never be approved
  profile.approval = "council";
  check_refused(court.issuer->prepare(std::make_shared<const ca::Profile>(profile),
                                      court.applicant.ask("CN=device-1"), test::kAlice),
                Code::kRefused, "which approvals.toml does not describe");
  check_refused(court.issuer->prepare(demanding, court.applicant.ask("CN=device-1"), test::kAlice),
                Code::kNotAuthorised, "nobody has given it");
}

TEST_CASE("an approval is good for exactly the request that was signed") {
  Court court;
  const auto enrolment = court.ask();
  const auto acts = court.approvals(enrolment);
  const auto tried = [&](const std::function<void(ca::Enrolment&)>& change) {
    auto other = enrolment;
    change(other);
    return court.prepare(other, acts);
  };
  CHECK(tried([](ca::Enrolment&) {}));
  const test::Applicant stranger{{x509::KeyType::kP256, 256}};
  check_refused(tried([&](ca::Enrolment& other) { other.request = stranger.ask("CN=portal.city.test").request; }),
                Code::kNotAuthorised, "another request: \"request\" differs");
  check_refused(tried([](ca::Enrolment& other) {
                  other.alt_names->push_back(need(x509::parse_general_name("dns:bank.city.test")));
                }),
                Code::kNotAuthorised, "\"names\" differs");
  check_refused(
      tried([](ca::Enrolment& other) { other.subject = need(x509::Name::parse("CN=portal.city.test, O=Police")); }),
      Code::kNotAuthorised, "\"subject\" differs");
  check_refused(tried([](ca::Enrolment& other) { other.validity = base::days(30); }), Code::kNotAuthorised,
                "\"days\" differs");
  check_refused(tried([](ca::Enrolment& other) { other.organisation = need(evidence::OrgCode::parse("RA")); }),
                Code::kNotAuthorised, "\"organisation\" differs");
  // for another profile nobody has agreed either
  court.open(std::string(kPolicy).replace(kPolicy.find("[\"tls-server\"]"), 14, "[\"tls-server\", \"device\"]"));
  check_refused(court.prepare(enrolment, acts, "device"), Code::kNotAuthorised, "\"profile\" differs");
}

TEST_CASE("an approval of one day is good for no second more") {
  Court court;
  auto enrolment = court.ask();
  enrolment.validity = base::days(1);
  const auto acts = court.approvals(enrolment);
  CHECK(court.prepare(enrolment, acts));
  enrolment.validity = base::Seconds{base::days(1).count + 1};
  check_refused(court.prepare(enrolment, acts), Code::kNotAuthorised, "\"days\" differs");
}

TEST_CASE("an approval is used once") {
  Court court;
  const auto enrolment = court.ask();
  const auto acts = court.approvals(enrolment);
  auto first = need(court.prepare(enrolment, acts));
  auto second = need(court.prepare(enrolment, acts));
  need(court.issuer->issue(std::move(first)));
  const auto again = court.issuer->issue(std::move(second));
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Code::kConflict);
  CHECK(again.error().detail.find("used already") != std::string::npos);
  CHECK(court.ca.audit().problems.empty());
}

TEST_CASE("one order makes one certificate, also where no approval is demanded") {
  Court court;
  const auto enrolment = court.applicant.ask("CN=device-1");
  const std::vector<base::Bytes> acts{
      court.act(court.wang, "request.approve", "RA.REVIEW", enrolment, "R-1", "device")};
  auto first = need(court.prepare(enrolment, acts, "device"));
  auto second = need(court.prepare(enrolment, acts, "device"));
  need(court.issuer->issue(std::move(first)));
  CHECK(error_of(court.issuer->issue(std::move(second))).code == Code::kConflict);
  check_refused(court.prepare(court.applicant.ask("CN=device-2"), acts, "device"), Code::kNotAuthorised,
                "does not order this certificate");
}

TEST_CASE("an issuance that was interrupted leaves its approval to be used") {
  Court court;
  const auto enrolment = court.ask();
  const auto acts = court.approvals(enrolment);
  const auto serial = x509::Serial::random();
  const auto verified = evidence::verify_act(acts.front(), court.city.trust());
  REQUIRE(verified);
  const auto digest = verified->digest();
  const ca::Approval approval{{digest}, "", 0, "x"};
  const auto use = [&](const x509::Serial& of) {
    return court.ca.store->write([&](store::Writer& writer) {
      return ca::use_approval(writer, approval, {court.ca.authority.id, of.content()}, court.ca.clock.now());
    });
  };
  need(use(serial));
  // while nobody knows how it ends it is taken
  CHECK(error_of(use(x509::Serial::random())).code == Code::kConflict);
  need(court.ca.store->write([&](store::Writer& writer) -> base::Result<> {
    store::CertificateRow row;
    row.authority = court.ca.authority.id;
    row.serial = base::to_bytes(serial.content());
    row.status.state = store::CertificateState::kVoid;
    row.status.revoked_at = court.ca.clock.now();
    row.key_tag = 0;
    TRY(writer.insert_certificate(row));
    return {};
  }));
  need(court.ca.store->read([&](store::Reader& reader) -> base::Result<> {
    TRY(const auto row, ca::used_for(reader, digest));
    CHECK_FALSE(row);
    return {};
  }));
  CHECK(use(x509::Serial::random()));
}

TEST_CASE("what was signed after the day from which a key is not to be trusted approves nothing") {
  Court court;
  const auto enrolment = court.ask();
  const auto acts = court.approvals(enrolment);
  const auto signed_at = evidence::verify_act(acts.front(), court.city.trust()).value().moment();
  const auto revoke_li = [&](base::UnixTime untrusted_since) {
    return court.ca.store->write([&](store::Writer& writer) -> base::Result<> {
      TRY(writer.session().execute("DELETE FROM certificate_bodies"));
      TRY(writer.session().execute("DELETE FROM certificates"));
      store::CertificateRow row;
      row.authority = court.ca.authority.id;
      row.serial = base::to_bytes(court.li.certificate.tbs().serial);
      row.der = base::to_bytes(court.li.certificate.der());
      row.not_after = base::UnixTime{signed_at.seconds + 1000};
      row.status.state = store::CertificateState::kRevoked;
      row.status.reason = static_cast<int>(x509::RevocationReason::kCessationOfOperation);
      row.status.revoked_at = base::UnixTime{signed_at.seconds + 100};
      row.status.invalidity_date = untrusted_since;
      row.key_tag = 1;
      TRY(writer.insert_certificate(row));
      return {};
    });
  };
  need(revoke_li(base::UnixTime{signed_at.seconds + 50}));
  CHECK(court.prepare(enrolment, acts));
  need(revoke_li(base::UnixTime{signed_at.seconds - 50}));
  check_refused(court.prepare(enrolment, acts), Code::kNotAuthorised, "counts for nothing");
}

TEST_CASE("the issuer asks the gate itself: persons, roles, scopes, ages") {
  Court court;
  const auto enrolment = court.ask();
  const auto accepted = court.act(court.li, "request.accept", "RA.INPUT", enrolment);
  check_refused(court.prepare(enrolment, {accepted}), Code::kNotAuthorised, "review (0 of 1, role RA.REVIEW)");
  court.city.grant(court.li, "RA.REVIEW");
  check_refused(court.prepare(enrolment, {accepted, court.act(court.li, "request.review", "RA.REVIEW", enrolment)}),
                Code::kNotAuthorised, "nobody reviews what they entered");
  const auto far = court.city.person("Far");
  court.city.grant(far, "RA.REVIEW", "org:OTHER");
  check_refused(court.prepare(enrolment, {accepted, court.act(far, "request.review", "RA.REVIEW", enrolment)}),
                Code::kNotAuthorised, "does not cover organisation LRA-1");
  // a review of another case does not add up with this one
  check_refused(
      court.prepare(enrolment, {accepted, court.act(court.wang, "request.review", "RA.REVIEW", enrolment, "R-2")}),
      Code::kNotAuthorised, "review (0 of 1");
  check_refused(court.prepare(enrolment, {accepted, accepted}), Code::kNotAuthorised, "review (0 of 1");
  const auto acts = court.approvals(enrolment);
  court.ca.clock.set(court.city.clock.now() + base::days(31));
  check_refused(court.prepare(enrolment, acts), Code::kNotAuthorised, "older than 30 days");
  court.ca.clock.set(court.city.clock.now());
  court.city.clock.set(court.ca.clock.now() + base::hours(1));
  check_refused(court.prepare(enrolment, court.approvals(enrolment)), Code::kNotAuthorised, "lies in the future");
}

TEST_CASE("a request that came by way of somebody else is refused") {
  Court court;
  auto enrolment = court.ask();
  enrolment.organisation = need(evidence::OrgCode::parse("OTHER"));
  check_refused(court.prepare(enrolment, court.approvals(enrolment)), Code::kNotAuthorised, "by way of RA");
  enrolment.organisation.reset();
  check_refused(court.prepare(enrolment, court.approvals(enrolment)), Code::kNotAuthorised, "by way of RA");
}

TEST_CASE("acts that the issuer cannot verify are worth nothing") {
  Court court;
  const auto enrolment = court.ask();
  auto acts = court.approvals(enrolment);
  const auto signature = test::ActCity::signature_of(acts.back());
  std::ranges::search(acts.back(), signature)[0] ^= 1U;
  CHECK_FALSE(court.prepare(enrolment, acts));
  // officers of another city, with the same names and roles
  Court other;
  const auto foreign = other.approvals(enrolment);
  CHECK_FALSE(court.prepare(enrolment, foreign));
  check_refused(court.prepare(enrolment, {base::Bytes{1, 2, 3}}), Code::kMalformed, "");
  check_refused(court.prepare(enrolment, std::vector<base::Bytes>(65)), Code::kRefused, "64 acts at most");
  // an act as its officer signed it, without the proofs
  auto bare = court.city.act("request.review", "R-1", "RA.REVIEW");
  bare.body = {{"about", ca::approval_binding("tls-server", enrolment)}};
  CHECK_FALSE(court.prepare(enrolment, {court.approvals(enrolment).front(), court.city.sign(bare, court.wang)}));
}

TEST_CASE("an officer whose key has leaked approves nothing any more, whenever it was signed") {
  Court court;
  const auto enrolment = court.ask();
  const auto acts = court.approvals(enrolment);
  const auto request = need(x509::make_request(need(x509::Name::parse("CN=Wang")), {}, *court.wang.signer));
  const auto own = court.ca.issue(
      test::shipped("person-signing"),
      {.request = need(x509::CertificateRequest::from_der(request)), .subject = {}, .alt_names = {}, .validity = {}});
  CHECK(court.prepare(enrolment, acts));
  need(ca::revoke(*court.ca.store, court.ca.order(own.certificate, x509::RevocationReason::kKeyCompromise),
                  court.ca.clock, test::kAlice));
  check_refused(court.prepare(enrolment, acts), Code::kNotAuthorised, "approves nothing any more");
}

TEST_CASE("a machine has without a person what its rule says, and nothing else") {
  Court court;
  const auto enrol = [&](const ca::Enrolment& enrolment, const std::string& profile = "tls-server") {
    return court.prepare(
        enrolment, {court.act(court.portal, "request.enrol", "RA.SERVICE", enrolment, "R-9", profile)}, profile);
  };
  const auto enrolment = court.ask();
  need(court.issuer->issue(need(enrol(enrolment))));
  check_refused(enrol(court.ask({"dns:portal.city.test", "dns:portal.bank.test"})), Code::kNotAuthorised,
                "portal.bank.test lies under none of its domains");
  check_refused(enrol(court.ask({"dns:portal.city.test", "dns:evilcity.test"})), Code::kNotAuthorised,
                "evilcity.test lies under none");
  check_refused(enrol(court.ask({"dns:portal.city.test", "ip:192.0.2.1"})), Code::kNotAuthorised, "192.0.2.1");
  auto named = court.ask();
  named.subject = need(x509::Name::parse("O=Police, CN=portal.city.test"));
  check_refused(enrol(named), Code::kNotAuthorised, "its subject says more than one of its names: Police");
  // another act of the service, or another officer's act of its kind, is none of the service's
  check_refused(court.prepare(enrolment, {court.act(court.portal, "request.review", "RA.SERVICE", enrolment)}),
                Code::kNotAuthorised, "review (0 of 1");
  check_refused(court.prepare(enrolment, {court.act(court.li, "request.enrol", "RA.INPUT", enrolment)}),
                Code::kNotAuthorised, "accept (0 of 1");
  // two in any 24 hours
  auto second = need(enrol(court.ask()));
  auto late = need(enrol(court.ask()));
  need(court.issuer->issue(std::move(second)));
  const auto third = court.issuer->issue(std::move(late));
  REQUIRE_FALSE(third);
  CHECK(third.error().code == Code::kRefused);
  CHECK(third.error().detail.find("2 certificates within a day") != std::string::npos);
  check_refused(enrol(court.ask()), Code::kRefused, "2 certificates within a day");
  court.city.clock.set(court.city.clock.now() + base::hours(25));
  court.ca.clock.set(court.city.clock.now());
  CHECK(court.issuer->issue(need(enrol(court.ask()))));
}

TEST_CASE("a policy that contradicts itself is refused for the line that is wrong") {
  struct Case {
    std::string_view from;
    std::string_view to;
    const char* says;
  };
  for (const auto& [from, to, says] :
       {Case{"name = \"desk\"", "name = \"none\"", "\"none\" is no name"},
        Case{"valid_for = \"P30D\"", "", "say how old an approval may be"},
        Case{"roles = [\"RA.INPUT\"]", "roles = []", "say in which roles"},
        Case{"roles = [\"RA.INPUT\"]", "roles = [\"input\"]", "is no role"},
        Case{"[\"request.accept\"]", "[]", "say which acts count"},
        Case{"not_same_person_as = [\"accept\"]", "not_same_person_as = [\"acept\"]",
             "which is no other requirement"},
        Case{"within = \"RA\"", "within = \"ra\"", "is no code of an organisation"},
        Case{"per_day = 2", "per_day = 0", "say how many a day"},
        Case{"names_under = [\"city.test\"]", "names_under = []", "under which domains"},
        Case{"names_under = [\"city.test\"]", "names_under = [\"*.test\"]", "is no domain"},
        Case{"per_day = 2", "per_year = 2", "say how many a day"},
        Case{"within =", "withn =", "\"withn\" is not known here; did you mean \"within\"?"}}) {
    CAPTURE(from);
    CAPTURE(to);
    std::string text(kPolicy);
    text.replace(text.find(from), from.size(), to);
    const auto parsed = ca::ApprovalPolicy::parse(text, "approvals.toml");
    REQUIRE_FALSE(parsed);
    CAPTURE(parsed.error().detail);
    CHECK(parsed.error().code == Code::kMalformed);
    CHECK(parsed.error().detail.starts_with("approvals.toml:"));
    CHECK(parsed.error().detail.find(says) != std::string::npos);
  }
}

TEST_CASE("the policies that come with the program are good") {
  for (const auto& shipped : ca::shipped_approvals()) {
    CAPTURE(shipped.name);
    const auto policy = ca::ApprovalPolicy::parse(shipped.text, "approvals.toml");
    if (!policy) FAIL(policy.error().detail);
    const bool city = shipped.name == "city";
    for (const auto* name : {"person-signing", "person-encryption", "organisation-seal"})
      CHECK((need((*policy)->demand_of(*test::shipped(name))) != nullptr) == city);
    CHECK(need((*policy)->demand_of(*test::shipped("tls-server"))) == nullptr);
  }
}

}  // namespace
