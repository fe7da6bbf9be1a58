// ACME against a desk that issues at once, or says that a person must look, and a world in which names are proven by
// what the test puts there. Other people's clients are in tests/integration/acme.py.
#include "yuxin/ra/acme.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "small_ca.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/ra/automatic_desk.hpp"

using namespace yuxin;
using test::error_of;
using test::need;

namespace {

constexpr std::string_view kBase = "https://ra.test/acme";
constexpr std::string_view kClients = R"([[client]]
name        = "portal"
protocols   = ["acme"]
profiles    = ["tls-server"]
names_under = ["city.example"]
secret      = "sha256:d0c04f4b1951e4aeaaec8223ed2039e542f3aae805a6fa7f6d794e5afff5d272"
)";

class SmallDesk final : public ra::MachineDesk {
 public:
  base::Result<ra::MachineAnswer> enrol(const ra::MachineWish& wish) override {
    wishes.push_back(wish.client + " " + wish.profile + " " + wish.reference);
    organisation = wish.enrolment.organisation;
    if (trouble) return tl::unexpected(*trouble);
    if (needs_person) return ra::MachineAnswer(ra::Waiting{"R-7", base::Seconds{300}});
    TRY(auto prepared, ca.issuer->prepare(test::shipped(wish.profile), wish.enrolment, {"acme:" + wish.client}));
    TRY(auto issued, ca.issuer->issue(std::move(prepared)));
    return ra::MachineAnswer(ra::Granted{std::move(issued.certificate)});
  }
  base::Result<std::vector<x509::Certificate>> chain() override {
    return std::vector<x509::Certificate>{*ca.certificate};
  }
  base::Result<ra::Held> held(const x509::Certificate& /*certificate*/) override {
    return base::fail(base::Code::kNotFound, "Not asked for by ACME.");
  }
  base::Result<x509::Certificate> find(const x509::Name& /*issuer*/, base::ByteView /*serial*/) override {
    return base::fail(base::Code::kNotFound, "Not asked for here.");
  }
  base::Result<> revoke(const ra::MachineRevocation& revocation) override {
    const ca::StatusOrder order{ca.authority.id, ca.authority.name, *revocation.certificate.serial(),
                                revocation.reason, std::nullopt};
    TRY(ca::revoke(*ca.store, order, ca.clock, {revocation.actor, {}}));
    return {};
  }
  base::Result<bool> has_key_alone(std::string_view client, const x509::Certificate& /*certificate*/) override {
    return client == alone;
  }
  test::SmallCa ca;
  bool needs_person = false;
  std::string alone = "portal";  // whose keys are nobody else's
  std::optional<base::Error> trouble;
  std::vector<std::string> wishes;
  std::optional<evidence::OrgCode> organisation;
};

// World is what is to be found on the hosts of the test, by host.
class World final : public ra::AcmeProber {
 public:
  ra::Probed<std::string> web_text(const std::string& host, const std::string& token) override {
    const std::lock_guard lock(mutex_);
    const auto found = web_.find(host + "/" + token);
    if (found != web_.end()) return found->second;
    return tl::unexpected(ra::ProbeError{ra::ProbeError::Kind::kConnection, "Nothing there."});
  }
  ra::Probed<std::vector<std::string>> texts(const std::string& /*name*/) override {
    return tl::unexpected(ra::ProbeError{ra::ProbeError::Kind::kDns, "No resolver."});
  }
  ra::Probed<base::Bytes> alpn_certificate(const std::string& /*host*/) override {
    return tl::unexpected(ra::ProbeError{ra::ProbeError::Kind::kTls, "No TLS."});
  }
  ra::Probed<std::vector<ra::CaaRecord>> caa(const std::string& name) override {
    const std::lock_guard lock(mutex_);
    if (caa_) return name == "www.city.example" ? *caa_ : std::vector<ra::CaaRecord>();
    return tl::unexpected(ra::ProbeError{ra::ProbeError::Kind::kDns, "No resolver."});
  }
  // allow says whom the CAA record of www.city.example names.
  void allow(const std::string& issuer) {
    const std::lock_guard lock(mutex_);
    caa_ = {{false, "issue", issuer}};
  }
  void put(const std::string& host, const std::string& token, const std::string& text) {
    const std::lock_guard lock(mutex_);
    web_[host + "/" + token] = text;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> web_;
  std::optional<std::vector<ra::CaaRecord>> caa_;
};

struct Reply {
  int status = 0;
  std::string location;
  std::string nonce;
  base::JsonObject json;
  std::string text;
  [[nodiscard]] std::string at(std::string_view name) const { return base::json_string(json, name); }
  [[nodiscard]] std::string problem() const {
    constexpr std::string_view kStart = "urn:ietf:params:acme:error:";
    const auto type = at("type");
    return type.starts_with(kStart) ? type.substr(kStart.size()) : type;
  }
};

// Scene is a service with one account holder, whose key is Ed25519.
struct Scene {
  Scene() : key(need(x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}))) {
    signer = need(key.signer(x509::SignatureAlgorithm::kEd25519));
    need(store::migrate(desk.ca.store->database(), ra::migrations()));
    config.url = kBase;
    config.anonymous_client = "portal";
    open();
  }
  void open() {
    service = std::make_unique<ra::AcmeService>(
        ra::AcmeParts{&desk, &world, &desk.ca.clock, desk.ca.store, [this] { return clients; },
                      ca::ProfileSet::of({*test::shipped("tls-server")}), config});
    nonce.clear();
  }

  Reply take(const base::HttpReply& from) {
    Reply reply;
    reply.status = from.status;
    for (const auto& [name, value] : from.fields) {
      if (name == "Location") reply.location = value;
      if (name == "Replay-Nonce") nonce = reply.nonce = value;
    }
    reply.text = base::as_text(from.body);
    if (const auto json = base::parse_json(reply.text); json && json->is_object()) reply.json = json->get_object();
    return reply;
  }
  Reply get(std::string_view kind) {
    const auto target = "/acme/" + std::string(kind);
    base::HttpRequest request;
    request.method = "GET";
    request.target = target;
    return take(service->answer(request));
  }
  [[nodiscard]] base::JsonObject jwk() const {
    return {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base::base64url(key.public_key().key_bits())}};
  }
  [[nodiscard]] std::string key_authorization(const std::string& token) const {
    const auto canonical =
        R"({"crv":"Ed25519","kty":"OKP","x":")" + base::base64url(key.public_key().key_bits()) + "\"}";
    return token + "." + base::base64url(x509::sha256(base::as_bytes(canonical)));
  }
  // post signs a payload (nothing: POST-as-GET) for an address.
  Reply post(const std::string& url, const std::optional<base::JsonObject>& payload = {}) {
    if (nonce.empty()) get("new-nonce");
    base::JsonObject header = {{"alg", "EdDSA"}, {"nonce", nonce}, {"url", url}};
    if (account.empty()) {
      header["jwk"] = jwk();
    } else {
      header["kid"] = account;
    }
    const auto encode = [](const std::string& text) { return base::base64url(base::as_bytes(text)); };
    const auto head = encode(base::print_json(header));
    const auto body = payload ? encode(base::print_json(*payload)) : std::string();
    const auto signature = need(signer->sign(base::as_bytes(head + "." + body)));
    const auto message = base::print_json(
        base::JsonObject{{"protected", head}, {"payload", body}, {"signature", base::base64url(signature)}});
    const auto target = url.substr(std::string_view("https://ra.test").size());
    base::HttpRequest request;
    request.method = "POST";
    request.target = target;
    request.content_type = "application/jose+json";
    request.body = base::as_bytes(message);
    return take(service->answer(request));
  }
  // become takes another key, which has no account.
  void become_another() {
    account.clear();
    key = need(x509::PrivateKey::generate({x509::KeyType::kEd25519, 256}));
    signer = need(key.signer(x509::SignatureAlgorithm::kEd25519));
  }
  // become goes back to a key that has an account.
  void become(const x509::PrivateKey& former) {
    account.clear();
    key = former;
    signer = need(key.signer(x509::SignatureAlgorithm::kEd25519));
    account = post(url("new-account"), base::JsonObject{{"onlyReturnExisting", true}}).location;
  }
  void open_account() {
    const auto made = post(url("new-account"), base::JsonObject{{"termsOfServiceAgreed", true}});
    REQUIRE_MESSAGE(made.status == 201, made.text);
    account = made.location;
  }
  static std::string url(std::string_view kind) { return std::string(kBase) + "/" + std::string(kind); }

  Reply order(const std::string& host) {
    return post(
        url("new-order"),
        base::JsonObject{{"identifiers", base::JsonArray{base::JsonObject{{"type", "dns"}, {"value", host}}}}});
  }
  // prove starts the http-01 challenge of an order's only authorization and waits for the verdict.
  enum class Put { kProof, kNothing };
  std::string prove(const Reply& made, const std::string& host, Put what) {
    const std::string authorization(made.json.at("authorizations").at(0).get_string());
    const auto found = post(authorization);
    const auto& challenge = found.json.at("challenges").at(0).get_object();
    const auto token = base::json_string(challenge, "token");
    if (what == Put::kProof) world.put(host, token, key_authorization(token));
    post(base::json_string(challenge, "url"), base::JsonObject{});
    for (int i = 0; i < 400; ++i) {
      const auto status = post(authorization).at("status");
      if (status != "pending") return status;
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    return "pending";
  }
  Reply finalize(const Reply& made, const std::string& host) {
    const auto applicant = need(x509::PrivateKey::generate({x509::KeyType::kP256, 256}));
    const auto by = need(applicant.signer(x509::SignatureAlgorithm::kEcdsaSha256));
    const auto names =
        x509::make_subject_alt_name(x509::Critical::kNo, {need(x509::parse_general_name("dns:" + host))});
    const auto csr = need(x509::make_request(x509::Name(), {names}, *by));
    return post(made.at("finalize"), base::JsonObject{{"csr", base::base64url(csr)}});
  }

  SmallDesk desk;
  std::shared_ptr<const ra::MachineClients> clients = need(ra::MachineClients::parse(kClients, "clients.toml"));
  World world;
  x509::PrivateKey key;
  std::shared_ptr<const x509::Signer> signer;
  ra::AcmeConfig config;
  std::unique_ptr<ra::AcmeService> service;
  std::string nonce;
  std::string account;
};

}  // namespace

TEST_CASE(
    "an account, an order, a proof and a request make a certificate, with a line in the ledger for each account") {
  Scene scene;
  scene.open_account();
  const auto made = scene.order("www.city.example");
  REQUIRE_MESSAGE(made.status == 201, made.text);
  CHECK(made.at("status") == "pending");
  CHECK(scene.finalize(made, "www.city.example").problem() == "orderNotReady");
  REQUIRE(scene.prove(made, "www.city.example", Scene::Put::kProof) == "valid");
  const auto done = scene.finalize(made, "www.city.example");
  REQUIRE_MESSAGE(done.at("status") == "valid", done.text);
  const auto chain = scene.post(done.at("certificate"));
  const auto certificate = need(x509::Certificate::from_bytes(base::as_bytes(chain.text)));
  CHECK(certificate.issuer().same(scene.desk.ca.certificate->subject()));
  const auto name = made.location.substr(made.location.rfind('/') + 1);
  CHECK(scene.desk.wishes == std::vector<std::string>{"portal tls-server " + name});
  CHECK(scene.desk.ca.records("acme.account.created").size() == 1);
  CHECK(scene.desk.ca.audit().problems.empty());

  // What was proven stays so for the account.
  CHECK(scene.order("www.city.example").at("status") == "ready");
  scene.desk.ca.clock.set(test::kMorning + base::days(31));
  CHECK(scene.order("www.city.example").at("status") == "pending");
}

TEST_CASE("a challenge that nothing answers makes the authorization and the order invalid") {
  Scene scene;
  scene.open_account();
  const auto made = scene.order("www.city.example");
  CHECK(scene.prove(made, "www.city.example", Scene::Put::kNothing) == "invalid");
  CHECK(scene.post(made.location).at("status") == "invalid");
  CHECK(scene.finalize(made, "www.city.example").problem() == "orderNotReady");
  CHECK(scene.desk.wishes.empty());
}

TEST_CASE("CAA that cannot be fetched is no permission") {
  Scene scene;
  scene.config.caa_identities = {"ca.city.example"};
  scene.open();
  scene.open_account();
  CHECK(scene.prove(scene.order("www.city.example"), "www.city.example", Scene::Put::kProof) == "invalid");
}

TEST_CASE(
    "an order waits for a person, for a server that is down and over a restart, and is finished by the next poll") {
  Scene scene;
  scene.open_account();
  const auto made = scene.order("www.city.example");
  REQUIRE(scene.prove(made, "www.city.example", Scene::Put::kProof) == "valid");
  scene.desk.needs_person = true;
  CHECK(scene.finalize(made, "www.city.example").at("status") == "processing");
  scene.desk.trouble = base::Error{base::Code::kUnavailable, "Not now.", {}};
  CHECK(scene.post(made.location).at("status") == "processing");
  scene.open();  // another process
  CHECK(scene.post(made.location).at("status") == "processing");
  scene.desk.trouble.reset();
  scene.desk.needs_person = false;
  CHECK(scene.post(made.location).at("status") == "valid");
  CHECK(scene.desk.ca.count(store::CertificateState::kGood) == 2);  // with the authority's own
}

TEST_CASE("CAA is asked again when it was asked more than eight hours ago (Baseline Requirements 3.2.2.8)") {
  Scene scene;
  scene.config.caa_identities = {"ca.city.example"};
  scene.open();
  scene.world.allow("ca.city.example");
  scene.open_account();
  const auto made = scene.order("www.city.example");
  REQUIRE(scene.prove(made, "www.city.example", Scene::Put::kProof) == "valid");
  scene.world.allow("another.example");
  const auto begun = scene.desk.ca.clock.now();
  scene.desk.ca.clock.set(begun + base::hours(8));
  CHECK(scene.finalize(made, "www.city.example").problem() == "caa");
  CHECK(scene.desk.wishes.empty());
  // the holder of the name has thought better of it
  scene.world.allow("ca.city.example");
  CHECK(scene.finalize(made, "www.city.example").at("status") == "valid");
}

TEST_CASE("an account ends when its client goes or has another secret, for every request of it") {
  Scene scene;
  scene.open_account();
  const auto made = scene.order("www.city.example");
  REQUIRE(made.status == 201);
  const auto before = scene.clients;
  scene.clients = need(ra::MachineClients::parse("", "clients.toml"));
  CHECK(scene.post(made.location).problem() == "unauthorized");
  CHECK(scene.post(scene.account).problem() == "unauthorized");
  CHECK(scene.post(Scene::url("revoke-cert"), base::JsonObject{}).problem() == "unauthorized");
  std::string anew(kClients);
  anew.replace(anew.find("d0c04f4b"), 8, "00000000");
  scene.clients = need(ra::MachineClients::parse(anew, "clients.toml"));
  CHECK(scene.post(made.location).problem() == "unauthorized");
  CHECK(scene.order("www.city.example").problem() == "unauthorized");
  const auto account = scene.account;
  scene.account.clear();
  CHECK(scene.post(Scene::url("new-account"), base::JsonObject{}).problem() == "unauthorized");
  scene.account = account;
  scene.clients = before;
  CHECK(scene.post(made.location).status == 200);
}

namespace {

// forget_binding makes an account one of before the secret of its client was kept with it.
void forget_binding(Scene& scene) {
  need(scene.desk.ca.store->write([](store::Writer& writer) -> base::Result<> {
    TRY(writer.session().execute("UPDATE acme_accounts SET bound = NULL"));
    return {};
  }));
}

void note_client(Scene& scene, const std::string& kind, const std::string& name) {
  need(scene.desk.ca.store->write([&](store::Writer& writer) -> base::Result<> {
    TRY(evidence::append(writer, {.kind = kind,
                                  .object = "clients/" + name,
                                  .actor = "local:test",
                                  .time = scene.desk.ca.clock.now(),
                                  .data = "{}",
                                  .attachment = {}}));
    return {};
  }));
}

std::shared_ptr<const ra::MachineClients> with_another_secret() {
  std::string anew(kClients);
  anew.replace(anew.find("d0c04f4b"), 8, "00000000");
  return need(ra::MachineClients::parse(anew, "clients.toml"));
}

}  // namespace

TEST_CASE(
    "an account from before its client's secret was kept is bound at its first use, and ends with that secret") {
  Scene scene;
  note_client(scene, "client.added", "portal");
  scene.open_account();
  note_client(scene, "client.added", "other");
  forget_binding(scene);
  CHECK(scene.post(scene.account).status == 200);
  CHECK(scene.desk.ca.records("acme.account.bound").size() == 1);
  CHECK(scene.post(scene.account).status == 200);
  CHECK(scene.desk.ca.records("acme.account.bound").size() == 1);
  const auto before = scene.clients;
  scene.clients = with_another_secret();
  CHECK(scene.post(scene.account).problem() == "unauthorized");
  CHECK(scene.order("www.city.example").problem() == "unauthorized");
  scene.clients = before;
  CHECK(scene.order("www.city.example").status == 201);
}

TEST_CASE("an account from before is refused where another client has had the name since, for good") {
  Scene scene;
  scene.open_account();
  forget_binding(scene);
  note_client(scene, "client.removed", "portal");
  note_client(scene, "client.added", "portal");
  scene.clients = with_another_secret();
  for (int i = 0; i < 2; ++i) {
    const auto refused = scene.post(scene.account);
    CHECK(refused.problem() == "unauthorized");
    CHECK(refused.at("detail").find("another secret") != std::string::npos);
  }
  CHECK(scene.desk.ca.records("acme.account.bound").empty());
  const auto account = scene.account;
  scene.account.clear();
  CHECK(scene.post(Scene::url("new-account"), base::JsonObject{}).problem() == "unauthorized");
}

TEST_CASE("an account says that a key has leaked of what it has ordered, where nobody else has one for the key") {
  Scene scene;
  scene.open_account();
  const auto made = scene.order("www.city.example");
  REQUIRE(scene.prove(made, "www.city.example", Scene::Put::kProof) == "valid");
  const auto chain = scene.post(scene.finalize(made, "www.city.example").at("certificate"));
  const auto certificate = need(x509::Certificate::from_bytes(base::as_bytes(chain.text)));
  const auto revoke = [&](int reason) {
    return scene.post(Scene::url("revoke-cert"),
                      base::JsonObject{{"certificate", base::base64url(certificate.der())}, {"reason", reason}});
  };
  const auto orderer = scene.key;
  scene.desk.alone.clear();
  CHECK(revoke(1).problem() == "unauthorized");
  CHECK(scene.desk.ca.count(store::CertificateState::kRevoked) == 0);
  // whoever has proven the name may end the certificate, and not the key
  scene.desk.alone = "portal";
  scene.become_another();
  scene.open_account();
  REQUIRE(scene.prove(scene.order("www.city.example"), "www.city.example", Scene::Put::kProof) == "valid");
  CHECK(revoke(1).problem() == "unauthorized");
  CHECK(scene.desk.ca.count(store::CertificateState::kRevoked) == 0);
  scene.become(orderer);
  CHECK(revoke(1).status == 200);
  CHECK(scene.desk.ca.count(store::CertificateState::kRevoked) == 1);
}

TEST_CASE("the registration point of the client goes with the request") {
  Scene scene;
  scene.clients =
      need(ra::MachineClients::parse(std::string(kClients) + "organisation = \"LRA-PSB\"\n", "clients.toml"));
  scene.open_account();
  const auto made = scene.order("www.city.example");
  REQUIRE(scene.prove(made, "www.city.example", Scene::Put::kProof) == "valid");
  CHECK(scene.finalize(made, "www.city.example").at("status") == "valid");
  REQUIRE(scene.desk.organisation);
  CHECK(scene.desk.organisation->text() == "LRA-PSB");
}

TEST_CASE("a member of an order that is no text is refused, and not read as if it were not there") {
  Scene scene;
  scene.open_account();
  const base::JsonArray names{base::JsonObject{{"type", "dns"}, {"value", "www.city.example"}}};
  for (const auto* member : {"profile", "replaces"}) {
    const auto reply = scene.post(Scene::url("new-order"), base::JsonObject{{"identifiers", names}, {member, 7}});
    CHECK(reply.problem() == "malformed");
  }
}

TEST_CASE("challenges that are being looked at count like those that failed") {
  Scene scene;
  scene.config.failures_per_hour = 2;
  scene.open();
  scene.open_account();
  const auto start = [&](const std::string& host) {
    const auto made = scene.order(host);
    const auto found = scene.post(std::string(made.json.at("authorizations").at(0).get_string()));
    return scene.post(base::json_string(found.json.at("challenges").at(0).get_object(), "url"), base::JsonObject{});
  };
  CHECK(start("a.city.example").status == 200);
  CHECK(start("b.city.example").status == 200);
  CHECK(start("c.city.example").problem() == "rateLimited");
}

TEST_CASE("what the desk refuses ends the order, and says why") {
  Scene scene;
  scene.open_account();
  const auto made = scene.order("www.city.example");
  REQUIRE(scene.prove(made, "www.city.example", Scene::Put::kProof) == "valid");
  scene.desk.trouble = base::Error{base::Code::kRefused, "The key is weak.", {}};
  const auto done = scene.finalize(made, "www.city.example");
  CHECK(done.at("status") == "invalid");
  CHECK(base::json_string(done.json.at("error").get_object(), "detail") == "The key is weak.");
  CHECK(scene.post(made.location).at("status") == "invalid");
}

TEST_CASE("limits are kept, and told with Retry-After") {
  Scene scene;
  scene.config.orders_per_hour = 2;
  scene.config.accounts_per_client = 1;
  scene.open();
  scene.open_account();
  CHECK(scene.order("a.city.example").status == 201);
  CHECK(scene.order("b.city.example").status == 201);
  CHECK(scene.order("c.city.example").problem() == "rateLimited");
  scene.desk.ca.clock.set(test::kMorning + base::hours(1) + base::Seconds{1});
  CHECK(scene.order("c.city.example").status == 201);

  const auto first = scene.account;
  const auto its_key = scene.key;
  const auto its_signer = scene.signer;
  scene.become_another();
  CHECK(scene.post(Scene::url("new-account"), base::JsonObject{}).problem() == "rateLimited");
  // one that has ended does not count, but that there were so many within an hour does
  scene.account = first;
  scene.key = its_key;
  scene.signer = its_signer;
  CHECK(scene.post(first, base::JsonObject{{"status", "deactivated"}}).status == 200);
  scene.config.accounts_per_hour = 2;
  scene.open();
  scene.become_another();
  CHECK(scene.post(Scene::url("new-account"), base::JsonObject{}).status == 201);
}

TEST_CASE("names are counted over the orders of an hour, and new accounts over those of a client") {
  Scene scene;
  scene.config.names_per_hour = 1;
  scene.config.accounts_per_hour = 1;
  scene.open();
  scene.open_account();
  CHECK(scene.order("a.city.example").status == 201);
  CHECK(scene.order("b.city.example").problem() == "rateLimited");
  CHECK(scene.post(scene.account, base::JsonObject{{"status", "deactivated"}}).status == 200);
  scene.become_another();
  CHECK(scene.post(Scene::url("new-account"), base::JsonObject{}).problem() == "rateLimited");
}

TEST_CASE("without a client for them, accounts need a binding") {
  Scene scene;
  scene.config.anonymous_client.clear();
  scene.open();
  CHECK(scene.post(Scene::url("new-account"), base::JsonObject{}).problem() == "externalAccountRequired");
  const auto directory = scene.get("directory");
  CHECK(directory.json.at("meta").at("externalAccountRequired").get_bool());
}

TEST_CASE("an operator sees the accounts and ends one") {
  Scene scene;
  scene.open_account();
  auto& store = *scene.desk.ca.store;
  const auto accounts = need(ra::acme_accounts(store));
  REQUIRE(accounts.size() == 1);
  CHECK(accounts[0].client == "portal");
  CHECK(accounts[0].active);
  const ra::AcmeActor actor{"local:alice", test::kMorning};
  CHECK(error_of(ra::deactivate_acme_account(store, "nobody", actor)).code == base::Code::kNotFound);
  REQUIRE(ra::deactivate_acme_account(store, accounts[0].name, actor));
  CHECK(error_of(ra::deactivate_acme_account(store, accounts[0].name, actor)).code == base::Code::kConflict);
  const auto refused = scene.order("www.city.example");
  CHECK(refused.status == 401);
  CHECK(refused.problem() == "unauthorized");
  CHECK(scene.desk.ca.records("acme.account.deactivated").size() == 1);
}
