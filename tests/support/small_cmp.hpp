// CMP over a desk that issues at once or waits: the scene of the tests of ra/cmp.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cmp_mould.hpp"
#include "small_ca.hpp"
#include "yuxin/ra/automatic_desk.hpp"
#include "yuxin/ra/cmp.hpp"
#include "yuxin/x509/password_mac.hpp"

namespace yuxin::test::cmp {

// The secret of each is "sesame".
inline constexpr std::string_view kClients = R"([[client]]
name        = "meters"
protocols   = ["cmp"]
profiles    = ["device"]
names_under = ["city.example"]
secret      = "sha256:d0c04f4b1951e4aeaaec8223ed2039e542f3aae805a6fa7f6d794e5afff5d272"

[[client]]
name        = "cameras"
protocols   = ["cmp"]
profiles    = ["device"]
names_under = ["cameras.example"]
renewal     = "secret"
secret      = "sha256:d0c04f4b1951e4aeaaec8223ed2039e542f3aae805a6fa7f6d794e5afff5d272"

[[client]]
name        = "by-est"
protocols   = ["est"]
profiles    = ["device"]
names_under = ["city.example"]
secret      = "sha256:d0c04f4b1951e4aeaaec8223ed2039e542f3aae805a6fa7f6d794e5afff5d272"
)";

// Bodies by their tags (RFC 4210 section 5.1.2).
enum Tag : unsigned {
  kIr = 0,
  kIp = 1,
  kCr = 2,
  kCp = 3,
  kP10cr = 4,
  kKur = 7,
  kKup = 8,
  kRr = 11,
  kRp = 12,
  kPkiConf = 19,
  kNested = 20,
  kGenm = 21,
  kGenp = 22,
  kError = 23,
  kCertConf = 24,
  kPollReq = 25,
  kPollRep = 26
};

class SmallDesk final : public ra::MachineDesk {
 public:
  base::Result<ra::MachineAnswer> enrol(const ra::MachineWish& wish) override {
    wishes.push_back(wish.client + " " + wish.profile);
    if (trouble) return tl::unexpected(*trouble);
    if (meanwhile) std::exchange(meanwhile, {})();
    if (needs_person) return ra::MachineAnswer(ra::Waiting{"R-7", base::Seconds{300}});
    if (gives_again && !known.empty()) return ra::MachineAnswer(ra::Granted{known.back().certificate});
    TRY(auto prepared, ca.issuer->prepare(test::shipped(wish.profile), wish.enrolment, {"cmp:" + wish.client}));
    TRY(auto issued, ca.issuer->issue(std::move(prepared)));
    known.push_back({issued.certificate, {wish.profile, true, false}});
    return ra::MachineAnswer(ra::Granted{std::move(issued.certificate)});
  }
  base::Result<std::vector<x509::Certificate>> chain() override {
    return std::vector<x509::Certificate>{*ca.certificate};
  }
  base::Result<ra::Held> held(const x509::Certificate& certificate) override {
    for (const auto& one : known) {
      if (base::equal(one.certificate.der(), certificate.der())) return one.held;
    }
    return base::fail(base::Code::kNotFound, "Not ours.");
  }
  base::Result<x509::Certificate> find(const x509::Name& issuer, base::ByteView serial) override {
    for (const auto& one : known) {
      if (one.certificate.issuer().same(issuer) && base::equal(one.certificate.tbs().serial, serial))
        return one.certificate;
    }
    return base::fail(base::Code::kNotFound, "Not ours.");
  }
  base::Result<> revoke(const ra::MachineRevocation& revocation) override {
    revoked.push_back(revocation.actor + " " + std::to_string(static_cast<int>(revocation.reason)));
    for (auto& one : known) {
      if (base::equal(one.certificate.der(), revocation.certificate.der()))
        one.held = {one.held.profile, false, true};
    }
    return {};
  }
  base::Result<bool> has_key_alone(std::string_view client, const x509::Certificate& certificate) override {
    static_cast<void>(client);
    static_cast<void>(certificate);
    return alone;
  }
  struct Known {
    x509::Certificate certificate;
    ra::Held held;
  };
  test::SmallCa ca;
  bool needs_person = false;
  bool gives_again = false;         // the last certificate, whatever is asked for
  std::function<void()> meanwhile;  // what happens once while something is enrolled
  bool alone = true;                // whether a key is one client's
  std::optional<base::Error> trouble;
  std::vector<std::string> wishes;
  std::vector<std::string> revoked;
  std::vector<Known> known;
};

class Scene {
 public:
  Scene() : key(need(x509::PrivateKey::generate({x509::KeyType::kP256, 256}))) {
    need(store::migrate(*database, ra::migrations()));
    const auto made = folder.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ra.key -out ra.pem -subj "
        "/CN=registration -days 30 -addext keyUsage=digitalSignature 2>/dev/null");
    REQUIRE(made.status == 0);
    const auto service_key = need(x509::PrivateKey::from_pem(test::read_octets(folder.file("ra.key")), nullptr));
    identity = std::make_shared<const ra::CmpIdentity>(
        ra::CmpIdentity{need(x509::Certificate::from_bytes(test::read_octets(folder.file("ra.pem")))),
                        need(service_key.signer(x509::SignatureAlgorithm::kEcdsaSha256)),
                        {}});
    start();
  }
  // start makes a service anew over the same store, as a restart does.
  void start() { service.emplace(parts()); }
  [[nodiscard]] ra::CmpParts parts() {
    return {.desk = &desk,
            .clients = [clients = need(ra::MachineClients::parse(clients, "clients.toml"))] { return clients; },
            .secret = [this](const ra::MachineClient&) -> base::Result<base::Secret> {
              ++opened;
              return base::Secret("sesame");
            },
            .identity = [this]() -> base::Result<std::shared_ptr<const ra::CmpIdentity>> { return identity; },
            .store = store,
            .profiles = ca::ProfileSet::of({*test::shipped("device")}),
            .clock = &desk.ca.clock};
  }
  base::HttpReply post(base::ByteView body, std::string_view path = "/.well-known/cmp",
                       std::string_view type = "application/pkixcmp") {
    base::HttpRequest request;
    request.method = "POST";
    request.target = path;
    request.content_type = type;
    request.body = body;
    if (auto now = service->answer_now(request)) return std::move(*now);
    return service->answer(request);
  }
  // ask sends a message and checks what every answer has: it repeats the transaction, answers the nonce, and is
  // protected as the message was, or signed.
  Reply ask(const Message& message, std::string_view path = "/.well-known/cmp") {
    const auto answer = post(message.der(), path);
    REQUIRE(answer.status == 200);
    CHECK(answer.content_type == "application/pkixcmp");
    auto reply = read_reply(answer.body);
    CHECK(reply.transaction == message.transaction);
    CHECK(reply.answers == message.nonce);
    CHECK(reply.nonce.size() == 16);
    if (const auto mac = x509::PasswordMac::from_identifier(reply.algorithm)) {
      CHECK(need(mac->mac(base::Secret("sesame"), reply.covered)) == reply.protection);
      CHECK(base::as_text(reply.key_id) == message.client);
    } else {
      REQUIRE_FALSE(reply.certificates.empty());
      CHECK(base::equal(reply.certificates.front(), identity->certificate.der()));
      CHECK(
          x509::verify_tbs(need(identity->certificate.public_key()), reply.algorithm, reply.covered, reply.protection)
              .has_value());
    }
    return reply;
  }
  // refused sends a message that must come back as an error with a bit of PKIFailureInfo, and change nothing.
  void refused(int info, const Message& message, std::string_view path = "/.well-known/cmp") {
    const auto wishes = desk.wishes.size();
    const auto reply = ask(message, path);
    REQUIRE(reply.body_tag == kError);
    const auto status = read_error(reply);
    CHECK(status.status == 2);
    CHECK_MESSAGE(status.fail_info == info, status.text);
    CHECK_FALSE(status.text.empty());
    CHECK(desk.wishes.size() == wishes);
    CHECK(desk.revoked.empty());
  }
  [[nodiscard]] Message ir(const std::string& host = "m1.city.example") const {
    Message message;
    message.body_tag = kIr;
    message.body = sequence({wanted(key, host)});
    return message;
  }
  // next is a message that goes on with what a reply left open.
  [[nodiscard]] static Message next(unsigned tag, base::Bytes body, const Reply& after) {
    Message message;
    message.body_tag = tag;
    message.body = std::move(body);
    message.transaction = after.transaction;
    message.nonce = base::Bytes(16, 3);
    message.answers = after.nonce;
    return message;
  }
  [[nodiscard]] static Message confirmation(const Response& of, const Reply& after) {
    const auto hash = x509::digest(x509::DigestAlgorithm::kSha256, of.certificate);
    return next(kCertConf, sequence({sequence({octet_string(hash), number(of.id)})}), after);
  }
  [[nodiscard]] static Message poll(const Reply& after) {
    return next(kPollReq, sequence({sequence({number(0)})}), after);
  }

  SmallDesk desk;
  std::string clients{kClients};
  int opened = 0;  // how often the secret of a client was
  std::shared_ptr<store::Database> database = need(store::open_memory());
  std::shared_ptr<store::Store> store = need(store::Store::over(test::migrated(database), ""));
  test::TemporaryFolder folder;
  x509::PrivateKey key;
  std::shared_ptr<const ra::CmpIdentity> identity;
  std::optional<ra::CmpService> service;
};

// Holder has a certificate that was issued by CMP, and signs messages with it.
struct Holder {
  explicit Holder(Scene& scene, const std::string& host = "m1.city.example", const std::string& client = "meters")
      : key(need(x509::PrivateKey::generate({x509::KeyType::kP256, 256}))),
        signer(need(key.signer(x509::SignatureAlgorithm::kEcdsaSha256))) {
    Message message;
    message.client = client;
    message.transaction = base::Bytes(16, 200);
    message.transaction[0] = static_cast<std::uint8_t>(scene.desk.known.size());
    message.body = sequence({wanted(key, host)});
    message.implicit_confirm = true;
    certificate.emplace(need(x509::Certificate::from_der(read_response(scene.ask(message)).certificate)));
    scene.desk.wishes.clear();
  }
  [[nodiscard]] Message message(unsigned tag, base::Bytes body) const {
    Message made;
    made.mac.reset();
    made.signer = signer.get();
    made.certificates = {*certificate};
    made.body_tag = tag;
    made.body = std::move(body);
    return made;
  }
  [[nodiscard]] base::Bytes named() const {
    return sequence({sequence(
        {sequence({element(0x81, certificate->tbs().serial), element(0xa3, certificate->issuer().der())})})});
  }
  x509::PrivateKey key;
  std::shared_ptr<const x509::Signer> signer;
  std::optional<x509::Certificate> certificate;
};

// Bits of PKIFailureInfo.
inline constexpr int kBadAlg = 0;
inline constexpr int kBadMessageCheck = 1;
inline constexpr int kBadRequest = 2;
inline constexpr int kBadTime = 3;
inline constexpr int kBadCertId = 4;
inline constexpr int kBadDataFormat = 5;
inline constexpr int kBadPop = 9;
inline constexpr int kCertRevoked = 10;
inline constexpr int kCertConfirmed = 11;
inline constexpr int kBadRecipientNonce = 13;
inline constexpr int kBadSenderNonce = 18;
inline constexpr int kBadCertTemplate = 19;
inline constexpr int kSignerNotTrusted = 20;
inline constexpr int kTransactionIdInUse = 21;
inline constexpr int kUnsupportedVersion = 22;
inline constexpr int kNotAuthorized = 23;
inline constexpr int kSystemUnavail = 24;
inline constexpr int kSystemFailure = 25;

}  // namespace yuxin::test::cmp
