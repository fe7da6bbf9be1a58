// The authority on another host: what is ordered of it and judged there, and what comes back. Both sides, without a
// network.
#include <doctest/doctest.h>

#include <functional>

#include "small_ca.hpp"
#include "small_desk.hpp"
#include "yuxin/ca/order_use.hpp"
#include "yuxin/ra/authority_interface.hpp"
#include "yuxin/ra/automatic_desk.hpp"
#include "yuxin/ra/remote_authority.hpp"

namespace {

using namespace yuxin;
using base::Code;
using base::JsonObject;
using test::need;

constexpr std::string_view kPolicy = R"(
[[approval]]
name = "desk"
profiles = ["tls-server"]
valid_for = "P30D"
needs = [
  { name = "accept", acts = ["certificate-request.accept"], roles = ["RA.INPUT"] },
  { name = "make", acts = ["certificate-request.approve"], roles = ["RA.MAKE"], not_same_person_as = ["accept"] },
]
[[service]]
name = "east"
role = "RA.SERVICE"
acts = ["certificate-request.enrol"]
profiles = ["device"]
names_under = ["meters.test"]
per_day = 2
)";
constexpr const char* kOrigin = "yuxin.ledger/00";

// Side is a store with a desk over it.
struct Side {
  std::shared_ptr<store::Store> store;
  std::shared_ptr<ra::Desk> desk;
};

// Hosts are an authority and a registration authority, with officers who are known to both.
class Hosts {
 public:
  Hosts() {
    ca.clock.set(city.clock.now());
    for (const auto& steps : {workflow::migrations(), ra::migrations()})
      need(store::migrate(ca.store->database(), steps));
    policy = need(ca::ApprovalPolicy::parse(kPolicy, "approvals.toml"));
    east_key.emplace(test::Applicant({x509::KeyType::kP256, 256}));
    auto enrolment = east_key->ask("CN=Registration authority east");
    east = ca.issue(test::shipped("registration-authority"), enrolment).certificate;
    service.emplace(city.person("Service east"));
    city.grant(*service, "RA.SERVICE");
    registries.push_back(
        {"east", x509::sha256(east->tbs().spki), x509::sha256(service->certificate.tbs().spki), std::nullopt});
    interface.emplace(parts());
    auto database = test::migrated(need(store::open_memory()));
    for (const auto& steps : {workflow::migrations(), ra::migrations()}) need(store::migrate(*database, steps));
    there.store = need(store::Store::over(std::move(database), ""));
    ra::RemoteAuthorityParts remote{
        .store = there.store,
        .clock = &ca.clock,
        .call = [this](auto operation, const auto& question) { return ask(operation, question); },
        .ledger = ledger.public_key(),
        .origin = kOrigin,
        .sign = [this](evidence::Act act) -> base::Result<evidence::VerifiedAct> {
          act.time = city.clock.now();
          return city.accepted(act, *service);
        },
        .keep_policy = [this](const JsonObject& files) -> base::Result<> {
          kept = files;
          return {};
        }};
    authority = std::make_shared<ra::RemoteAuthority>(std::move(remote));
    auto desk = desk_parts(there.store);
    desk.port = authority;
    desk.issuer = {};
    there.desk = need(ra::Desk::open(std::move(desk)));
  }

  [[nodiscard]] ra::DeskParts desk_parts(std::shared_ptr<store::Store> of) {
    ra::DeskParts made{.store = std::move(of),
                       .organisation = test::desk_organisation(),
                       .calendar = test::desk_calendar(),
                       .policy = "2026",
                       .workflows = {},
                       .profiles = ca::ProfileSet::of({*test::shipped("device"), *test::shipped("tls-server")}),
                       .trust = city.trust(),
                       .clock = &ca.clock,
                       .authority = "issuing",
                       .issuer = {},
                       .actor = "local:test",
                       .admit_profile = {},
                       .admit = {}};
    for (const auto& shipped : workflow::shipped_workflows())
      made.workflows.push_back(need(workflow::Workflow::parse(shipped.text, std::string(shipped.name))));
    return made;
  }

  [[nodiscard]] ra::InterfaceParts parts() {
    ra::InterfaceParts made;
    made.store = ca.store;
    made.clock = &ca.clock;
    made.home = ca.folder.path().string();
    made.registries = [this] { return ra::Registries::parse(ra::Registries::print(registries), "registries.toml"); };
    made.desk = [this](const ca::Petitioner& petitioner) -> base::Result<std::shared_ptr<ra::Desk>> {
      auto issuer_parts = ca.parts();
      issuer_parts.court = std::make_shared<const ca::ApprovalCourt>(
          ca::ApprovalCourt{policy, test::desk_organisation(), city.trust(), petitioner});
      TRY(auto issuer, ca::Issuer::open(std::move(issuer_parts)));
      auto desk = desk_parts(ca.store);
      desk.issuer = [issuer]() -> base::Result<std::shared_ptr<ca::Issuer>> { return issuer; };
      return ra::Desk::open(std::move(desk));
    };
    made.proofs = [](const std::string&) -> base::Result<std::unique_ptr<evidence::ProofSource>> {
      return base::fail(Code::kUnavailable, "Nobody proves anything here.");
    };
    made.sign_head = [this](const evidence::TreeHead& head) {
      return evidence::sign_checkpoint({kOrigin, head}, *ledger_signer);
    };
    made.policy = []() -> base::Result<JsonObject> { return JsonObject{{"approvals.toml", "text"}}; };
    return made;
  }

  [[nodiscard]] base::HttpReply raw(std::string_view operation, std::string_view body, base::ByteView certificate,
                                    std::string_view method = "POST") {
    const auto target = "/ca/v1/" + std::string(operation);
    base::HttpRequest request;
    request.method = method;
    request.target = target;
    request.content_type = "application/json";
    request.body = base::as_bytes(body);
    request.peer_certificate = certificate;
    return interface->answer(request);
  }
  [[nodiscard]] base::Result<JsonObject> ask(std::string_view operation, const JsonObject& question) {
    if (away) return base::fail(Code::kUnavailable, "The authority is away.");
    const auto reply = raw(operation, base::print_json(question), east->der());
    const auto json = need(base::parse_json(base::as_text(reply.body)));
    if (reply.status == 200) return json.get_object();
    for (const auto code : {Code::kMalformed, Code::kRefused, Code::kBadSignature, Code::kNotAuthorised,
                            Code::kNotFound, Code::kConflict}) {
      if (base::json_string(json.get_object(), "code") == base::code_name(code))
        return base::Failure(base::Error{code, base::json_string(json.get_object(), "detail"), {}});
    }
    return base::fail(Code::kUnavailable, "HTTP {}", reply.status);
  }

  test::Person& officer(const std::string& name, std::string_view role) {
    auto [found, is_new] = people.try_emplace(name, std::nullopt);
    if (is_new) {
      found->second = city.person(name);
      city.grant(*found->second, role);
    }
    return *found->second;
  }
  evidence::VerifiedAct signed_act(evidence::Act act, const test::Person& by) {
    act.time = city.clock.now();
    need(there.store->read([&](store::Reader& reader) -> base::Result<> {
      TRY(act.previous, evidence::last_act(reader, act.object));
      return {};
    }));
    return city.accepted(act, by);
  }
  base::Result<workflow::Decision> step(const std::string& id, const std::string& action, const std::string& who,
                                        std::string_view role, JsonObject form = {}) {
    workflow::Draft draft{.action = action, .form = std::move(form)};
    draft.role = test::role_code(role);
    TRY(const auto step, there.desk->step(id, std::move(draft)));
    return there.desk->take(signed_act(step.act, officer(who, role)), step.files);
  }
  // applied opens a case by an officer, and gives its number.
  std::string applied(const std::string& host) {
    const test::Applicant machine{{x509::KeyType::kP256, 256}};
    ra::Application application;
    application.workflow = "certificate-request";
    application.certificate = ra::CertificateWish{machine.ask("CN=" + host, {"dns:" + host}), "tls-server"};
    application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
    application.form = {{"name", host}, {"classification", "公开"}};
    application.role = test::role_code("RA.INPUT");
    const auto step = need(there.desk->apply(application, ra::Desk::Number::kReserve));
    need(there.desk->take(signed_act(step.act, officer("li", "RA.INPUT")), step.files));
    return step.act.object;
  }
  // reviewed is a case that waits for its order.
  std::string reviewed(const std::string& host) {
    const auto id = applied(host);
    need(step(id, "accept", "li", "RA.INPUT"));
    need(step(id, "review", "wang", "RA.REVIEW"));
    return id;
  }
  // order_of is what is sent for a case as it stands.
  JsonObject order_of(const std::string& id, const std::string& effect = "issue") {
    const auto acts = need(there.desk->cases().acts(id, city.trust()));
    const auto standing = need(there.desk->cases().find(id));
    const auto files = need(there.desk->cases().files(standing));
    base::JsonArray list;
    for (const auto& act : acts) list.emplace_back(base::base64(act.der()));
    JsonObject order{{"acts", std::move(list)}, {"by", "act"}, {"effect", effect}};
    for (const auto& file : files) {
      if (file.label == "request") order["request"] = base::base64(file.octets);
    }
    return order;
  }
  void refused(std::string_view operation, const JsonObject& question, Code code, std::string_view says) {
    const auto answer = ask(operation, question);
    REQUIRE_FALSE(answer);
    CAPTURE(answer.error().detail);
    CHECK(answer.error().code == code);
    CHECK(answer.error().detail.find(says) != std::string::npos);
  }
  [[nodiscard]] std::size_t issued() const { return ca.records("certificate.issued").size(); }

  test::ActCity city;
  test::SmallCa ca;
  x509::PrivateKey ledger = need(x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}));
  std::shared_ptr<const x509::Signer> ledger_signer = need(ledger.signer(x509::SignatureAlgorithm::kEd25519));
  std::shared_ptr<const ca::ApprovalPolicy> policy;
  std::optional<test::Applicant> east_key;
  std::optional<x509::Certificate> east;
  std::optional<test::Person> service;
  std::vector<ra::Registry> registries;
  std::optional<ra::AuthorityInterface> interface;
  std::shared_ptr<ra::RemoteAuthority> authority;
  JsonObject kept;
  Side there;
  bool away = false;
  std::map<std::string, std::optional<test::Person>> people;
};

TEST_CASE("a case over the desk of one host becomes a certificate of the other, once") {
  Hosts hosts;
  const auto id = hosts.reviewed("a.city.test");
  need(hosts.step(id, "approve", "zhao", "RA.MAKE"));
  const auto before = hosts.issued();
  const auto effected = need(hosts.there.desk->settle());
  REQUIRE(effected.size() == 1);
  const auto serial = *x509::Serial::parse(base::json_string(effected.front().facts, "serial"));
  CHECK(hosts.issued() == before + 1);
  // what was issued is in the store of the registration authority, with its profile
  need(hosts.there.store->read([&](store::Reader& reader) -> base::Result<> {
    TRY(const auto rows, reader.find_all(serial.content(), store::Reader::With::kDer));
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().profile == "tls-server");
    CHECK(rows.front().names == "dns:a.city.test");
    return {};
  }));
  // asked again, also with another request: the same answer and nothing more
  auto order = hosts.order_of(id);
  CHECK(base::json_string(need(hosts.ask("orders", order)).at("facts").get_object(), "serial") == serial.hex());
  CHECK(hosts.issued() == before + 1);
  CHECK(hosts.kept.contains("approvals.toml"));
  CHECK(hosts.ca.records("registry.order").size() == 1);
  CHECK(hosts.ca.audit().problems.empty());
}

TEST_CASE("an order while the authority is away waits, and is carried out when it is there") {
  Hosts hosts;
  const auto id = hosts.reviewed("a.city.test");
  need(hosts.step(id, "approve", "zhao", "RA.MAKE"));
  hosts.away = true;
  const auto waiting = need(hosts.there.desk->settle());
  CHECK(waiting.front().facts.empty());
  CHECK(hosts.authority->refresh().error().code == Code::kUnavailable);
  hosts.away = false;
  CHECK(need(hosts.there.desk->settle()).front().facts.contains("serial"));
}

TEST_CASE("acts order what they say, in their order, all of them") {
  Hosts hosts;
  const auto id = hosts.reviewed("a.city.test");
  hosts.refused("orders", hosts.order_of(id), Code::kNotAuthorised, "does not order");
  need(hosts.step(id, "approve", "zhao", "RA.MAKE"));
  const auto whole = hosts.order_of(id);
  const auto other = hosts.order_of(hosts.reviewed("b.city.test"));
  const auto with = [&](const std::function<void(JsonObject&)>& change) {
    auto order = whole;
    change(order);
    return order;
  };
  hosts.refused("orders", with([](JsonObject& o) { o["acts"] = base::JsonArray(); }), Code::kRefused,
                "without an act");
  hosts.refused("orders", with([](JsonObject& o) { o.at("acts").get_array().pop_back(); }), Code::kNotAuthorised,
                "does not order");
  hosts.refused("orders",
                with([](JsonObject& o) { o.at("acts").get_array().erase(o.at("acts").get_array().begin()); }),
                Code::kRefused, "do not follow");
  hosts.refused("orders",
                with([](JsonObject& o) { std::swap(o.at("acts").get_array()[0], o.at("acts").get_array()[1]); }),
                Code::kRefused, "do not follow");
  hosts.refused("orders", with([&](JsonObject& o) { o["request"] = other.at("request"); }), Code::kRefused,
                "not among the attachments");
  hosts.refused("orders", with([](JsonObject& o) { o.erase("request"); }), Code::kRefused,
                "not among the attachments");
  hosts.refused("orders", with([](JsonObject& o) { o["effect"] = "revoke"; }), Code::kNotAuthorised,
                "does not order");
  hosts.refused("orders", with([](JsonObject& o) { o["by"] = "deadline"; }), Code::kNotAuthorised, "does not order");
  hosts.refused("orders", with([](JsonObject& o) { o["more"] = 1; }), Code::kMalformed, "not known");
  CHECK(hosts.ca.records("registry.order").empty());
  CHECK(hosts.ca.records("registry.refused").size() == 10);
  need(hosts.ask("orders", whole));
}

TEST_CASE("an act counts for nothing where the authority's own store says that certificate or role had ended") {
  Hosts hosts;
  // zhao's certificate is one of the authority's, so that it knows what became of it
  auto& zhao = hosts.officer("zhao", "RA.MAKE");
  need(hosts.ca.store->write([&](store::Writer& writer) -> base::Result<> {
    store::CertificateRow row;
    row.authority = hosts.ca.authority.id;
    row.serial = base::to_bytes(zhao.certificate.tbs().serial);
    row.profile = "officer";
    row.subject = zhao.certificate.subject().text();
    row.not_before = zhao.certificate.not_before();
    row.not_after = zhao.certificate.not_after();
    row.key_tag = 1;
    row.der = base::to_bytes(zhao.certificate.der());
    row.status.state = store::CertificateState::kRevoked;
    row.status.revoked_at = hosts.city.clock.now() - base::Seconds{1};
    row.status.reason = 5;
    TRY(writer.insert_certificate(row));
    return {};
  }));
  const auto id = hosts.reviewed("a.city.test");
  const auto taken = hosts.step(id, "approve", "zhao", "RA.MAKE");
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Code::kNotAuthorised);
  CHECK(taken.error().detail.find("had ended") != std::string::npos);
}

TEST_CASE("the service has what its rule allows, in its own hand, and nothing without an approval of its profile") {
  Hosts hosts;
  const auto enrol = [&](const std::string& host, const std::string& profile, const test::Person& by) {
    const test::Applicant machine{{x509::KeyType::kP256, 256}};
    ra::Application application;
    application.workflow = "certificate-request";
    application.action = "enrol";
    application.certificate = ra::CertificateWish{machine.ask("CN=" + host, {"dns:" + host}), profile};
    application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
    application.form = {{"name", host}, {"classification", "公开"}};
    application.role = test::role_code("RA.SERVICE");
    const auto step = need(hosts.there.desk->apply(application, ra::Desk::Number::kReserve));
    return hosts.there.desk->take(hosts.signed_act(step.act, by), step.files);
  };
  const auto refused = [&](const std::string& host, const std::string& profile, const test::Person& by,
                           std::string_view says) {
    const auto taken = enrol(host, profile, by);
    REQUIRE_FALSE(taken);
    CAPTURE(taken.error().detail);
    CHECK(taken.error().detail.find(says) != std::string::npos);
  };
  need(enrol("m1.meters.test", "device", *hosts.service));
  const auto first = need(hosts.there.desk->settle());
  const auto serial = *x509::Serial::parse(base::json_string(first.front().facts, "serial"));
  refused("m2.other.test", "device", *hosts.service, "under none");
  refused("m2.meters.test", "tls-server", *hosts.service, "not among its profiles");
  refused("m2.meters.test", "device", hosts.officer("Another", "RA.SERVICE"), "not the service of");
  need(enrol("m2.meters.test", "device", *hosts.service));
  need(hosts.there.desk->settle());
  need(enrol("m3.meters.test", "device", *hosts.service));
  CHECK(need(hosts.there.desk->settle()).front().text.find("within a day") != std::string::npos);

  // it revokes what it enrolled, once, and nothing else
  std::optional<store::AuthorityRow> row;
  need(hosts.there.store->read([&](store::Reader& reader) -> base::Result<> {
    TRY(row, reader.authority("issuing"));
    return {};
  }));
  const ca::StatusOrder mine{row->id, "issuing", serial, x509::RevocationReason::kSuperseded, std::nullopt};
  need(hosts.authority->revoke(mine, "acme:x"));
  CHECK(hosts.ca.row_of(serial).status.state == store::CertificateState::kRevoked);
  const ca::StatusOrder theirs{row->id, "issuing", *hosts.east->serial(), x509::RevocationReason::kSuperseded,
                               std::nullopt};
  const auto done = hosts.authority->revoke(theirs, "acme:x");
  REQUIRE_FALSE(done);
  CHECK(done.error().code == Code::kNotAuthorised);
  CHECK(hosts.ca.row_of(*hosts.east->serial()).status.state == store::CertificateState::kGood);
}

TEST_CASE("a suspension is carried out once, also after it was ended") {
  Hosts hosts;
  const test::Applicant machine{{x509::KeyType::kP256, 256}};
  const auto certificate =
      hosts.ca.issue(test::shipped("device"), machine.ask("CN=m.meters.test", {"dns:m.meters.test"})).certificate;
  need(hosts.authority->refresh());
  ra::Application application;
  application.workflow = "certificate-suspension";
  application.existing = ra::ExistingWish{*certificate.serial()};
  application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
  application.form = {{"reason", "stolen"}};
  application.role = test::role_code("RA.INPUT");
  const auto opened = need(hosts.there.desk->apply(application, ra::Desk::Number::kReserve));
  need(hosts.there.desk->take(hosts.signed_act(opened.act, hosts.officer("li", "RA.INPUT")), opened.files));
  need(hosts.step(opened.act.object, "approve", "wang", "RA.REVIEW"));
  need(hosts.there.desk->settle());
  const auto state = [&] { return hosts.ca.row_of(*certificate.serial()).status.state; };
  CHECK(state() == store::CertificateState::kOnHold);
  need(ca::release(*hosts.ca.store, hosts.ca.order(certificate, x509::RevocationReason::kUnspecified), hosts.ca.clock,
                   test::kAlice));
  // the acts are those of a true order; shown again, they order nothing more
  const auto again = need(hosts.ask("orders", hosts.order_of(opened.act.object, "hold")));
  CHECK(base::json_string(again, "text").find(certificate.serial()->hex()) != std::string::npos);
  CHECK(state() == store::CertificateState::kGood);
}

TEST_CASE("who is no registration authority of the list, at that moment, is turned away and written down") {
  Hosts hosts;
  const auto status = [&](base::ByteView certificate) { return hosts.raw("policy", "{}", certificate).status; };
  CHECK(status(hosts.east->der()) == 200);
  CHECK(status({}) == 403);
  CHECK(status(hosts.service->certificate.der()) == 403);
  const test::Applicant machine{{x509::KeyType::kP256, 256}};
  const auto device = hosts.ca.issue(test::shipped("device"), machine.ask("CN=m", {"dns:m.test"})).certificate;
  CHECK(status(device.der()) == 403);
  auto before = std::exchange(hosts.registries, {});
  CHECK(status(hosts.east->der()) == 403);
  hosts.registries = before;
  CHECK(status(hosts.east->der()) == 200);
  need(ca::revoke(*hosts.ca.store, hosts.ca.order(*hosts.east, x509::RevocationReason::kKeyCompromise),
                  hosts.ca.clock, test::kAlice));
  CHECK(status(hosts.east->der()) == 403);
  CHECK(hosts.ca.records("registry.refused").size() >= 4);
  // but not for ever
  for (int i = 0; i < 50; ++i) CHECK(status(device.der()) == 403);
  CHECK(hosts.ca.records("registry.refused").size() < 20);
}

TEST_CASE("a registration authority that works for one place orders nothing for another") {
  Hosts hosts;
  hosts.registries.front().within = need(evidence::OrgCode::parse("LRA-500112"));
  const test::Applicant machine{{x509::KeyType::kP256, 256}};
  ra::Application application;
  application.workflow = "certificate-request";
  application.certificate = ra::CertificateWish{machine.ask("CN=a.city.test", {"dns:a.city.test"}), "tls-server"};
  application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
  application.form = {{"name", "a"}, {"classification", "公开"}};
  const auto step = hosts.there.desk->apply(application, ra::Desk::Number::kReserve);
  REQUIRE_FALSE(step);
  CHECK(step.error().code == Code::kNotAuthorised);
  CHECK(step.error().detail.find("LRA-500112") != std::string::npos);
}

TEST_CASE("certificates, their status and another history of them, as the registration authority reads it") {
  Hosts hosts;
  need(hosts.authority->refresh());
  const test::Applicant machine{{x509::KeyType::kP256, 256}};
  const auto certificate = hosts.ca.issue(test::shipped("device"), machine.ask("CN=m", {"dns:m.test"})).certificate;
  const auto order = hosts.ca.order(certificate, x509::RevocationReason::kSuperseded);
  const auto row = [&] {
    store::CertificateRow found;
    need(hosts.there.store->read([&](store::Reader& reader) -> base::Result<> {
      TRY(const auto rows, reader.find_all(certificate.tbs().serial, store::Reader::With::kDer));
      REQUIRE(rows.size() == 1);
      found = rows.front();
      return {};
    }));
    return found;
  };
  need(hosts.authority->refresh());
  CHECK(row().status.state == store::CertificateState::kGood);
  CHECK(base::equal(row().der, certificate.der()));
  need(ca::hold(*hosts.ca.store, order, hosts.ca.clock, test::kAlice));
  need(hosts.authority->refresh());
  CHECK(row().status.state == store::CertificateState::kOnHold);
  need(ca::release(*hosts.ca.store, order, hosts.ca.clock, test::kAlice));
  need(ca::revoke(*hosts.ca.store, order, hosts.ca.clock, test::kAlice));
  need(hosts.authority->refresh());
  CHECK(row().status.state == store::CertificateState::kRevoked);
  CHECK(row().status.reason == 4);
  CHECK(need(ra::followed(*hosts.there.store)).records > 0);
  evidence::VerifyReport report;
  need(hosts.there.store->read([&](store::Reader& reader) -> base::Result<> {
    TRY(report, evidence::verify(reader));
    return {};
  }));
  for (const auto& problem : report.problems) FAIL_CHECK(problem);

  // the authority's ledger is written anew at its end, and goes on
  need(hosts.ca.store->write([&](store::Writer& writer) -> base::Result<> {
    TRY(const auto size, evidence::size(writer));
    TRY(writer.session().execute("DELETE FROM ledger WHERE sequence >= $1", {size - 2}));
    for (int i = 0; i < 4; ++i)
      TRY(evidence::append(writer, {"test", "object", "somebody", hosts.ca.clock.now(), "{}", {}}));
    return {};
  }));
  const auto read = hosts.authority->refresh();
  REQUIRE_FALSE(read);
  CHECK(read.error().code == Code::kIntegrity);
  CHECK(read.error().detail.find("another history") != std::string::npos);
}

TEST_CASE("registries.toml is read as it is written, and says where it is wrong") {
  const auto key = x509::sha256(base::as_bytes("a"));
  const auto other = x509::sha256(base::as_bytes("b"));
  const std::vector<ra::Registry> list{{"east", key, other, need(evidence::OrgCode::parse("RA"))},
                                       {"west", other, key, std::nullopt}};
  const auto read = need(ra::Registries::parse(ra::Registries::print(list), "registries.toml"));
  REQUIRE(read->all().size() == 2);
  CHECK(read->by_key(key)->name == "east");
  CHECK(read->find("east")->within->text() == "RA");
  CHECK(read->find("north") == nullptr);
  const auto digest = "sha256:" + base::hex(key);
  for (const std::string& text : std::vector<std::string>{
           std::string("[[registry]]\nname = \"East\"\n"), "[[registry]]\nname = \"east\"\nkey = \"00\"\n",
           "[[registry]]\nname = \"east\"\nkey = \"" + digest + "\"\nservice = \"" + digest + "\"\nwithn = \"RA\"\n",
           "[[registry]]\nname = \"east\"\nkey = \"" + digest + "\"\nservice = \"" + digest +
               "\"\n[[registry]]\nname = "
               "\"west\"\nkey = \"" +
               digest + "\"\nservice = \"" + digest + "\"\n"}) {
    CAPTURE(text);
    const auto wrong = ra::Registries::parse(text, "registries.toml");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code == Code::kMalformed);
    CHECK(wrong.error().detail.starts_with("registries.toml:"));
  }
}

}  // namespace
