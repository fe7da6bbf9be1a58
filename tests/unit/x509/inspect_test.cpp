#include "yuxin/x509/inspect.hpp"

#include <doctest/doctest.h>

#include "command.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/der.hpp"

namespace base = yuxin::base;
namespace x509 = yuxin::x509;
namespace der = yuxin::x509::der;
namespace test = yuxin::test;
using x509::Description;
using x509::ObjectKind;

namespace {

bool mentions(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

base::UnixTime at(std::string_view text) {
  const auto time = base::parse_rfc3339(text);
  REQUIRE(time);
  return *time;
}

// inspect one object, some time after the tests were written.
Description one(base::ByteView octets, x509::InspectOptions options = {.now = {1800000000}, .most_entries = 20}) {
  auto described = x509::inspect(octets, options);
  REQUIRE_MESSAGE(described.has_value(), (described ? "" : described.error().detail));
  REQUIRE(described->size() == 1);
  CHECK(described->front().json.at("type").as_string() == x509::object_kind_name(described->front().kind).data());
  return described->front();
}

std::string text_at(const base::Json& json, const char* pointer) {
  boost::system::error_code error;
  const auto* value = json.find_pointer(pointer, error);
  INFO(std::string(pointer));
  REQUIRE(value != nullptr);
  REQUIRE(value->is_string());
  return std::string(value->as_string());
}

std::string after_equals(const std::string& line) {
  std::string value = line.substr(line.find('=') + 1);
  if (!value.empty() && value.back() == '\n') value.pop_back();
  return value;
}

std::string without_colons(std::string text) {
  std::erase(text, ':');
  return base::hex(*base::from_hex(text));
}

// A certificate whose extensions are given, valid in November 2026, with a signature that nobody checks.
base::Bytes certificate_with(const std::vector<base::Bytes>& extensions, std::string_view subject = "CN=x") {
  const auto name = x509::Name::parse(subject);
  REQUIRE(name);
  const auto algorithm = base::from_hex("300a06082a8648ce3d040302");
  const auto key = base::from_hex("300a300506032b6570030100");
  const base::Bytes tbs = x509::make_tbs_certificate({.serial = *x509::Serial::parse("3F9A77C201"),
                                                      .signature_algorithm = *algorithm,
                                                      .issuer = x509::Name::parse("CN=Issuer")->der(),
                                                      .not_before = at("2026-11-01T00:00:00Z"),
                                                      .not_after = at("2026-12-01T00:00:00Z"),
                                                      .subject = name->der(),
                                                      .spki = *key,
                                                      .extensions = {extensions.begin(), extensions.end()}});
  return x509::join_signature(tbs, *algorithm, base::Bytes{0});
}

}  // namespace

TEST_CASE("a certificate is described as OpenSSL prints it") {
  const test::TemporaryFolder folder;
  const auto made = folder.run(
      "openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -utf8 -days 30 -set_serial 0x3F9A77C201 "
      "-subj '/C=CN/O=测试市/CN=portal' -addext keyUsage=critical,digitalSignature,keyEncipherment "
      "-addext extendedKeyUsage=serverAuth -addext subjectAltName=DNS:a.test,IP:192.0.2.1 "
      "-addext certificatePolicies=1.2.3.4 -addext crlDistributionPoints=URI:http://crl.test/a "
      "-addext 'authorityInfoAccess=OCSP;URI:http://ocsp.test/' -addext tlsfeature=status_request");
  REQUIRE_MESSAGE(made.status == 0, made.output);
  const auto pem = test::read_octets(folder.file("c.pem"));
  const auto certificate = x509::Certificate::from_bytes(pem);
  REQUIRE(certificate);
  const Description description = one(pem, {.now = certificate->not_after() - base::days(27), .most_entries = 20});
  CHECK(description.kind == ObjectKind::kCertificate);
  const base::Json& json = description.json;
  CHECK(text_at(json, "/subject") == "C=CN, O=测试市, CN=portal");
  CHECK(text_at(json, "/serial") == after_equals(folder.run("openssl x509 -in c.pem -noout -serial").output));
  CHECK(text_at(json, "/fingerprints/sha256") ==
        without_colons(after_equals(folder.run("openssl x509 -in c.pem -noout -fingerprint -sha256").output)));
  CHECK(text_at(json, "/fingerprints/sha1") ==
        without_colons(after_equals(folder.run("openssl x509 -in c.pem -noout -fingerprint -sha1").output)));
  CHECK(text_at(json, "/fingerprints/sm3") ==
        without_colons(after_equals(folder.run("openssl x509 -in c.pem -noout -fingerprint -sm3").output)));
  CHECK(text_at(json, "/public_key/kind") == "rsa:2048");
  CHECK(
      text_at(json, "/public_key/spki_sha256") ==
      folder.run("openssl x509 -in c.pem -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -c1-64")
          .output.substr(0, 64));
  CHECK(text_at(json, "/signature_algorithm") == "sha256WithRSAEncryption");
  CHECK(text_at(json, "/not_after") == base::rfc3339(certificate->not_after()));
  CHECK(text_at(json, "/state") == "valid");
  CHECK(json.at("self_signed").as_bool());
  CHECK(json.at("version").as_int64() == 3);
  CHECK(json.at("extensions").as_array().size() == 10);

  const std::string& text = description.text;
  for (const std::string_view part :
       {"C=CN, O=测试市, CN=portal", "3F9A 77C2 01", "RSA, 2048 bits", "ends in 27 days",
        "yes, the signature is good", "key usage, critical", "digitalSignature, keyEncipherment", "serverAuth",
        "dns:a.test", "ip:192.0.2.1", "1.2.3.4", "uri:http://crl.test/a", "ocsp uri:http://ocsp.test/",
        "status_request", "certificate authority"}) {
    CHECK_MESSAGE(mentions(text, part), part);
  }
  CHECK(one(certificate->der()).json.at("subject") == json.at("subject"));
  CHECK(one(base::as_bytes(base::base64(certificate->der()))).json.at("subject") == json.at("subject"));
}

TEST_CASE("how the validity stands to now is said in words") {
  const base::Bytes certificate = certificate_with({});
  CHECK(mentions(one(certificate, {.now = at("2026-10-31T00:00:00Z")}).text, "not yet valid: begins in 1 day"));
  CHECK(mentions(one(certificate, {.now = at("2026-11-28T00:00:00Z")}).text, "ends in 3 days"));
  CHECK(mentions(one(certificate, {.now = at("2026-12-06T00:00:00Z")}).text, "expired 5 days ago"));
  CHECK(text_at(one(certificate, {.now = at("2026-12-06T00:00:00Z")}).json, "/state") == "expired");
  CHECK(text_at(one(certificate, {.now = at("2026-10-06T00:00:00Z")}).json, "/state") == "not-yet-valid");
}

TEST_CASE("the text is Chinese when the process is") {
  base::set_language(base::Language::kChinese);
  const std::string text = one(certificate_with({}), {.now = at("2026-11-28T00:00:00Z")}).text;
  base::set_language(base::Language::kEnglish);
  CHECK_MESSAGE(text.starts_with("证书\n"), text);
  CHECK(mentions(text, "主体"));
  CHECK(mentions(text, "3 天"));
}

TEST_CASE("unknown extensions are hexadecimal, malformed ones are marked, and none is left out") {
  const base::Bytes unknown_oid = *base::from_hex("2a0304");
  const base::Bytes value = *base::from_hex("300602010a0101ff");
  const Description description =
      one(certificate_with({x509::extension(unknown_oid, x509::Critical::kYes, value),
                            x509::extension(x509::oid::kKeyUsage, x509::Critical::kNo, *base::from_hex("0500")),
                            x509::extension(*x509::oid_from_dotted("2.16.840.1.113730.1.13"), x509::Critical::kNo,
                                            *base::from_hex("16026f6b"))}));
  const auto& extensions = description.json.at("extensions").as_array();
  REQUIRE(extensions.size() == 3);
  CHECK(text_at(extensions[0], "/oid") == "1.2.3.4");
  CHECK(text_at(extensions[0], "/der") == "300602010a0101ff");
  CHECK(extensions[0].at("critical").as_bool());
  CHECK(mentions(description.text, "1.2.3.4, critical"));
  CHECK(mentions(description.text, "300602010a0101ff"));
  CHECK(extensions[1].at("malformed").as_bool());
  CHECK(mentions(description.text, "malformed"));
  CHECK(mentions(description.text, "netscapeComment"));
  CHECK(text_at(extensions[2], "/value") == "ok");
}

TEST_CASE("what could lie on a screen is escaped") {
  const x509::GeneralName name{x509::GeneralNameKind::kUri, "", *base::from_hex("687474703a2f2f1b5b324a0a")};
  const Description description =
      one(certificate_with({x509::make_subject_alt_name(x509::Critical::kNo, {name})}, "CN=a\\, b"));
  CHECK(mentions(description.text, "uri:http://\\1B[2J\\0A"));
  CHECK(description.text.find('\x1b') == std::string::npos);
  CHECK(mentions(description.text, "CN=a\\, b"));
}

TEST_CASE("a request is described with the proof of possession") {
  const test::TemporaryFolder folder;
  REQUIRE(folder
              .run("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout k.pem -outform DER "
                   "-out r.der -subj /CN=portal -addext subjectAltName=DNS:a.test")
              .status == 0);
  auto octets = test::read_octets(folder.file("r.der"));
  const Description good = one(octets);
  CHECK(good.kind == ObjectKind::kRequest);
  CHECK(good.json.at("possession_proven").as_bool());
  CHECK(text_at(good.json, "/public_key/kind") == "ec:P-384");
  CHECK(text_at(good.json, "/extensions/0/value/0") == "dns:a.test");
  CHECK(mentions(good.text, "good: the applicant's key signed this request"));
  octets[base::as_text(octets).find("portal")] = 'P';
  const Description bad = one(octets);
  CHECK_FALSE(bad.json.at("possession_proven").as_bool());
  CHECK(mentions(bad.text, "BAD"));
}

TEST_CASE("a revocation list is described with its first entries") {
  const test::TemporaryFolder folder;
  const auto made = folder.run(
      "printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=db\\ncrlnumber=n\\ndefault_md=sha256\\ndefault_crl_days=7\\n' > "
      "c.cnf "
      "&& echo 29 > n && printf 'R\\t301231235959Z\\t261122100411Z,keyCompromise\\t3F9A77C201\\tunknown\\t/CN=a\\n"
      "R\\t301231235959Z\\t261121100411Z\\t02\\tunknown\\t/CN=b\\n' > db && "
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -out ca.pem -subj /CN=CA "
      "&& "
      "openssl ca -config c.cnf -gencrl -keyfile k.pem -cert ca.pem -out list.pem");
  REQUIRE_MESSAGE(made.status == 0, made.output);
  const auto octets = test::read_octets(folder.file("list.pem"));
  const Description all = one(octets);
  CHECK(all.kind == ObjectKind::kCrl);
  CHECK(text_at(all.json, "/issuer") == "CN=CA");
  CHECK(all.json.at("entry_count").to_number<int>() == 2);
  CHECK(text_at(all.json, "/entries/0/serial") == "02");
  CHECK(text_at(all.json, "/entries/1/serial") == "3F9A77C201");
  CHECK(text_at(all.json, "/entries/1/reason") == "keyCompromise");
  CHECK(text_at(all.json, "/entries/1/revoked_at") == "2026-11-22T10:04:11Z");
  CHECK(all.json.at("extensions").at(0).at("value").to_number<int>() == 41);
  CHECK(mentions(all.text, "3F9A 77C2 01"));
  const Description first = one(octets, {.now = {1800000000}, .most_entries = 1});
  CHECK(first.json.at("entries").as_array().size() == 1);
  CHECK(first.json.at("entry_count").to_number<int>() == 2);
  CHECK(mentions(first.text, "2, of which the first 1"));
}

TEST_CASE("an OCSP response by OpenSSL is described") {
  const test::TemporaryFolder folder;
  const auto made = folder.run(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -out ca.pem -subj /CN=CA "
      "-set_serial 7 && printf 'R\\t301231235959Z\\t261122100411Z,keyCompromise\\t07\\tunknown\\t/CN=a\\n' > db && "
      "openssl ocsp -issuer ca.pem -cert ca.pem -reqout q.der -no_nonce && "
      "openssl ocsp -index db -CA ca.pem -rsigner ca.pem -rkey k.pem -reqin q.der -respout r.der -ndays 3");
  REQUIRE_MESSAGE(made.status == 0, made.output);
  const Description description = one(test::read_octets(folder.file("r.der")));
  CHECK(description.kind == ObjectKind::kOcspResponse);
  CHECK(text_at(description.json, "/response_status") == "successful");
  CHECK(text_at(description.json, "/responder_name") == "CN=CA");
  CHECK(text_at(description.json, "/answers/0/status") == "revoked");
  CHECK(text_at(description.json, "/answers/0/serial") == "07");
  CHECK(text_at(description.json, "/answers/0/reason") == "keyCompromise");
  CHECK(text_at(description.json, "/answers/0/revoked_at") == "2026-11-22T10:04:11Z");
  CHECK(text_at(description.json, "/certificates/0/subject") == "CN=CA");
  const Description later = one(*base::from_hex("30030a0103"));
  CHECK(text_at(later.json, "/response_status") == "tryLater");
}

namespace {

constexpr std::string_view kSigner =
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -out c.pem -subj /CN=Signer "
    "-set_serial 0x1234 -addext extendedKeyUsage=critical,timeStamping && printf hello > m && ";

}  // namespace

TEST_CASE("signed and encrypted messages by OpenSSL are described") {
  const test::TemporaryFolder folder;
  const auto made = folder.run(
      std::string(kSigner) +
      "openssl cms -sign -nodetach -binary -in m -signer c.pem -inkey k.pem -outform DER -out s.der && "
      "openssl cms -sign -binary -in m -signer c.pem -inkey k.pem -keyid -outform PEM -out d.pem && "
      "openssl req -x509 -newkey rsa:2048 -nodes -keyout rk.pem -out r.pem -subj /CN=Reader -set_serial 9 && "
      "openssl cms -encrypt -binary -in m -aes-256-cbc -outform DER -out e.der r.pem && "
      "openssl crl2pkcs7 -nocrl -certfile c.pem -certfile r.pem -out p.pem");
  REQUIRE_MESSAGE(made.status == 0, made.output);
  const Description message = one(test::read_octets(folder.file("s.der")));
  CHECK(message.kind == ObjectKind::kCms);
  CHECK(text_at(message.json, "/message_type") == "signedData");
  CHECK_FALSE(message.json.at("detached").as_bool());
  CHECK(message.json.at("content_size").to_number<int>() == 5);
  CHECK(text_at(message.json, "/digest_algorithms/0") == "sha256");
  CHECK(text_at(message.json, "/signers/0/issuer") == "CN=Signer");
  CHECK(text_at(message.json, "/signers/0/serial") == "1234");
  CHECK(text_at(message.json, "/signers/0/signature_algorithm") == "ecdsa-with-SHA256");
  // sha256sum of "hello"
  CHECK(text_at(message.json, "/signers/0/signed_attributes/messageDigest/0") ==
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  CHECK(text_at(message.json, "/certificates/0/subject") == "CN=Signer");

  const Description detached = one(test::read_octets(folder.file("d.pem")));
  CHECK(detached.json.at("detached").as_bool());
  CHECK(mentions(detached.text, "detached"));
  CHECK(text_at(detached.json, "/signers/0/key_identifier").size() == 40);

  const Description encrypted = one(test::read_octets(folder.file("e.der")));
  CHECK(text_at(encrypted.json, "/message_type") == "envelopedData");
  CHECK(text_at(encrypted.json, "/content_encryption_algorithm") == "aes256-CBC");
  CHECK(text_at(encrypted.json, "/recipients/0/issuer") == "CN=Reader");
  CHECK(text_at(encrypted.json, "/recipients/0/serial") == "09");

  const Description bag = one(test::read_octets(folder.file("p.pem")));
  CHECK(bag.json.at("signer_count").to_number<int>() == 0);
  CHECK(bag.json.at("certificates").as_array().size() == 2);
}

TEST_CASE("time stamps by OpenSSL are described, and refusals with their reason") {
  const test::TemporaryFolder folder;
  const auto made = folder.run(
      std::string(kSigner) +
      "printf '[tsa]\\ndefault_tsa=t\\n[t]\\nserial=ser\\nsigner_cert=c.pem\\ncerts=c.pem\\nsigner_key=k.pem\\n"
      "signer_digest=sha256\\ndefault_policy=1.2.3.4.1\\ndigests=sha256\\naccuracy=secs:1,millisecs:500,microsecs:"
      "100\\n"
      "clock_precision_digits=3\\ntsa_name=yes\\n' > t.cnf && echo 0A > ser && "
      "openssl ts -query -data m -sha256 -cert -out q.tsq && openssl ts -reply -config t.cnf -queryfile q.tsq -out "
      "r.tsr && "
      "openssl ts -reply -in r.tsr -token_out -out t.der && openssl ts -query -data m -sha512 -out q2.tsq && "
      "openssl ts -reply -config t.cnf -queryfile q2.tsq -out r2.tsr; openssl ts -reply -in r.tsr -text > text");
  const Description response = one(test::read_octets(folder.file("r.tsr")));
  REQUIRE_MESSAGE(response.kind == ObjectKind::kTimeStampResponse, made.output);
  CHECK(text_at(response.json, "/status") == "granted");
  const Description token = one(test::read_octets(folder.file("t.der")));
  CHECK(token.kind == ObjectKind::kTimeStampToken);
  CHECK(text_at(response.json, "/token/tst_info/generated_at") == text_at(token.json, "/tst_info/generated_at"));
  CHECK(text_at(token.json, "/tst_info/digest") ==
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  CHECK(text_at(token.json, "/tst_info/digest_algorithm") == "sha256");
  CHECK(text_at(token.json, "/tst_info/serial") == "0B");  // OpenSSL counts before it uses
  CHECK(text_at(token.json, "/tst_info/policy") == "1.2.3.4.1");
  CHECK(text_at(token.json, "/tst_info/tsa") == "dirname:CN=Signer");
  CHECK(token.json.at("tst_info").at("accuracy_microseconds").to_number<int>() == 1500100);
  const std::string nonce = text_at(token.json, "/tst_info/nonce");
  const std::string shown(base::as_text(test::read_octets(folder.file("text"))));
  CHECK_MESSAGE(mentions(base::hex(base::as_bytes(shown)), base::hex(base::as_bytes("Accuracy: 0x01 seconds"))),
                shown);
  CHECK(nonce.size() >= 8);

  const Description refused = one(test::read_octets(folder.file("r2.tsr")));
  CHECK(text_at(refused.json, "/status") == "rejection");
  CHECK(text_at(refused.json, "/failure") == "badAlg");
}

namespace {

// An attribute certificate by hand from RFC 5755 section 4.1: holder by certificate, two attributes, one extension.
base::Bytes attribute_certificate() {
  const auto names = [](std::string_view text) {
    const auto directory = x509::parse_general_name("dirname:" + std::string(text));
    REQUIRE(directory);
    der::Writer writer;
    writer.element(der::constructed_tag(4), directory->content);
    return writer.take();
  };
  der::Writer writer;
  const auto info = writer.open(der::kSequence);
  writer.integer(1);
  const auto holder = writer.open(der::kSequence);
  const auto base_certificate = writer.open(der::constructed_tag(0));
  writer.element(der::kSequence, names("CN=Issuing CA"));
  writer.integer(0x1234);
  writer.close(base_certificate);
  writer.close(holder);
  const auto issuer = writer.open(der::constructed_tag(0));
  writer.element(der::kSequence, names("CN=Attribute Authority"));
  writer.close(issuer);
  writer.raw(*base::from_hex("300a06082a8648ce3d040302"));
  writer.integer(77);
  const auto validity = writer.open(der::kSequence);
  writer.generalized_time(at("2026-11-01T00:00:00Z"));
  writer.generalized_time(at("2026-12-01T00:00:00Z"));
  writer.close(validity);
  const auto attributes = writer.open(der::kSequence);
  // role 2.5.4.72: RoleSyntax with roleName [1] URI urn:role:auditor
  writer.raw(*base::from_hex("301d060355044831163014a112861075726e3a726f6c653a61756469746f72"));
  writer.close(attributes);
  const auto extensions = writer.open(der::kSequence);
  writer.raw(*base::from_hex("30090603551d3804020500"));  // noRevAvail
  writer.close(extensions);
  writer.close(info);
  return x509::join_signature(writer.view(), *base::from_hex("300a06082a8648ce3d040302"), base::Bytes{0});
}

}  // namespace

TEST_CASE("an attribute certificate is described") {
  const Description description = one(attribute_certificate(), {.now = at("2026-11-28T00:00:00Z")});
  CHECK(description.kind == ObjectKind::kAttributeCertificate);
  CHECK(text_at(description.json, "/holder/certificate_issuer/0") == "dirname:CN=Issuing CA");
  CHECK(text_at(description.json, "/holder/certificate_serial") == "1234");
  CHECK(text_at(description.json, "/issuer/0") == "dirname:CN=Attribute Authority");
  CHECK(text_at(description.json, "/serial") == "4D");
  CHECK(text_at(description.json, "/attributes/0/oid") == "2.5.4.72");
  CHECK(text_at(description.json, "/attributes/0/values/0") == "uri:urn:role:auditor");
  CHECK(text_at(description.json, "/state") == "valid");
  CHECK(text_at(description.json, "/extensions/0/oid") == "2.5.29.56");
  CHECK(mentions(description.text, "uri:urn:role:auditor"));
}

TEST_CASE("of private keys nothing is shown") {
  const test::TemporaryFolder folder;
  REQUIRE(folder
              .run("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k.pem && "
                   "openssl pkey -in k.pem -outform DER -out k.der && openssl ec -in k.pem -out sec1.pem && "
                   "openssl ec -in k.pem -outform DER -out sec1.der && "
                   "openssl pkcs8 -topk8 -in k.pem -passout pass:x -out e.pem && "
                   "openssl pkcs8 -topk8 -in k.pem -passout pass:x -outform DER -out e.der")
              .status == 0);
  for (const std::string_view file : {"k.pem", "k.der", "sec1.pem", "sec1.der", "e.pem", "e.der"}) {
    CAPTURE(std::string(file));
    const auto refused = x509::inspect(test::read_octets(folder.file(file)), {.now = {}});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == base::Code::kRefused);
  }
}

TEST_CASE("public keys, and files of several objects, are described") {
  const test::TemporaryFolder folder;
  REQUIRE(folder
              .run("openssl genpkey -algorithm ed25519 -out k.pem && openssl pkey -in k.pem -pubout -out p.pem && "
                   "openssl req -x509 -key k.pem -subj /CN=a -out c.pem && cat c.pem p.pem c.pem > all.pem")
              .status == 0);
  CHECK(text_at(one(test::read_octets(folder.file("p.pem"))).json, "/public_key/kind") == "ed25519");
  const auto all = x509::inspect(test::read_octets(folder.file("all.pem")), {.now = {}});
  REQUIRE(all);
  REQUIRE(all->size() == 3);
  CHECK(all->at(1).kind == ObjectKind::kPublicKey);
}

TEST_CASE("what is nothing of these is refused") {
  for (const std::string_view text :
       {"", "hello", "0", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "-----BEGIN ", "MAA="}) {
    CAPTURE(std::string(text));
    const auto refused = x509::inspect(base::as_bytes(text), {.now = {}});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == base::Code::kMalformed);
  }
  const auto ber = x509::inspect(*base::from_hex("308006092a864886f70d010702a0800000"), {.now = {}});
  REQUIRE_FALSE(ber.has_value());
  CHECK(mentions(ber.error().detail, "BER"));
}

TEST_CASE("objects that are cut short are refused") {
  for (const base::Bytes& whole : {attribute_certificate(), certificate_with({})}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CHECK_FALSE(x509::inspect({whole.data(), size}, {.now = {}}).has_value());
    }
  }
}
