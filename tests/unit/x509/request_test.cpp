#include "yuxin/x509/request.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "command.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/der.hpp"

namespace base = yuxin::base;
namespace x509 = yuxin::x509;
namespace der = yuxin::x509::der;
namespace oid = yuxin::x509::oid;
namespace test = yuxin::test;
using x509::CertificateRequest;

namespace {

bool mentions(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

CertificateRequest read_request(const std::string& file) {
  auto request = CertificateRequest::from_bytes(test::read_octets(file));
  REQUIRE_MESSAGE(request.has_value(), (request ? "" : request.error().detail));
  return *request;
}

std::shared_ptr<const x509::Signer> new_signer(std::string_view kind) {
  const auto parsed = x509::parse_key_kind(kind);
  REQUIRE(parsed);
  auto key = x509::PrivateKey::generate(*parsed);
  REQUIRE(key);
  auto signer = key->signer(x509::default_signature(*parsed));
  REQUIRE(signer);
  return *signer;
}

x509::Name name(std::string_view text) {
  auto parsed = x509::Name::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

base::Bytes good_request(const x509::Signer& signer) {
  const auto dns = x509::parse_general_name("dns:a.test");
  REQUIRE(dns);
  auto made = x509::make_request(name("C=CN, O=Test City, CN=Sub CA"),
                                 {x509::make_subject_alt_name(x509::Critical::kNo, {*dns}),
                                  x509::make_key_usage(x509::Critical::kYes, x509::kKeyCertSign)},
                                 signer);
  REQUIRE(made);
  return *made;
}

// A CertificationRequest with these attributes (DER of each) and a good signature.
base::Bytes with_attributes(const x509::Signer& signer, const std::vector<base::Bytes>& attributes) {
  der::Writer writer;
  const auto info = writer.open(der::kSequence);
  writer.integer(0);
  writer.raw(name("CN=x").der());
  writer.raw(signer.public_key().spki());
  const auto set = writer.open(der::constructed_tag(0));
  for (const auto& attribute : attributes) writer.raw(attribute);
  writer.close(set);
  writer.close(info);
  const auto signature = signer.sign(writer.view());
  REQUIRE(signature);
  return x509::join_signature(writer.view(), x509::scheme(signer.algorithm()).identifier, *signature);
}

base::Bytes extension_request(const base::Bytes& extensions) {
  der::Writer writer;
  const auto attribute = writer.open(der::kSequence);
  writer.oid(oid::kExtensionRequest);
  const auto set = writer.open(der::kSet);
  writer.element(der::kSequence, extensions);
  writer.close(set);
  writer.close(attribute);
  return writer.take();
}

}  // namespace

TEST_CASE("requests that OpenSSL made are read and prove possession, for every kind of key") {
  const test::TemporaryFolder folder;
  for (const std::string_view key : {"-newkey rsa:2048", "-newkey ec -pkeyopt ec_paramgen_curve:P-256",
                                     "-newkey ec -pkeyopt ec_paramgen_curve:P-384", "-newkey ed25519",
                                     "-newkey ed448", "-newkey sm2 -sm3 -sigopt distid:1234567812345678"}) {
    CAPTURE(std::string(key));
    const auto made = folder.run("openssl req -new " + std::string(key) +
                                 " -nodes -keyout k.pem -out r.pem -utf8 -subj '/C=CN/O=测试市/CN=portal' "
                                 "-addext subjectAltName=DNS:a.test,DNS:b.test");
    REQUIRE_MESSAGE(made.status == 0, made.output);
    const auto request = read_request(folder.file("r.pem"));
    CHECK(request.subject().text() == "C=CN, O=测试市, CN=portal");
    CHECK(request.subject_alt_names().size() == 2);
    CHECK(request.subject_alt_names().at(1).value == "b.test");
    const auto proof = request.verify_possession();
    CHECK_MESSAGE(proof.has_value(), (proof ? "" : proof.error().detail + " " + proof.error().diagnostic));
  }
}

TEST_CASE("a request by OpenSSL without attributes is read") {
  const test::TemporaryFolder folder;
  REQUIRE(folder.run("openssl req -new -newkey rsa:2048 -nodes -keyout k.pem -out r.pem -subj /CN=x").status == 0);
  const auto request = read_request(folder.file("r.pem"));
  CHECK(request.extensions().empty());
  CHECK(request.subject_alt_names().empty());
  CHECK(request.verify_possession().has_value());
}

TEST_CASE("OpenSSL accepts the requests that are made here, for every kind of key") {
  const test::TemporaryFolder folder;
  for (const std::string_view kind : {"rsa:2048", "ec:P-256", "ec:P-384", "ed25519", "ed448", "sm2"}) {
    CAPTURE(std::string(kind));
    const auto signer = new_signer(kind);
    test::write_octets(folder.file("r.der"), good_request(*signer));
    const std::string sm2 = kind == "sm2" ? " -vfyopt distid:1234567812345678" : "";
    const auto verified = folder.run("openssl req -inform DER -in r.der -noout -verify -nameopt oneline -text" + sm2);
    CHECK_MESSAGE(verified.status == 0, verified.output);
    CHECK(mentions(verified.output, "verify OK"));
    CHECK(mentions(verified.output, "Subject: C = CN, O = Test City, CN = Sub CA"));
    CHECK(mentions(verified.output, "DNS:a.test"));
    CHECK(mentions(verified.output, "Certificate Sign"));
    CHECK(read_request(folder.file("r.der")).verify_possession().has_value());
  }
}

TEST_CASE("a request whose signature is of another request or key is refused") {
  const auto signer = new_signer("ec:P-256");
  const auto other = new_signer("ec:P-256");
  base::Bytes altered = good_request(*signer);
  constexpr std::string_view kCity = "Test City";
  const auto position = base::as_text(altered).find(kCity);
  REQUIRE(position != std::string_view::npos);
  altered[position] = 'B';
  const auto request = CertificateRequest::from_der(altered);
  REQUIRE(request);
  const auto proof = request->verify_possession();
  REQUIRE_FALSE(proof.has_value());
  CHECK(proof.error().code == base::Code::kBadSignature);

  // The key of one in the request that another signed.
  der::Writer writer;
  const auto info = writer.open(der::kSequence);
  writer.integer(0);
  writer.raw(name("CN=x").der());
  writer.raw(signer->public_key().spki());
  writer.element(der::constructed_tag(0), {});
  writer.close(info);
  const auto signature = other->sign(writer.view());
  const auto stolen = CertificateRequest::from_der(
      x509::join_signature(writer.view(), x509::scheme(other->algorithm()).identifier, *signature));
  REQUIRE(stolen);
  CHECK_FALSE(stolen->verify_possession().has_value());
}

TEST_CASE("a request that is cut short or goes on is refused") {
  const auto signer = new_signer("ec:P-256");
  base::Bytes whole = good_request(*signer);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto refused = CertificateRequest::from_der({whole.data(), size});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == base::Code::kMalformed);
  }
  whole.push_back(0);
  CHECK_FALSE(CertificateRequest::from_der(whole).has_value());
  CHECK_FALSE(CertificateRequest::from_bytes(whole).has_value());
}

TEST_CASE("no flipped bit leaves the proof good") {
  const auto signer = new_signer("ec:P-256");
  const base::Bytes whole = good_request(*signer);
  std::size_t still_parsed = 0;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    base::Bytes flipped = whole;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto request = CertificateRequest::from_der(flipped);
    if (!request) continue;
    static_cast<void>(request->subject_alt_names());
    if (++still_parsed % 16 == 0) CHECK_FALSE(request->verify_possession().has_value());
  }
  CHECK(still_parsed > 100);
}

TEST_CASE("attributes: unknown ones are passed over, two lists of extensions or a broken one refused") {
  const auto signer = new_signer("ec:P-256");
  const base::Bytes extensions = x509::make_key_usage(x509::Critical::kYes, x509::kDigitalSignature);
  const base::Bytes challenge = *base::from_hex("301006092a864886f70d01090731030c0178");  // challengePassword "x"
  const auto request =
      CertificateRequest::from_der(with_attributes(*signer, {challenge, extension_request(extensions)}));
  REQUIRE(request);
  CHECK(request->extensions().size() == 1);
  CHECK(request->verify_possession().has_value());
  for (const auto& attributes : std::vector<std::vector<base::Bytes>>{
           {extension_request(extensions), extension_request(extensions)},
           {extension_request({0x30, 0x03, 0x06, 0x01, 0x2a})},  // an extension without a value
           {*base::from_hex("300b06092a864886f70d01090e")},      // no values
           {*base::from_hex("300d06092a864886f70d01090e3100")},  // no list
           {*base::from_hex("3013"
                            "06092a864886f70d01090e"
                            "3106"
                            "30003000"
                            "0500")},  // more than one value
           {*base::from_hex("0500")},
       }) {
    CHECK_FALSE(CertificateRequest::from_der(with_attributes(*signer, attributes)).has_value());
  }
  const auto twice = CertificateRequest::from_der(
      with_attributes(*signer, {extension_request(extensions), extension_request(extensions)}));
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().detail.find("two lists of extensions") != std::string::npos);
}

TEST_CASE("two requests in one file are refused, in the same words or not, whole or not") {
  const auto signer = new_signer("ec:P-256");
  const auto one = base::pem("CERTIFICATE REQUEST", good_request(*signer));
  for (const std::string& second :
       {one, base::pem("NEW CERTIFICATE REQUEST", good_request(*signer)),
        std::string("-----BEGIN CERTIFICATE REQUEST-----\nMII!\n-----END CERTIFICATE REQUEST-----\n"),
        std::string("-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n")}) {
    for (const std::string& file : {one + second, second + one}) {
      const auto refused = CertificateRequest::from_bytes(base::as_bytes(file));
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().code == base::Code::kMalformed);
      CHECK(mentions(refused.error().detail, "2 certification requests"));
    }
  }
  CHECK(CertificateRequest::from_bytes(base::as_bytes(base::pem("PUBLIC KEY", signer->public_key().spki()) + one))
            .has_value());
}

TEST_CASE("a request in PEM without its block, or of another version, is refused") {
  const auto signer = new_signer("ec:P-256");
  const base::Bytes whole = good_request(*signer);
  CHECK(
      CertificateRequest::from_bytes(base::as_bytes("text\n" + base::pem("CERTIFICATE REQUEST", whole))).has_value());
  CHECK_FALSE(CertificateRequest::from_bytes(base::as_bytes(base::pem("CERTIFICATE", whole))).has_value());
  CHECK_FALSE(CertificateRequest::from_bytes(base::as_bytes("")).has_value());
  base::Bytes version1 = whole;
  constexpr std::array<std::uint8_t, 3> kVersion0{0x02, 0x01, 0x00};
  const auto position = std::ranges::search(version1, kVersion0).begin();
  REQUIRE(position != version1.end());
  position[2] = 1;
  CHECK_FALSE(CertificateRequest::from_der(version1).has_value());
}
