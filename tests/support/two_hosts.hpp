// An authority and a registration authority on another host, without a network between them.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "small_ca.hpp"
#include "small_desk.hpp"
#include "yuxin/ra/authority_interface.hpp"
#include "yuxin/ra/automatic_desk.hpp"
#include "yuxin/ra/remote_authority.hpp"

namespace yuxin::test {

inline constexpr std::string_view kHostsPolicy = R"(
[[approval]]
name = "desk"
profiles = ["tls-server"]
valid_for = "P30D"
needs = [
  { name = "accept", acts = ["certificate-request.accept"], roles = ["RA.INPUT"] },
  { name = "make", acts = ["certificate-request.approve"], roles = ["RA.MAKE"], not_same_person_as = ["accept"] },
]
[[approval]]
name = "officer"
profiles = ["officer"]
valid_for = "P30D"
needs = [
  { name = "invite", acts = ["officer-invitation.invite"], roles = ["RA.BIZADM"] },
  { name = "confirm", acts = ["officer-invitation.confirm"], roles = ["RA.MAKE"], not_same_person_as = ["invite"] },
]
[[service]]
name = "east"
role = "RA.SERVICE"
acts = ["certificate-request.enrol"]
profiles = ["device"]
names_under = ["meters.test"]
per_day = 2
)";
inline constexpr const char* kOrigin = "yuxin.ledger/00";

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
    policy = need(ca::ApprovalPolicy::parse(kHostsPolicy, "approvals.toml"));
    east_key.emplace(Applicant({x509::KeyType::kP256, 256}));
    auto enrolment = east_key->ask("CN=Registration authority east");
    east = ca.issue(shipped("registration-authority"), enrolment).certificate;
    service.emplace(city.person("Service east"));
    city.grant(*service, "RA.SERVICE");
    registries.push_back(
        {"east", x509::sha256(east->tbs().spki), x509::sha256(service->certificate.tbs().spki), std::nullopt});
    interface.emplace(parts());
    auto database = migrated(need(store::open_memory()));
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
        .keep_policy = [this](const base::JsonObject& files) -> base::Result<> {
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
    ra::DeskParts made{
        .store = std::move(of),
        .organisation = desk_organisation(),
        .calendar = desk_calendar(),
        .policy = "2026",
        .workflows = {},
        .profiles = ca::ProfileSet::of({*shipped("device"), *shipped("tls-server"), *shipped("officer")}),
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
          ca::ApprovalCourt{policy, desk_organisation(), city.trust(), petitioner});
      TRY(auto issuer, ca::Issuer::open(std::move(issuer_parts)));
      auto desk = desk_parts(ca.store);
      for (const auto& workflow : replaced) {
        for (auto& one : desk.workflows) one = one->name == workflow->name ? workflow : one;
      }
      desk.issuer = [issuer]() -> base::Result<std::shared_ptr<ca::Issuer>> { return issuer; };
      return ra::Desk::open(std::move(desk));
    };
    made.proofs = [](const std::string&) -> base::Result<std::unique_ptr<evidence::ProofSource>> {
      return base::fail(base::Code::kUnavailable, "Nobody proves anything here.");
    };
    made.sign_head = [this](const evidence::TreeHead& head) {
      return evidence::sign_checkpoint({kOrigin, head}, *ledger_signer);
    };
    made.policy = []() -> base::Result<base::JsonObject> { return base::JsonObject{{"approvals.toml", "text"}}; };
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
  [[nodiscard]] base::Result<base::JsonObject> ask(std::string_view operation, const base::JsonObject& question) {
    if (away) return base::fail(base::Code::kUnavailable, "The authority is away.");
    const auto reply = raw(operation, base::print_json(question), east->der());
    const auto json = need(base::parse_json(base::as_text(reply.body)));
    if (reply.status == 200) return json.get_object();
    for (const auto code : {base::Code::kMalformed, base::Code::kRefused, base::Code::kBadSignature,
                            base::Code::kNotAuthorised, base::Code::kNotFound, base::Code::kConflict}) {
      if (base::json_string(json.get_object(), "code") == base::code_name(code))
        return base::Failure(base::Error{code, base::json_string(json.get_object(), "detail"), {}});
    }
    return base::fail(base::Code::kUnavailable, "HTTP {}", reply.status);
  }

  Person& officer(const std::string& name, std::string_view role) {
    auto [found, is_new] = people.try_emplace(name, std::nullopt);
    if (is_new) {
      found->second = city.person(name);
      city.grant(*found->second, role);
    }
    return *found->second;
  }
  evidence::VerifiedAct signed_act(evidence::Act act, const Person& by) {
    act.time = city.clock.now();
    need(there.store->read([&](store::Reader& reader) -> base::Result<> {
      TRY(act.previous, evidence::last_act(reader, act.object));
      return {};
    }));
    return city.accepted(act, by);
  }
  base::Result<workflow::Decision> step(const std::string& id, const std::string& action, const std::string& who,
                                        std::string_view role, base::JsonObject form = {}) {
    workflow::Draft draft{.action = action, .form = std::move(form)};
    draft.role = role_code(role);
    TRY(const auto step, there.desk->step(id, std::move(draft)));
    return there.desk->take(signed_act(step.act, officer(who, role)), step.files);
  }
  // applied opens a case by an officer, and gives its number.
  std::string applied(const std::string& host) {
    const Applicant machine{{x509::KeyType::kP256, 256}};
    ra::Application application;
    application.workflow = "certificate-request";
    application.certificate = ra::CertificateWish{machine.ask("CN=" + host, {"dns:" + host}), "tls-server"};
    application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
    application.form = {{"name", host}, {"classification", "公开"}};
    application.role = role_code("RA.INPUT");
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
  // enrolled is a step of the service.
  base::Result<workflow::Decision> enrol(const ca::Enrolment& enrolment, const std::string& profile,
                                         const Person& by) {
    ra::Application application;
    application.workflow = "certificate-request";
    application.action = "enrol";
    application.certificate = ra::CertificateWish{enrolment, profile};
    application.organisation = need(evidence::OrgCode::parse("LRA-500103"));
    application.form = {{"name", "machine"}, {"classification", "公开"}};
    application.role = role_code("RA.SERVICE");
    TRY(const auto step, there.desk->apply(application, ra::Desk::Number::kReserve));
    return there.desk->take(signed_act(step.act, by), step.files);
  }
  // know writes a person's certificate into a store as one that the authority has issued.
  static void know(store::Store& store, const Person& person) {
    need(store.write([&](store::Writer& writer) -> base::Result<> {
      TRY(const auto authority, writer.authority("issuing"));
      store::CertificateRow row;
      row.authority = authority.id;
      row.serial = base::to_bytes(person.certificate.tbs().serial);
      row.subject = person.certificate.subject().text();
      row.profile = "officer";
      row.not_before = person.certificate.not_before();
      row.not_after = person.certificate.not_after();
      row.key_tag = 1;
      row.der = base::to_bytes(person.certificate.der());
      TRY(writer.insert_certificate(row));
      return {};
    }));
  }
  void pass(base::Seconds time) {
    city.clock.advance(time);
    ca.clock.set(city.clock.now());
  }
  // order_of is what is sent for a case as it stands.
  base::JsonObject order_of(const std::string& id, const std::string& effect = "issue") {
    const auto acts = need(there.desk->cases().acts(id, city.trust()));
    const auto standing = need(there.desk->cases().find(id));
    const auto files = need(there.desk->cases().files(standing));
    base::JsonArray list;
    for (const auto& act : acts) list.emplace_back(base::base64(act.der()));
    base::JsonObject order{
        {"acts", std::move(list)}, {"effect", effect}, {"step", static_cast<std::int64_t>(acts.size())}};
    for (const auto& file : files) {
      if (file.label == "request") order["request"] = base::base64(file.octets);
    }
    return order;
  }
  void refused(std::string_view operation, const base::JsonObject& question, base::Code code, std::string_view says) {
    const auto answer = ask(operation, question);
    REQUIRE_FALSE(answer);
    CAPTURE(answer.error().detail);
    CHECK(answer.error().code == code);
    CHECK(answer.error().detail.find(says) != std::string::npos);
  }
  [[nodiscard]] std::size_t issued() const { return ca.records("certificate.issued").size(); }

  ActCity city;
  SmallCa ca;
  x509::PrivateKey ledger = need(x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}));
  std::shared_ptr<const x509::Signer> ledger_signer = need(ledger.signer(x509::SignatureAlgorithm::kEd25519));
  std::shared_ptr<const ca::ApprovalPolicy> policy;
  std::optional<Applicant> east_key;
  std::optional<x509::Certificate> east;
  std::optional<Person> service;
  std::vector<ra::Registry> registries;
  std::optional<ra::AuthorityInterface> interface;
  std::shared_ptr<ra::RemoteAuthority> authority;
  base::JsonObject kept;
  std::vector<std::shared_ptr<const workflow::Workflow>> replaced;  // at the authority
  Side there;
  bool away = false;
  std::map<std::string, std::optional<Person>> people;
};

}  // namespace yuxin::test
