// The desk for machines: issued at once, by the service's act, or a case for officers; each request once.
#include "yuxin/ra/automatic_desk.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "cmp_mould.hpp"
#include "small_ca.hpp"
#include "small_desk.hpp"
#include "yuxin/ca/approval.hpp"

namespace {

using namespace yuxin;
using base::Code;
using test::error_of;
using test::need;

constexpr std::string_view kPolicy = R"(
[[approval]]
name = "desk"
profiles = ["tls-server"]
valid_for = "P30D"
needs = [{ name = "make", acts = ["certificate-request.approve"], roles = ["RA.MAKE"] }]
[[service]]
name = "portal"
role = "RA.SERVICE"
acts = ["certificate-request.enrol"]
profiles = ["tls-server"]
names_under = ["auto.city.test"]
per_day = 1
)";
constexpr std::string_view kClients = R"([[client]]
name        = "meters"
protocols   = ["est"]
profiles    = ["device", "tls-server"]
names_under = ["city.test"]
secret      = "sha256:d0c04f4b1951e4aeaaec8223ed2039e542f3aae805a6fa7f6d794e5afff5d272"
per_day     = 3
)";

// Town has an authority with a desk, officers, and the service that acts for machines.
class Town {
 public:
  Town() {
    ca.clock.set(city.clock.now());
    need(store::migrate(ca.store->database(), workflow::migrations()));
    need(store::migrate(ca.store->database(), ra::migrations()));
    policy = need(ca::ApprovalPolicy::parse(kPolicy, "approvals.toml"));
    auto parts = ca.parts();
    parts.court =
        std::make_shared<const ca::ApprovalCourt>(ca::ApprovalCourt{policy, test::desk_organisation(), city.trust()});
    issuer = need(ca::Issuer::open(std::move(parts)));
    desk = need(ra::Desk::open(desk_parts()));
    automatic.emplace(ra::AutomaticDeskParts{
        .desk = [this]() -> base::Result<std::shared_ptr<ra::Desk>> { return desk; },
        .approvals = [this]() -> base::Result<std::shared_ptr<const ca::ApprovalPolicy>> { return policy; },
        .clients = [clients = need(ra::MachineClients::parse(kClients, "clients.toml"))] { return clients; },
        .sign = [this](evidence::Act act) -> base::Result<evidence::VerifiedAct> {
          if (!service) return base::fail(Code::kNotAuthorised, "The service has no role.");
          return sign(std::move(act), stranger ? *stranger : *service);
        },
        .signer = [this]() -> base::Result<evidence::Hash> {
          return service ? x509::sha256(service->certificate.tbs().spki) : evidence::Hash{};
        }});
  }
  [[nodiscard]] ra::DeskParts desk_parts() {
    ra::DeskParts parts{.store = ca.store,
                        .organisation = test::desk_organisation(),
                        .calendar = test::desk_calendar(),
                        .policy = "2026",
                        .workflows = {},
                        .profiles = ca::ProfileSet::of({*test::shipped("device"), *test::shipped("tls-server")}),
                        .trust = city.trust(),
                        .clock = &ca.clock,
                        .authority = ca.parts().authority.name,
                        .issuer = [this]() -> base::Result<std::shared_ptr<ca::Issuer>> {
                          if (offline) return base::fail(Code::kUnavailable, "the token is not there");
                          return issuer;
                        },
                        .actor = "local:test",
                        .admit_profile = {},
                        .admit = {}};
    for (const auto& shipped : workflow::shipped_workflows())
      parts.workflows.push_back(need(workflow::Workflow::parse(shipped.text, std::string(shipped.name))));
    return parts;
  }
  [[nodiscard]] test::Person officer(const std::string& name, std::string_view role) {
    auto person = city.person(name);
    city.grant(person, role);
    return person;
  }
  [[nodiscard]] evidence::VerifiedAct sign(evidence::Act act, const test::Person& by) {
    act.time = city.clock.now();
    need(ca.store->read([&](store::Reader& reader) -> base::Result<> {
      TRY(act.previous, evidence::last_act(reader, act.object));
      return {};
    }));
    return city.accepted(act, by);
  }
  void step(const std::string& id, const std::string& action, const test::Person& by, std::string_view role,
            base::JsonObject form = {}) {
    workflow::Draft draft{.action = action, .form = std::move(form)};
    draft.role = test::role_code(role);
    const auto step = need(desk->step(id, std::move(draft)));
    need(desk->take(sign(step.act, by), step.files));
  }
  [[nodiscard]] static ra::MachineWish wish(const std::string& name, const std::string& profile) {
    const test::Applicant machine{{x509::KeyType::kP256, 256}};
    auto enrolment = machine.ask("CN=" + name, {"dns:" + name});
    enrolment.organisation = need(evidence::OrgCode::parse("LRA-500103"));
    return {std::move(enrolment), profile, ra::Protocol::kEst, "meters", ra::IfPersonNeeded::kWait};
  }
  x509::Certificate granted(const ra::MachineWish& wish) {
    const auto answer = need(automatic->enrol(wish));
    const auto* given = std::get_if<ra::Granted>(&answer);
    REQUIRE(given != nullptr);
    return given->certificate;
  }
  std::string waiting(const ra::MachineWish& wish) {
    const auto answer = need(automatic->enrol(wish));
    const auto* waits = std::get_if<ra::Waiting>(&answer);
    REQUIRE(waits != nullptr);
    return waits->case_id;
  }
  void refused(const ra::MachineWish& wish, Code code, std::string_view says) {
    const auto answer = automatic->enrol(wish);
    REQUIRE_FALSE(answer);
    CAPTURE(answer.error().detail);
    CHECK(answer.error().code == code);
    CHECK(answer.error().detail.find(says) != std::string::npos);
  }

  test::ActCity city;
  test::SmallCa ca;
  std::shared_ptr<const ca::ApprovalPolicy> policy;
  std::shared_ptr<ca::Issuer> issuer;
  bool offline = false;
  std::shared_ptr<ra::Desk> desk;
  std::optional<test::Person> service;
  std::optional<test::Person> stranger;  // signs in the service's place
  std::optional<ra::AutomaticDesk> automatic;
};

TEST_CASE("a request is issued once, however often it is brought, until half of the certificate's life is over") {
  Town town;
  const auto wish = Town::wish("m1.city.test", "device");
  const auto first = town.granted(wish);
  CHECK(base::equal(town.granted(wish).der(), first.der()));
  const auto held = need(town.automatic->held(first));
  CHECK(held.profile == "device");
  CHECK(held.in_force);
  // the same octets from another client are another request, for a key that is not theirs
  auto other = wish;
  other.client = "others";
  town.refused(other, Code::kRefused, "Make a new key");
  town.ca.clock.advance(base::days(366));
  CHECK_FALSE(base::equal(town.granted(wish).der(), first.der()));
}

TEST_CASE("requests that come at the same moment are carried out once") {
  Town town;
  const auto wish = Town::wish("m1.city.test", "device");
  std::vector<base::Bytes> given(4);
  {
    std::vector<std::jthread> threads;
    for (auto& one : given) {
      threads.emplace_back([&] {
        const auto answer = town.automatic->enrol(wish);
        if (answer) one = base::to_bytes(std::get<ra::Granted>(*answer).certificate.der());
      });
    }
  }
  for (const auto& one : given) CHECK(one == given.front());
  CHECK(!given.front().empty());
}

TEST_CASE("a client has its number of certificates in a day, and what failed does not count") {
  Town town;
  town.offline = true;
  town.refused(Town::wish("m0.city.test", "device"), Code::kUnavailable, "token");
  town.offline = false;
  for (const auto* name : {"m1.city.test", "m2.city.test", "m3.city.test"}) town.granted(Town::wish(name, "device"));
  town.refused(Town::wish("m4.city.test", "device"), Code::kRefused, "its 3 certificates within a day");
  town.ca.clock.advance(base::hours(25));
  town.granted(Town::wish("m4.city.test", "device"));
}

TEST_CASE("a certificate that was revoked answers no request any more") {
  Town town;
  const auto wish = Town::wish("m1.city.test", "device");
  const auto first = town.granted(wish);
  need(town.ca.store->write([&](store::Writer& writer) -> base::Result<> {
    TRY(const auto rows, writer.find_all(first.tbs().serial, store::Reader::With::kRowOnly));
    return writer.change_status(rows.front().id, {store::CertificateState::kRevoked, town.ca.clock.now(), 4, {}});
  }));
  CHECK_FALSE(need(town.automatic->held(first)).in_force);
  CHECK_FALSE(base::equal(town.granted(wish).der(), first.der()));
}

TEST_CASE("giving a certificate back does not give its place in the day back") {
  Town town;
  const auto wish = Town::wish("a.city.test", "device");
  for (int i = 0; i < 3; ++i) {
    const auto certificate = town.granted(wish);
    need(town.automatic->revoke({certificate, x509::RevocationReason::kSuperseded, "est:meters"}));
  }
  town.refused(wish, Code::kRefused, "3 certificates within a day");
  town.refused(Town::wish("b.city.test", "device"), Code::kRefused, "3 certificates within a day");
}

TEST_CASE("a certificate is renewed by the client that asked for it, and under an authority in good standing") {
  Town town;
  bool good = true;
  auto parts = town.desk_parts();
  parts.in_good_standing = [&](const store::AuthorityRow&) -> base::Result<bool> { return good; };
  town.desk = need(ra::Desk::open(std::move(parts)));
  const auto wish = Town::wish("a.city.test", "device");
  const auto certificate = town.granted(wish);
  auto held = need(town.automatic->held(certificate));
  CHECK(held.in_force);
  CHECK(held.client == "meters");
  const auto key = need(x509::PrivateKey::generate(x509::KeyKind{x509::KeyType::kP256, 256}));
  const auto signer = need(key.signer(x509::SignatureAlgorithm::kEcdsaSha256));
  const auto names =
      x509::make_subject_alt_name(x509::Critical::kNo, {need(x509::parse_general_name("dns:a.city.test"))});
  const auto request =
      need(x509::CertificateRequest::from_der(need(x509::make_request(x509::Name(), {names}, *signer))));
  const auto renewing = [&](const std::string& text) {
    const auto clients = need(ra::MachineClients::parse(text, "clients.toml"));
    const auto* found = clients->renewing(ra::Protocol::kEst, held, request);
    return found == nullptr ? std::string() : found->name;
  };
  std::string others(kClients);
  others.replace(others.find("meters"), 6, "camera");
  CHECK(renewing(std::string(kClients)) == "meters");
  CHECK(renewing(others).empty());
  CHECK(renewing(others + std::string(kClients)) == "meters");
  held.client.clear();  // what officers let issue
  CHECK(renewing(others) == "camera");
  good = false;
  CHECK_FALSE(need(town.automatic->held(certificate)).in_force);
}

TEST_CASE("a machine's certificate is found by its issuer and serial number, and revoked once") {
  Town town;
  const auto first = town.granted(Town::wish("m1.city.test", "device"));
  const auto found = need(town.automatic->find(first.issuer(), first.tbs().serial));
  CHECK(base::equal(found.der(), first.der()));
  CHECK(error_of(town.automatic->find(first.subject(), first.tbs().serial)).code == Code::kNotFound);
  CHECK(error_of(town.automatic->find(first.issuer(), base::Bytes{1})).code == Code::kNotFound);
  CHECK_FALSE(need(town.automatic->held(first)).revoked);
  const ra::MachineRevocation revocation{first, x509::RevocationReason::kSuperseded, "cmp:meters"};
  need(town.automatic->revoke(revocation));
  CHECK(need(town.automatic->held(first)).revoked);
  CHECK(error_of(town.automatic->revoke(revocation)).code == Code::kConflict);
  CHECK(town.ca.records("certificate.revoked").size() == 1);
}

TEST_CASE("a key that another client or an officer has is certified for nobody who has not shown it") {
  Town town;
  const test::Applicant machine{{x509::KeyType::kP256, 256}};
  const auto asked = [&](const std::string& client, const std::string& host) {
    auto wish = Town::wish(host, "device");
    wish.enrolment = machine.ask("CN=" + host, {"dns:" + host});
    wish.enrolment.organisation = need(evidence::OrgCode::parse("LRA-500103"));
    wish.client = client;
    return wish;
  };
  const auto first = town.granted(asked("meters", "m1.city.test"));
  CHECK(need(town.automatic->has_key_alone("meters", first)));
  CHECK_FALSE(need(town.automatic->has_key_alone("cameras", first)));
  // the same subject, and another: what was overheard is worth nothing to another client
  town.refused(asked("cameras", "m1.city.test"), Code::kRefused, "Make a new key");
  town.refused(asked("cameras", "c1.city.test"), Code::kRefused, "Make a new key");
  // its own client has it certified again
  const auto second = town.granted(asked("meters", "m2.city.test"));
  CHECK_FALSE(base::equal(second.der(), first.der()));
  auto shown = asked("cameras", "m1.city.test");
  shown.key_held = ra::KeyHeld::kShown;
  const auto third = town.granted(shown);
  CHECK_FALSE(need(town.automatic->has_key_alone("meters", first)));
  CHECK_FALSE(need(town.automatic->has_key_alone("cameras", third)));

  // what an officer has had issued nobody has asked for by machine
  const auto officers = Town::wish("p1.city.test", "device");
  auto prepared = need(town.issuer->prepare(test::shipped("device"), officers.enrolment, {"officer"}));
  const auto issued = need(town.issuer->issue(std::move(prepared)));
  CHECK_FALSE(need(town.automatic->has_key_alone("meters", issued.certificate)));
  town.refused(officers, Code::kRefused, "Make a new key");
}

TEST_CASE("what was cut off after it was issued is issued again for the same request") {
  Town town;
  const auto wish = Town::wish("m1.city.test", "device");
  const auto first = town.granted(wish);
  need(town.ca.store->write([&](store::Writer& writer) -> base::Result<> {
    TRY(writer.session().execute("UPDATE machine_requests SET authority = NULL, serial = NULL"));
    return {};
  }));
  CHECK_FALSE(base::equal(town.granted(wish).der(), first.der()));
}

TEST_CASE("a request message that was signed anew is the same request") {
  Town town;
  const auto key = need(x509::PrivateKey::generate({x509::KeyType::kP256, 256}));
  auto wish = Town::wish("m1.city.test", "device");
  const auto asked = [&](const std::string& host) {
    wish.enrolment.request = need(x509::CertificateRequest::from_crmf(test::cmp::wanted(key, host)));
    wish.enrolment.alt_names.reset();
    return town.granted(wish);
  };
  const auto first = asked("m1.city.test");
  CHECK(base::equal(asked("m1.city.test").der(), first.der()));
  CHECK_FALSE(base::equal(asked("m2.city.test").der(), first.der()));
}

TEST_CASE("a request message waits for officers as a case, and what was signed is read again from it") {
  Town town;
  town.service = town.officer("Service", "RA.SERVICE");
  const auto key = need(x509::PrivateKey::generate({x509::KeyType::kP256, 256}));
  auto wish = Town::wish("portal.city.test", "tls-server");
  wish.enrolment.alt_names.reset();
  wish.enrolment.request = need(x509::CertificateRequest::from_crmf(test::cmp::wanted(key, "portal.city.test")));
  const auto id = town.waiting(wish);
  town.step(id, "accept", town.officer("Li", "RA.INPUT"), "RA.INPUT");
  town.step(id, "review", town.officer("Wang", "RA.REVIEW"), "RA.REVIEW");
  town.step(id, "approve", town.officer("Zhao", "RA.MAKE"), "RA.MAKE");
  CHECK(base::equal(need(town.granted(wish).public_key()).spki(), key.public_key().spki()));
}

TEST_CASE("what demands an approval waits for officers, and is handed over when it is fetched") {
  Town town;
  const auto wish = Town::wish("portal.city.test", "tls-server");
  town.refused(wish, Code::kNotAuthorised, "has no role");
  town.service = town.officer("Service", "RA.SERVICE");
  const auto id = town.waiting(wish);
  CHECK(town.waiting(wish) == id);
  auto impatient = Town::wish("other.city.test", "tls-server");
  impatient.if_person_needed = ra::IfPersonNeeded::kRefuse;
  town.refused(impatient, Code::kNotAuthorised, "cannot wait");

  town.step(id, "accept", town.officer("Li", "RA.INPUT"), "RA.INPUT");
  town.step(id, "review", town.officer("Wang", "RA.REVIEW"), "RA.REVIEW");
  town.step(id, "approve", town.officer("Zhao", "RA.MAKE"), "RA.MAKE");
  // nobody has carried it out yet: whoever asks after it does
  const auto certificate = town.granted(wish);
  CHECK(certificate.subject().text() == "CN=portal.city.test");
  CHECK(need(town.desk->cases().find(id)).of.state == "DELIVERED");
  CHECK(base::equal(town.granted(wish).der(), certificate.der()));

  const auto second = Town::wish("evil.city.test", "tls-server");
  const auto rejected = town.waiting(second);
  town.step(rejected, "reject", town.officer("Qian", "RA.REVIEW"), "RA.REVIEW", {{"reason", "not ours"}});
  town.refused(second, Code::kRefused, "not ours");
}

TEST_CASE("the number of a machine's case is the service's own: whoever else signs under it is refused") {
  Town town;
  town.service = town.officer("Service", "RA.SERVICE");
  town.stranger = town.officer("Stranger", "RA.SERVICE");
  const auto wish = Town::wish("portal.city.test", "tls-server");
  town.refused(wish, Code::kConflict, "was not given to whoever signs here");
  CHECK(need(town.desk->cases().list({})).empty());
  town.stranger.reset();
  CHECK(town.waiting(wish).starts_with("R-"));
}

TEST_CASE("what the authority lets the service have needs no person, within its rule") {
  Town town;
  town.service = town.officer("Service", "RA.SERVICE");
  const auto wish = Town::wish("a.auto.city.test", "tls-server");
  const auto certificate = town.granted(wish);
  CHECK(base::equal(town.granted(wish).der(), certificate.der()));
  // another domain waits; the number of the day is the authority's
  CHECK(town.waiting(Town::wish("b.city.test", "tls-server")).starts_with("R-"));
  const auto late = Town::wish("c.auto.city.test", "tls-server");
  town.refused(late, Code::kRefused, "1 certificates within a day");
  town.ca.clock.advance(base::hours(25));
  town.city.clock.set(town.ca.clock.now());
  town.granted(late);
}

TEST_CASE("the chain begins with the authority that issues") {
  Town town;
  const auto chain = need(town.automatic->chain());
  REQUIRE(chain.size() == 1);
  CHECK(base::equal(chain.front().der(), town.ca.certificate->der()));
  const auto stranger = town.city.person("Stranger");
  CHECK(error_of(town.automatic->held(stranger.certificate)).code == Code::kNotFound);
}

}  // namespace
