// EST against a desk that issues at once, or says that a person must look. openssl reads what comes back.
#include "yuxin/ra/est.hpp"

#include <doctest/doctest.h>

#include <map>

#include "small_ca.hpp"

using namespace yuxin;
using test::need;

namespace {

constexpr std::string_view kClients = R"([[client]]
name        = "meters"
protocols   = ["est"]
profiles    = ["device"]
names_under = ["city.example"]
secret      = "sha256:d0c04f4b1951e4aeaaec8223ed2039e542f3aae805a6fa7f6d794e5afff5d272"
[[client]]
name        = "cameras"
protocols   = ["scep"]
profiles    = ["device"]
names_under = ["city.example"]
secret      = "sha256:d0c04f4b1951e4aeaaec8223ed2039e542f3aae805a6fa7f6d794e5afff5d272"
)";
// "meters:sesame", "meters:wrong", "cameras:sesame", by base64(1).
constexpr std::string_view kMeters = "Basic bWV0ZXJzOnNlc2FtZQ==";
constexpr std::string_view kWrong = "Basic bWV0ZXJzOndyb25n";
constexpr std::string_view kCameras = "Basic Y2FtZXJhczpzZXNhbWU=";

class SmallDesk final : public ra::MachineDesk {
 public:
  base::Result<ra::MachineAnswer> enrol(const ra::MachineWish& wish) override {
    wishes.push_back(wish.profile + " " + wish.client);
    if (needs_person && wish.if_person_needed == ra::IfPersonNeeded::kRefuse)
      return base::fail(base::Code::kNotAuthorised, "A person is needed.");
    if (needs_person) return ra::MachineAnswer(ra::Waiting{"R-7", base::Seconds{300}});
    TRY(auto prepared, ca.issuer->prepare(test::shipped(wish.profile), wish.enrolment, {"est:" + wish.client}));
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
  base::Result<> may_begin(std::string_view /*client*/, std::string_view /*profile*/) override {
    if (had_enough) return base::fail(base::Code::kRefused, "Enough for a day.");
    return {};
  }
  test::SmallCa ca;
  bool had_enough = false;
  bool needs_person = false;
  std::vector<std::string> wishes;
  std::map<std::string, ra::Held> known;
};

struct Scene {
  Scene() {
    std::vector<ca::Profile> profiles;
    for (const auto* name : {"device", "tls-server"}) profiles.push_back(*test::shipped(name));
    service.emplace(
        ra::EstParts{&desk, [clients = need(ra::MachineClients::parse(kClients, "clients.toml"))] { return clients; },
                     ca::ProfileSet::of(std::move(profiles))});
  }
  base::HttpReply ask(const base::HttpRequest& request) {
    if (auto now = service->answer_now(request)) return std::move(*now);
    return service->answer(request);
  }
  base::HttpReply get(std::string_view path) {
    base::HttpRequest request;
    request.method = "GET";
    request.target = path;
    return ask(request);
  }
  base::HttpReply post(std::string_view path, std::string_view body, std::string_view authorization,
                       base::ByteView certificate = {}) {
    base::HttpRequest request;
    request.method = "POST";
    request.target = path;
    request.content_type = "application/pkcs10";
    request.body = base::as_bytes(body);
    request.authorization = authorization;
    request.peer_certificate = certificate;
    return ask(request);
  }
  // certificate gives what openssl finds in a certs-only reply.
  x509::Certificate certificate(const base::HttpReply& reply) {
    test::write_octets(folder.file("reply"), reply.body);
    const auto shown = folder.run(
        "openssl base64 -d -in reply | openssl pkcs7 -inform DER -print_certs -out out.pem && "
        "grep -c BEGIN out.pem");
    REQUIRE(shown.output == "1\n");
    return need(x509::Certificate::from_bytes(test::read_octets(folder.file("out.pem"))));
  }
  // csr makes a request by openssl, as base64 without armour.
  std::string csr(const std::string& host, const std::string& more = {}) {
    const auto made = folder.run(
        "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem "
        "-subj /CN=" +
        host + " -addext subjectAltName=DNS:" + host + " " + more +
        " -outform DER -out csr 2>/dev/null && openssl base64 -in csr");
    REQUIRE(made.status == 0);
    return made.output;
  }

  SmallDesk desk;
  std::optional<ra::EstService> service;
  test::TemporaryFolder folder;
};

std::string text_of(const base::HttpReply& reply) { return std::string(base::as_text(reply.body)); }
std::string field(const base::HttpReply& reply, std::string_view name) {
  for (const auto& [key, value] : reply.fields) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace

TEST_CASE("openssl reads the authority's certificates") {
  Scene scene;
  const auto reply = scene.get("/.well-known/est/cacerts");
  CHECK(reply.status == 200);
  CHECK(reply.content_type == "application/pkcs7-mime; smime-type=certs-only");
  CHECK(field(reply, "Content-Transfer-Encoding") == "base64");
  CHECK(base::equal(scene.certificate(reply).der(), scene.desk.ca.certificate->der()));
}

TEST_CASE("a client with its secret is given a certificate for its own key") {
  Scene scene;
  const auto reply = scene.post("/.well-known/est/simpleenroll", scene.csr("m1.city.example"), kMeters);
  REQUIRE_MESSAGE(reply.status == 200, text_of(reply));
  const auto certificate = scene.certificate(reply);
  CHECK(certificate.subject().text() == "CN=m1.city.example");
  test::write_octets(scene.folder.file("c.pem"), base::to_bytes(base::as_bytes(certificate.pem())));
  CHECK(
      scene.folder.run("test \"$(openssl pkey -in key.pem -pubout)\" = \"$(openssl x509 -in c.pem -noout -pubkey)\"")
          .status == 0);
  CHECK(scene.desk.wishes == std::vector<std::string>{"device meters"});
}

TEST_CASE("without the secret of a client of this protocol there is a challenge and no certificate") {
  Scene scene;
  const auto csr = scene.csr("m1.city.example");
  for (const auto authorization : {std::string_view(), kWrong, kCameras, std::string_view("Basic !!"),
                                   std::string_view("Bearer x"), std::string_view("Basic bWV0ZXJz")}) {
    CAPTURE(authorization);
    const auto reply = scene.post("/.well-known/est/simpleenroll", csr, authorization);
    CHECK(reply.status == 401);
    CHECK(field(reply, "WWW-Authenticate") == "Basic realm=\"est\", charset=\"UTF-8\"");
  }
  CHECK(scene.desk.wishes.empty());
}

TEST_CASE("what a client may not have is refused in words, and nothing is asked of the desk") {
  Scene scene;
  const auto enrol = "/.well-known/est/simpleenroll";
  const auto good = scene.csr("m1.city.example");
  CHECK(scene.post(enrol, scene.csr("m1.other.example"), kMeters).status == 400);
  CHECK(scene.post("/.well-known/est/tls-server/simpleenroll", good, kMeters).status == 403);
  CHECK(scene.post(enrol, "", kMeters).status == 400);
  CHECK(scene.post(enrol, "AAAA", kMeters).status == 400);
  CHECK(scene.post(enrol, good + "AAAA", kMeters).status == 400);
  CHECK(scene.post("/.well-known/est/nothing", good, kMeters).status == 404);
  CHECK(scene.post("/.well-known/est/a/b/simpleenroll", good, kMeters).status == 404);
  CHECK(scene.post("/.well-known/est/../simpleenroll", good, kMeters).status == 404);
  CHECK(scene.post("/.well-known/est/cacerts", good, kMeters).status == 405);
  CHECK(scene.get(enrol).status == 405);
  base::HttpRequest request;
  request.method = "POST";
  request.target = enrol;
  request.content_type = "text/plain";
  CHECK(scene.ask(request).status == 415);
  CHECK(scene.desk.wishes.empty());
}

TEST_CASE("a request whose signature is wrong is refused by the authority, and the client is told") {
  Scene scene;
  auto octets = *base::from_base64(scene.csr("m1.city.example"));
  octets.back() ^= 1U;
  const auto reply = scene.post("/.well-known/est/simpleenroll", base::base64(octets), kMeters);
  CHECK(reply.status == 400);
}

TEST_CASE("a certificate renews itself, with the same names, while it is in force") {
  Scene scene;
  const auto first =
      scene.certificate(scene.post("/.well-known/est/simpleenroll", scene.csr("m1.city.example"), kMeters));
  const auto name = base::hex(first.sha256_fingerprint());
  const auto renew = "/.well-known/est/simplereenroll";
  const auto again = scene.csr("m1.city.example");

  const auto stranger = scene.post(renew, again, {}, first.der());
  CHECK(stranger.status == 403);
  CHECK(text_of(stranger).find("was not issued here") != std::string::npos);
  scene.desk.known[name] = {"device", false};
  CHECK(text_of(scene.post(renew, again, {}, first.der())).find("revoked, on hold or expired") != std::string::npos);

  scene.desk.known[name] = {"device", true};
  const auto reply = scene.post(renew, again, {}, first.der());
  REQUIRE_MESSAGE(reply.status == 200, text_of(reply));
  CHECK(scene.certificate(reply).subject().same(first.subject()));
  CHECK(scene.desk.wishes.back() == "device meters");
  CHECK(scene.post(renew, scene.csr("m2.city.example"), {}, first.der()).status == 400);
  CHECK(scene.post("/.well-known/est/tls-server/simplereenroll", again, {}, first.der()).status == 400);
  CHECK(scene.post(renew, again, kMeters).status == 403);  // by secret, where clients.toml says by certificate
  CHECK(scene.post(renew, again, {}).status == 401);
}

TEST_CASE("what a person must look at first waits, and says how long") {
  Scene scene;
  scene.desk.needs_person = true;
  const auto reply = scene.post("/.well-known/est/simpleenroll", scene.csr("m1.city.example"), kMeters);
  CHECK(reply.status == 202);
  CHECK(field(reply, "Retry-After") == "300");
  CHECK(text_of(reply).find("case R-7") != std::string::npos);
}

TEST_CASE("a key is made for a client that has none, of the kind of the request's") {
  Scene scene;
  const auto reply = scene.post("/.well-known/est/serverkeygen", scene.csr("m1.city.example"), kMeters);
  REQUIRE_MESSAGE(reply.status == 200, text_of(reply));
  const std::string boundary = reply.content_type.substr(reply.content_type.find("boundary=") + 9);
  CHECK(reply.content_type.starts_with("multipart/mixed; boundary="));
  test::write_octets(scene.folder.file("reply"), reply.body);
  // Python's own MIME reader takes it apart, openssl reads the parts.
  const auto read = scene.folder.run(
      "python3 -c \"import email,sys; m=email.message_from_bytes(b'Content-Type: " + reply.content_type +
      "\\r\\n\\r\\n'+open('reply','rb').read()); p=m.get_payload(); print([x.get_content_type() for x in p]); "
      "open('key','wb').write(p[0].get_payload(decode=True)); open('p7','wb').write(p[1].get_payload(decode=True))\" "
      "&& "
      "openssl pkcs7 -inform DER -in p7 -print_certs -out c.pem && "
      "test \"$(openssl pkey -inform DER -in key -pubout)\" = \"$(openssl x509 -in c.pem -noout -pubkey)\" && "
      "test \"$(openssl pkey -inform DER -in key -pubout)\" != \"$(openssl pkey -in key.pem -pubout)\"");
  CHECK(read.status == 0);
  CHECK(read.output == "['application/pkcs8', 'application/pkcs7-mime']\n");
  CHECK(boundary.size() == 32);

  // It cannot be brought again with the same key, so that it does not wait.
  scene.desk.needs_person = true;
  CHECK(scene.post("/.well-known/est/serverkeygen", scene.csr("m1.city.example"), kMeters).status == 403);
}

TEST_CASE("no key is made that the profile or the desk would refuse afterwards") {
  Scene scene;
  const auto p521 = scene.folder.run(
      "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-521 -nodes -keyout k.pem -subj /CN=m1.city.example "
      "-addext subjectAltName=DNS:m1.city.example -outform DER -out csr 2>/dev/null && openssl base64 -in csr");
  const auto of_another_kind = scene.post("/.well-known/est/serverkeygen", p521.output, kMeters);
  CHECK(of_another_kind.status == 400);
  CHECK(text_of(of_another_kind).find("profile device accepts") != std::string::npos);
  scene.desk.had_enough = true;
  const auto too_many = scene.post("/.well-known/est/serverkeygen", scene.csr("m1.city.example"), kMeters);
  CHECK(text_of(too_many) == "Enough for a day.\n");
  CHECK(scene.desk.wishes.empty());
}

TEST_CASE("the keys that a profile takes are said as attributes, and nothing where no profile is named") {
  Scene scene;
  CHECK(scene.get("/.well-known/est/csrattrs").status == 204);
  CHECK(scene.get("/.well-known/est/no-such/csrattrs").status == 404);
  const auto reply = scene.get("/.well-known/est/device/csrattrs");
  CHECK(reply.status == 200);
  CHECK(reply.content_type == "application/csrattrs");
  test::write_octets(scene.folder.file("reply"), reply.body);
  const auto shown = scene.folder.run(
      "openssl base64 -d -in reply | openssl asn1parse -inform DER | sed -n 's/.*OBJECT *:\\(.*\\)/\\1/p' | tr '\\n' "
      "' '");
  CHECK(shown.output ==
        "id-ecPublicKey prime256v1 id-ecPublicKey secp384r1 rsaEncryption ED25519 ED448 id-ecPublicKey sm2 ");
}
