// SCEP against a desk that issues at once or waits: who is believed, and what openssl reads of the answers.
#include "yuxin/ra/scep.hpp"

#include <doctest/doctest.h>

#include <map>

#include "small_ca.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/enveloped.hpp"
#include "yuxin/x509/oid.hpp"

using namespace yuxin;
using test::need;
namespace der = x509::der;

namespace {

// "sesame".
constexpr std::string_view kClients = R"([[client]]
name        = "cameras"
protocols   = ["scep"]
profiles    = ["device"]
names_under = ["city.example"]
secret      = "sha256:d0c04f4b1951e4aeaaec8223ed2039e542f3aae805a6fa7f6d794e5afff5d272"
)";

class SmallDesk final : public ra::MachineDesk {
 public:
  base::Result<ra::MachineAnswer> enrol(const ra::MachineWish& wish) override {
    if (wish.if_not_known == ra::IfNotKnown::kRefuse && wishes.empty())
      return base::fail(base::Code::kNotFound, "Nothing is known of this request.");
    wishes.push_back(wish.profile + " " + wish.client);
    if (needs_person) return ra::MachineAnswer(ra::Waiting{"R-7", base::Seconds{300}});
    TRY(auto prepared, ca.issuer->prepare(test::shipped(wish.profile), wish.enrolment, {"scep:" + wish.client}));
    TRY(auto issued, ca.issuer->issue(std::move(prepared)));
    return ra::MachineAnswer(ra::Granted{std::move(issued.certificate)});
  }
  base::Result<std::vector<x509::Certificate>> chain() override {
    return std::vector<x509::Certificate>{*ca.certificate};
  }
  base::Result<ra::Held> held(const x509::Certificate& certificate) override {
    const auto found = known.find(base::hex(certificate.sha256_fingerprint()));
    if (found == known.end()) return base::fail(base::Code::kNotFound, "Not ours.");
    return found->second;
  }
  base::Result<x509::Certificate> find(const x509::Name& /*issuer*/, base::ByteView /*serial*/) override {
    return base::fail(base::Code::kNotFound, "Not asked for here.");
  }
  base::Result<> revoke(const ra::MachineRevocation& /*revocation*/) override {
    return base::fail(base::Code::kNotFound, "Not asked for here.");
  }
  test::SmallCa ca;
  bool needs_person = false;
  std::vector<std::string> wishes;
  std::map<std::string, ra::Held> known;
};

// A key with a certificate that openssl made.
struct Holder {
  x509::PrivateKey key;
  x509::Certificate certificate;
  [[nodiscard]] x509::CmsSigner signer() const {
    return {certificate, need(key.signer(x509::default_signature(key.public_key().kind())))};
  }
};

struct Reply {
  std::string status;
  std::string fail_info;
  std::string text;
  base::Bytes octets;
};

class Scene {
 public:
  Scene() : identity(holder("ra", "registration")) { begin(); }
  // begin is what a restart of the server does.
  void begin() {
    service.emplace(ra::ScepParts{&desk, [this] { return clients; },
                                  [this]() -> base::Result<std::shared_ptr<const ra::ScepIdentity>> {
                                    return std::make_shared<const ra::ScepIdentity>(
                                        ra::ScepIdentity{identity.signer(), identity.key.decrypter()});
                                  },
                                  &desk.ca.clock});
  }
  [[nodiscard]] Holder holder(const std::string& file, const std::string& name) {
    const auto made = folder.run("openssl req -x509 -newkey rsa:2048 -nodes -keyout " + file + ".key -out " + file +
                                 ".pem -subj /CN=" + name + " -days 30 2>/dev/null");
    REQUIRE(made.status == 0);
    return {need(x509::PrivateKey::from_pem(test::read_octets(folder.file(file + ".key")), nullptr)),
            need(x509::Certificate::from_bytes(test::read_octets(folder.file(file + ".pem"))))};
  }
  // csr is a request by openssl for the key of a file, with a challenge.
  [[nodiscard]] base::Bytes csr(const std::string& file, const std::string& host, const std::string& challenge) {
    std::string config = "[req]\ndistinguished_name=dn\nprompt=no\nreq_extensions=ext\n";
    if (!challenge.empty()) config += "attributes=attr\n[attr]\nchallengePassword=" + challenge + "\n";
    config += "[dn]\nCN=" + host + "\n[ext]\nsubjectAltName=DNS:" + host + "\n";
    test::write_octets(folder.file("csr.cnf"), base::to_bytes(base::as_bytes(config)));
    const auto made =
        folder.run("openssl req -new -config csr.cnf -key " + file + ".key -outform DER -out " + file + ".csr");
    REQUIRE(made.status == 0);
    return test::read_octets(folder.file(file + ".csr"));
  }
  [[nodiscard]] static x509::CmsAttribute attribute(std::uint8_t number, std::uint8_t tag, std::string_view value) {
    base::Bytes type = {0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09, number};
    der::Writer out;
    out.element(tag, base::as_bytes(value));
    return {std::move(type), {out.take()}};
  }
  [[nodiscard]] base::Bytes message(const Holder& by, base::ByteView content, std::string_view type,
                                    std::string_view transaction = "T1") const {
    x509::SealOptions sealing;
    sealing.rsa = x509::KeyEncryption::Kind::kRsaPkcs1;
    return signed_message(by, need(x509::seal_message(content, {identity.certificate}, sealing)), type, transaction);
  }
  [[nodiscard]] static base::Bytes signed_message(const Holder& by, base::ByteView sealed, std::string_view type,
                                                  std::string_view transaction = "T1",
                                                  base::Bytes content_type = {}) {
    x509::CmsSignOptions options;
    options.content_type = std::move(content_type);
    options.signed_attributes = {attribute(2, der::kPrintableString, type),
                                 attribute(7, der::kPrintableString, transaction),
                                 attribute(5, der::kOctetString, "0123456789abcdef")};
    return need(x509::sign_message(sealed, {by.signer()}, options));
  }
  base::HttpReply post(base::ByteView body, std::string_view path = "/scep") {
    const auto target = std::string(path) + "?operation=PKIOperation";
    base::HttpRequest request;
    request.method = "POST";
    request.target = target;
    request.body = body;
    if (auto now = service->answer_now(request)) return std::move(*now);
    return service->answer(request);
  }
  Reply ask(base::ByteView body, std::string_view path = "/scep") {
    const auto answer = post(body, path);
    REQUIRE(answer.status == 200);
    CHECK(answer.content_type == "application/x-pki-message");
    const auto parsed = need(x509::SignedData::from_bytes(answer.body));
    CHECK(base::equal(
        need(x509::verify_signer(parsed, 0, parsed.content() ? std::nullopt : std::optional(base::ByteView())))
            .certificate.der(),
        identity.certificate.der()));
    const auto& signer = parsed.signers().front();
    const auto value = [&](base::Bytes type) {
      const auto found = signer.signed_attribute(type);
      if (!found) return std::string();
      der::Reader reader(found->values.front());
      return std::string(base::as_text(reader.element()->content));
    };
    const auto scep = [&](std::uint8_t number) {
      return value({0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09, number});
    };
    CHECK(scep(2) == "3");
    CHECK(scep(6) == "0123456789abcdef");
    CHECK(scep(5).size() == 16);
    return {scep(3), scep(4), value({0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x18, 0x01}), answer.body};
  }
  // issued is what openssl takes out of a success, with the key of a file.
  x509::Certificate issued(const Reply& reply, const std::string& file) {
    REQUIRE_MESSAGE(reply.status == "0", reply.text);
    test::write_octets(folder.file("reply"), reply.octets);
    const auto opened = folder.run(
        "openssl cms -verify -inform DER -in reply -noverify -out inner 2>/dev/null && "
        "openssl smime -decrypt -inform DER -in inner -inkey " +
        file + ".key -recip " + file +
        ".pem -binary -out p7 && openssl pkcs7 -inform DER -in p7 -print_certs -out out.pem");
    REQUIRE_MESSAGE(opened.status == 0, opened.output);
    return need(x509::Certificate::from_bytes(test::read_octets(folder.file("out.pem"))));
  }

  SmallDesk desk;
  test::TemporaryFolder folder;
  std::shared_ptr<const ra::MachineClients> clients = need(ra::MachineClients::parse(kClients, "clients.toml"));
  Holder identity;
  std::optional<ra::ScepService> service;
};

// sealed_of gives the EnvelopedData in a message.
base::Bytes sealed_of(base::ByteView message) {
  return base::to_bytes(*need(x509::SignedData::from_bytes(message)).content());
}

}  // namespace

TEST_CASE("a device with its secret is given a certificate that openssl takes out of the answer") {
  Scene scene;
  const auto device = scene.holder("c1", "c1.city.example");
  const auto reply =
      scene.ask(scene.message(device, scene.csr("c1", "c1.city.example", "sesame"), "19"), "/scep/pkiclient.exe");
  const auto certificate = scene.issued(reply, "c1");
  CHECK(certificate.subject().text() == "CN=c1.city.example");
  CHECK(base::equal(certificate.tbs().spki, device.certificate.tbs().spki));
  CHECK(scene.desk.wishes == std::vector<std::string>{"device cameras"});
}

TEST_CASE("a certificate renews itself for a new key, with its names and while it is in force") {
  Scene scene;
  const auto device = scene.holder("c1", "c1.city.example");
  const auto first =
      scene.issued(scene.ask(scene.message(device, scene.csr("c1", "c1.city.example", "sesame"), "19")), "c1");
  const Holder held{device.key, first};
  test::write_octets(scene.folder.file("c1.pem"), base::to_bytes(base::as_bytes(first.pem())));
  const auto next = scene.holder("c2", "c2");
  const auto renewal = scene.message(held, scene.csr("c2", "c1.city.example", ""), "17");
  auto reply = scene.ask(renewal);
  CHECK(reply.status == "2");
  CHECK(reply.text.find("was not issued here") != std::string::npos);

  const auto name = base::hex(first.sha256_fingerprint());
  scene.desk.known[name] = {"device", false};
  CHECK(scene.ask(renewal).text.find("revoked, on hold or expired") != std::string::npos);
  scene.desk.known[name] = {"device", true};
  // it is encrypted to the certificate that signed
  const auto second = scene.issued(scene.ask(renewal), "c1");
  CHECK(base::equal(second.tbs().spki, next.certificate.tbs().spki));
  const auto other = scene.message(held, scene.csr("c2", "c9.city.example", ""), "17");
  CHECK(scene.ask(other).text.find("for other names enrol anew") != std::string::npos);
}

TEST_CASE("whoever overheard a message learns nothing of it by asking (RFC 3218, Vaudenay 2002)") {
  Scene scene;
  const auto device = scene.holder("c1", "c1.city.example");
  const auto thief = scene.holder("c2", "c2.city.example");
  const auto request = scene.csr("c1", "c1.city.example", "sesame");
  const auto overheard = scene.message(device, request, "19");
  const auto sealed = sealed_of(overheard);
  // The encrypted content ends the message: whole blocks, the last with the padding.
  const auto first_octet = sealed.size() - (request.size() / 16 + 1) * 16;
  const auto altered = [&](std::size_t at, std::uint8_t by) {
    auto octets = sealed;
    octets.at(at) ^= by;
    scene.begin();  // what is remembered of wrapped keys is another test
    const auto reply = scene.ask(Scene::signed_message(thief, octets, "19"));
    return reply.status + " " + reply.fail_info + " " + reply.text;
  };
  const auto whole = altered(first_octet, 0);
  CHECK(whole.starts_with("2 1 "));
  CHECK(altered(first_octet, 1) == whole);            // the padding holds, the request does not parse
  CHECK(altered(sealed.size() - 17, 0x40) == whole);  // the padding is wrong
  CHECK(altered(first_octet - 100, 1) == whole);      // the wrapped key is another
  CHECK(scene.desk.wishes.empty());
}

TEST_CASE("a wrapped key is taken with the message that it came with first, and with no other") {
  Scene scene;
  scene.desk.needs_person = true;
  const auto device = scene.holder("c1", "c1.city.example");
  const auto thief = scene.holder("c2", "c2.city.example");
  const auto message = scene.message(device, scene.csr("c1", "c1.city.example", "sesame"), "19");
  CHECK(scene.ask(message).status == "3");
  CHECK(scene.ask(message).status == "3");
  auto sealed = sealed_of(message);
  const auto of_thief = scene.ask(Scene::signed_message(thief, sealed, "19"));
  CHECK(of_thief.fail_info == "2");
  CHECK(of_thief.text.find("the encrypted key of another one") != std::string::npos);
  sealed.back() ^= 1U;
  CHECK(scene.ask(Scene::signed_message(device, sealed, "19")).fail_info == "2");
}

TEST_CASE("a poll tells what became of a request, of a client that still may, and begins nothing") {
  Scene scene;
  scene.desk.needs_person = true;
  const auto device = scene.holder("c1", "c1.city.example");
  const auto other = scene.holder("c2", "c2.city.example");
  const auto poll = [&](const Holder& by) { return scene.ask(scene.message(by, base::as_bytes("0"), "20")); };
  CHECK(scene.ask(scene.message(device, scene.csr("c1", "c1.city.example", "sesame"), "19")).status == "3");
  // others may take the same transactionID
  CHECK(scene.ask(scene.message(other, scene.csr("c2", "c2.city.example", "sesame"), "19")).status == "3");
  CHECK(poll(device).status == "3");
  CHECK(poll(other).status == "3");

  const auto before = scene.clients;
  scene.clients = need(ra::MachineClients::parse("", "clients.toml"));
  CHECK(poll(device).text.find("is no client's secret") != std::string::npos);
  scene.clients = before;
  scene.desk.wishes.clear();  // the desk knows nothing of it any more
  CHECK(poll(device).fail_info == "4");

  CHECK(scene.ask(scene.message(device, scene.csr("c1", "c1.city.example", "sesame"), "19")).status == "3");
  scene.desk.needs_person = false;
  CHECK(poll(device).status == "0");
  CHECK(poll(device).fail_info == "4");  // it was granted
}

TEST_CASE("who is not believed is told why, and nothing is asked of the desk") {
  Scene scene;
  const auto device = scene.holder("c1", "c1.city.example");
  const auto thief = scene.holder("c2", "c2.city.example");
  const auto refused = [&](base::ByteView message, std::string_view info, std::string_view says) {
    const auto reply = scene.ask(message);
    CAPTURE(reply.text);
    CHECK(reply.status == "2");
    CHECK(reply.fail_info == info);
    CHECK(reply.text.find(says) != std::string::npos);
  };
  const auto good = scene.csr("c1", "c1.city.example", "sesame");
  refused(scene.message(device, scene.csr("c1", "c1.city.example", "wrong"), "19"), "2", "no client's secret");
  refused(scene.message(device, scene.csr("c1", "c1.city.example", ""), "19"), "2", "no client's secret");
  refused(scene.message(thief, good, "19"), "1", "holds no certification request that the key of its signer made");
  refused(scene.message(device, scene.csr("c1", "c1.other.example", "sesame"), "19"), "2", "lies under none");
  refused(scene.message(device, base::as_bytes("no request"), "19"), "1", "holds no certification request");
  refused(scene.message(device, good, "21"), "2", "PKCSReq, RenewalReq and CertPoll");
  refused(scene.message(device, good, "20", "T9"), "4", "No request with this transactionID");
  auto damaged = scene.message(device, good, "19");
  damaged[damaged.size() - 1] ^= 1U;  // of the signature
  refused(damaged, "1", "");
  refused(Scene::signed_message(device, sealed_of(scene.message(device, good, "19")), "19", "T1",
                                base::to_bytes(x509::oid::kEnvelopedData)),
          "1", "of type data");
  // a digest that nobody knows, in place of SHA-256 (2.16.840.1.101.3.4.2.1)
  auto older = base::hex(scene.message(device, good, "19"));
  const std::string sha256 = "608648016503040201";
  for (auto at = older.find(sha256); at != std::string::npos; at = older.find(sha256))
    older.replace(at, sha256.size(), "60864801650304027f");
  refused(*base::from_hex(older), "0", "older digests are refused");
  CHECK(scene.desk.wishes.empty());
  CHECK(scene.post(base::as_bytes("no message")).status == 400);
  CHECK(scene.post(good).status == 400);
  CHECK(scene.post(scene.message(device, good, "19", "")).status == 400);
  CHECK(scene.post(scene.message(device, good, "19", "a b")).status == 400);
  CHECK(scene.post(scene.message(device, good, "19"), "/scep/../x").status == 404);
}

TEST_CASE("what waits is pending, and is asked after by the key that asked for it alone") {
  Scene scene;
  scene.desk.needs_person = true;
  const auto device = scene.holder("c1", "c1.city.example");
  const auto request = scene.message(device, scene.csr("c1", "c1.city.example", "sesame"), "19");
  const auto reply = scene.ask(request);
  CHECK(reply.status == "3");
  CHECK_FALSE(need(x509::SignedData::from_bytes(reply.octets)).content());
  // IssuerAndSubject is not looked at: the transaction and the key say which
  CHECK(scene.ask(scene.message(device, base::as_bytes("0"), "20")).status == "3");
  const auto thief = scene.holder("c2", "c1.city.example");
  CHECK(scene.ask(scene.message(thief, base::as_bytes("0"), "20")).fail_info == "4");
  scene.desk.needs_person = false;
  const auto certificate = scene.issued(scene.ask(scene.message(device, base::as_bytes("0"), "20")), "c1");
  CHECK(certificate.subject().text() == "CN=c1.city.example");
}

TEST_CASE("openssl reads what the authority shows of itself") {
  Scene scene;
  base::HttpRequest request;
  request.method = "GET";
  request.target = "/scep?operation=GetCACert";
  CHECK_FALSE(scene.service->answer_now(request));
  const auto reply = scene.service->answer(request);
  CHECK(reply.content_type == "application/x-x509-ca-ra-cert");
  test::write_octets(scene.folder.file("p7"), reply.body);
  const auto shown = scene.folder.run("openssl pkcs7 -inform DER -in p7 -print_certs | grep -c BEGIN");
  CHECK(shown.output == "2\n");
  request.target = "/scep?operation=GetCACaps";
  CHECK(base::as_text(scene.service->answer_now(request)->body).find("SCEPStandard") != std::string_view::npos);
  request.target = "/scep?operation=GetNextCACert";
  CHECK(scene.service->answer_now(request)->status == 400);
}
