#include "yuxin/x509/certificate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "command.hpp"
#include "yuxin/x509/der.hpp"

namespace base = yuxin::base;
namespace x509 = yuxin::x509;
namespace oid = yuxin::x509::oid;
namespace test = yuxin::test;
using x509::Certificate;
using x509::Critical;

namespace {

bool mentions(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

base::UnixTime at(std::string_view text) {
  const auto time = base::parse_rfc3339(text);
  REQUIRE(time);
  return *time;
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

struct Content {
  std::string subject = "C=CN, O=Test City, CN=Root";
  std::string serial = "3F9A77C201";
  std::string not_before = "2026-01-02T03:04:05Z";
  std::string not_after = "2036-01-02T03:04:05Z";
};

// A self-signed CA certificate of our own making.
base::Bytes self_signed(const x509::Signer& signer, const Content& content = {}) {
  const auto name = x509::Name::parse(content.subject);
  REQUIRE(name);
  const auto identifier = signer.public_key().identifier();
  const std::vector<base::Bytes> extensions{
      x509::make_basic_constraints(Critical::kYes, {.ca = true, .path_length = 1}),
      x509::make_key_usage(Critical::kYes, x509::kKeyCertSign | x509::kCrlSign),
      x509::make_subject_key_identifier(identifier),
      x509::make_authority_key_identifier(identifier),
  };
  const auto& algorithm = x509::scheme(signer.algorithm());
  const x509::TbsFields fields{.serial = *x509::Serial::parse(content.serial),
                               .signature_algorithm = algorithm.identifier,
                               .issuer = name->der(),
                               .not_before = at(content.not_before),
                               .not_after = at(content.not_after),
                               .subject = name->der(),
                               .spki = signer.public_key().spki(),
                               .extensions = {extensions.begin(), extensions.end()}};
  const base::Bytes tbs = x509::make_tbs_certificate(fields);
  const auto signature = signer.sign(tbs);
  REQUIRE(signature);
  return x509::join_signature(tbs, algorithm.identifier, *signature);
}

}  // namespace

TEST_CASE("a certificate that OpenSSL made is read as OpenSSL prints it") {
  const test::TemporaryFolder folder;
  const auto made = folder.run(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -out c.pem -utf8 -days 30 "
      "-set_serial 0x00DEADBEEF -subj '/C=CN/O=测试市/CN=portal' -addext subjectAltName=DNS:a.test,IP:192.0.2.1");
  REQUIRE_MESSAGE(made.status == 0, made.output);
  const auto certificate = Certificate::from_bytes(test::read_octets(folder.file("c.pem")));
  REQUIRE_MESSAGE(certificate.has_value(), (certificate ? "" : certificate.error().detail));
  CHECK(certificate->subject().text() == "C=CN, O=测试市, CN=portal");
  CHECK(certificate->issuer().same(certificate->subject()));
  CHECK(certificate->serial()->hex() == "DEADBEEF");
  CHECK(certificate->tbs().version == 2);
  CHECK(certificate->is_ca());
  CHECK(certificate->not_after() - certificate->not_before() == base::days(30));
  CHECK(certificate->public_key()->kind() == x509::KeyKind{x509::KeyType::kP256, 256});
  CHECK(certificate->subject_key_identifier() == certificate->public_key()->identifier());
  CHECK(x509::verify_signature(*certificate, *certificate->public_key()).has_value());
  const auto* names = certificate->tbs().find(oid::kSubjectAltName);
  REQUIRE(names != nullptr);
  CHECK(x509::read_alternative_names(names->value)->at(1).value == "192.0.2.1");

  std::string fingerprint = folder.run("openssl x509 -in c.pem -noout -fingerprint -sha256").output;
  fingerprint.erase(0, fingerprint.find('=') + 1);
  std::erase_if(fingerprint, [](char c) { return c == ':' || c == '\n'; });
  CHECK(base::hex_upper(certificate->sha256_fingerprint()) == fingerprint);
  CHECK(certificate->pem() == std::string(base::as_text(test::read_octets(folder.file("c.pem")))));
}

TEST_CASE("OpenSSL accepts the certificates that are made here, for every kind of key") {
  const test::TemporaryFolder folder;
  for (const std::string_view kind : {"rsa:2048", "ec:P-256", "ec:P-384", "ec:P-521", "ed25519", "ed448", "sm2"}) {
    CAPTURE(std::string(kind));
    const auto signer = new_signer(kind);
    const auto certificate = Certificate::from_der(self_signed(*signer));
    REQUIRE(certificate);
    CHECK(x509::verify_signature(*certificate, signer->public_key()).has_value());
    test::write_octets(folder.file("c.der"), base::to_bytes(certificate->der()));
    REQUIRE(folder.run("openssl x509 -inform DER -in c.der -out c.pem").status == 0);
    test::write_octets(folder.file("tbs"), base::to_bytes(certificate->tbs().der));
    test::write_octets(folder.file("sig"), base::to_bytes(certificate->signature()));
    // `openssl verify` cannot give a trusted SM2 certificate its identifier; the signature alone can be verified.
    const auto verified =
        folder.run(kind == "sm2" ? "openssl pkeyutl -verify -certin -inkey c.pem -rawin -digest sm3 -pkeyopt "
                                   "distid:1234567812345678 -in tbs -sigfile sig"
                                 : "openssl verify -check_ss_sig -x509_strict -CAfile c.pem c.pem");
    CHECK_MESSAGE(verified.status == 0, verified.output);
    const auto text = folder.run(
        "openssl x509 -in c.pem -noout -nameopt oneline -subject -serial -dates -ext basicConstraints,keyUsage");
    CHECK_MESSAGE(mentions(text.output, "subject=C = CN, O = Test City, CN = Root"), text.output);
    CHECK(mentions(text.output, "serial=3F9A77C201"));
    CHECK(mentions(text.output, "notBefore=Jan  2 03:04:05 2026 GMT"));
    CHECK(mentions(text.output, "notAfter=Jan  2 03:04:05 2036 GMT"));
    CHECK(mentions(text.output, "CA:TRUE, pathlen:1"));
    CHECK(mentions(text.output, "Certificate Sign, CRL Sign"));
  }
}

// RFC 5280 section 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on.
TEST_CASE("dates before and after 2050 have their types") {
  const auto signer = new_signer("ec:P-256");
  Content content;
  content.not_before = "2049-12-31T23:59:59Z";
  content.not_after = "2050-01-01T00:00:00Z";
  const auto certificate = Certificate::from_der(self_signed(*signer, content));
  REQUIRE(certificate);
  CHECK(base::as_text(certificate->tbs().not_before_der.subspan(2)) == "491231235959Z");
  CHECK(base::as_text(certificate->tbs().not_after_der.subspan(2)) == "20500101000000Z");
  CHECK(certificate->not_before() == at("2049-12-31T23:59:59Z"));
  CHECK(certificate->not_after() == at("2050-01-01T00:00:00Z"));
}

TEST_CASE("a certificate that is cut short or goes on is refused") {
  const auto signer = new_signer("ec:P-256");
  base::Bytes der = self_signed(*signer);
  for (std::size_t size = 0; size < der.size(); ++size) {
    const base::Bytes part(der.begin(), der.begin() + static_cast<std::ptrdiff_t>(size));
    const auto refused = Certificate::from_der(part);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == base::Code::kMalformed);
  }
  der.push_back(0);
  CHECK_FALSE(Certificate::from_der(der).has_value());
}

TEST_CASE("no flipped bit leaves the signature good") {
  const auto signer = new_signer("ec:P-256");
  const base::Bytes der = self_signed(*signer);
  std::size_t still_parsed = 0;
  for (std::size_t bit = 0; bit < der.size() * 8; ++bit) {
    base::Bytes flipped = der;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto certificate = Certificate::from_der(flipped);
    if (!certificate) continue;
    ++still_parsed;
    static_cast<void>(certificate->subject().text());
    static_cast<void>(certificate->serial());
    static_cast<void>(certificate->is_ca());
    static_cast<void>(certificate->public_key());
    if (still_parsed % 16 != 0) continue;  // verifying all of them takes seconds
    CHECK_FALSE(x509::verify_signature(*certificate, signer->public_key()).has_value());
  }
  CHECK(still_parsed > 100);
}

TEST_CASE("a signature by another key, or two different algorithms, prove nothing") {
  const auto signer = new_signer("ec:P-256");
  const auto other = new_signer("ec:P-256");
  const auto certificate = Certificate::from_der(self_signed(*signer));
  REQUIRE(certificate);
  const auto verdict = x509::verify_signature(*certificate, other->public_key());
  REQUIRE_FALSE(verdict.has_value());
  CHECK(verdict.error().code == base::Code::kBadSignature);

  const auto& outer = x509::scheme(x509::SignatureAlgorithm::kEcdsaSha384);
  const auto mixed =
      Certificate::from_der(x509::join_signature(certificate->tbs().der, outer.identifier, certificate->signature()));
  REQUIRE(mixed);
  const auto refused = x509::verify_signature(*mixed, signer->public_key());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == base::Code::kBadSignature);
}

// PKITS 4.1.2 has such a signature: the certificate must be told apart from one that does not parse.
TEST_CASE("a signature that is not of whole octets is read and never verifies") {
  for (const std::string_view kind : {"rsa:2048", "ec:P-256", "ed25519", "ed448", "sm2"}) {
    const auto signer = new_signer(kind);
    const auto good = Certificate::from_der(self_signed(*signer));
    REQUIRE(good);
    base::Bytes changed = base::to_bytes(good->der());
    changed[changed.size() - good->signature().size() - 1] = 1;
    changed.back() &= 0xfe;
    const auto certificate = Certificate::from_der(changed);
    REQUIRE(certificate);
    CHECK(certificate->signature().empty());
    const auto verdict = x509::verify_signature(*certificate, signer->public_key());
    REQUIRE_FALSE(verdict.has_value());
    CHECK(verdict.error().code == base::Code::kBadSignature);
  }
}

TEST_CASE("PEM files hold one or many certificates among other things") {
  const auto signer = new_signer("ec:P-256");
  const auto first = Certificate::from_der(self_signed(*signer));
  Content content;
  content.subject = "CN=Second";
  const auto second = Certificate::from_der(self_signed(*signer, content));
  REQUIRE(first);
  REQUIRE(second);
  const std::string file = "Some text\n" + base::pem("PUBLIC KEY", signer->public_key().spki()) + first->pem() +
                           "more text\n" + second->pem();
  const auto all = x509::certificates_from_bytes(base::as_bytes(file));
  REQUIRE(all);
  REQUIRE(all->size() == 2);
  CHECK(all->at(1).subject().text() == "CN=Second");
  const auto which = Certificate::from_bytes(base::as_bytes(file));
  REQUIRE_FALSE(which.has_value());
  CHECK(which.error().code == base::Code::kMalformed);
  CHECK(which.error().detail.find("2 certificates") != std::string::npos);
  CHECK(Certificate::from_bytes(base::as_bytes(first->pem()))->subject().text() == "C=CN, O=Test City, CN=Root");
  // one that is damaged is not passed over as if it were not there
  const std::string damaged = first->pem() + "-----BEGIN CERTIFICATE-----\nMII!\n-----END CERTIFICATE-----\n";
  CHECK_FALSE(Certificate::from_bytes(base::as_bytes(damaged)).has_value());
  CHECK_FALSE(x509::certificates_from_bytes(base::as_bytes(damaged)).has_value());
  CHECK(x509::certificates_from_bytes(first->der())->size() == 1);
  const std::string key_only = base::pem("PUBLIC KEY", signer->public_key().spki());
  CHECK_FALSE(Certificate::from_bytes(base::as_bytes(key_only)).has_value());
  CHECK_FALSE(x509::certificates_from_bytes(base::as_bytes(key_only)).has_value());
  CHECK_FALSE(x509::certificates_from_bytes(base::as_bytes("hello")).has_value());
  CHECK_FALSE(x509::certificates_from_bytes({}).has_value());
}

namespace {

// A TBSCertificate from parts in hexadecimal: version, serial, validity, and what follows the key.
std::optional<x509::TbsCertificate> tbs_of(base::Bytes& keep, std::string_view version, std::string_view serial,
                                           std::string_view rest) {
  x509::der::Writer writer;
  const auto sequence = writer.open(x509::der::kSequence);
  writer.raw(*base::from_hex(version));
  writer.raw(*base::from_hex(serial));
  writer.raw(*base::from_hex("3003060100"));  // algorithm
  writer.raw(*base::from_hex("3000"));        // issuer
  writer.raw(*base::from_hex("301e170d3236303130323033303430355a170d3336303130323033303430355a"));
  writer.raw(*base::from_hex("3000"));  // subject
  writer.raw(*base::from_hex("3000"));  // key
  writer.raw(*base::from_hex(rest));
  writer.close(sequence);
  keep = writer.take();
  return x509::parse_tbs_certificate(keep);
}

}  // namespace

TEST_CASE("what a lint must be able to speak about is read") {
  base::Bytes keep;
  CHECK(tbs_of(keep, "", "020101", "")->version == 0);
  CHECK(tbs_of(keep, "a003020102", "020101", "")->version == 2);
  CHECK(tbs_of(keep, "a003020103", "020101", "")->version == 3);
  CHECK(tbs_of(keep, "a003020100", "020101", "")->version_was_encoded_default);
  CHECK(base::hex(tbs_of(keep, "a003020102", "020100", "")->serial) == "00");
  CHECK(base::hex(tbs_of(keep, "a003020102", "0201ff", "")->serial) == "ff");
  CHECK(tbs_of(keep, "a003020102", "0215010000000000000000000000000000000000000000", "")->serial.size() == 21);
  CHECK(tbs_of(keep, "a003020101", "020101", "810200aa820200bb")->has_unique_identifiers);
  const auto duplicates = tbs_of(keep, "a003020102", "020101",
                                 "a318301630090603551d0f0402"
                                 "030030090603551d0f04020300");
  REQUIRE(duplicates);
  CHECK(duplicates->extensions.size() == 2);
  CHECK(duplicates->has_extensions);
  CHECK(tbs_of(keep, "a003020102", "020101", "")->not_before == at("2026-01-02T03:04:05Z"));
}

TEST_CASE("structure that is not DER is refused") {
  base::Bytes keep;
  for (const auto& [version, serial, rest] : std::vector<std::array<std::string_view, 3>>{
           {"a003020102", "02020001", ""},                                  // serial not minimal
           {"a003020102", "0200", ""},                                      // empty serial
           {"a003020102", "040101", ""},                                    // serial no INTEGER
           {"a0050201020500", "020101", ""},                                // something after the version
           {"a0020500", "020101", ""},                                      // version no INTEGER
           {"a003020102", "020101", "a3023000"},                            // an empty list of extensions
           {"a003020102", "020101", "a300"},                                // no list
           {"a003020102", "020101", "a30f300b30090603551d0f040203000500"},  // something after the list
           {"a003020102", "020101", "a30d300b30090603551d0f040203000500"},  // something after the extensions
           {"a003020102", "020101", "0500"},                                // an unknown field
           {"a003020102", "020101", "820200bb810200aa"},                    // wrong order
       }) {
    CAPTURE(std::string(version) + " " + std::string(serial) + " " + std::string(rest));
    CHECK_FALSE(tbs_of(keep, version, serial, rest).has_value());
  }
}

TEST_CASE("serial numbers that RFC 5280 forbids are not given out") {
  const auto signer = new_signer("ec:P-256");
  const base::Bytes der = self_signed(*signer);
  base::Bytes changed = der;
  // 02 05 3f 9a 77 c2 01: make the number negative
  constexpr std::array<std::uint8_t, 4> kBegin{0x02, 0x05, 0x3f, 0x9a};
  const auto position = std::ranges::search(changed, kBegin).begin();
  REQUIRE(position != changed.end());
  position[2] = 0xbf;
  const auto certificate = Certificate::from_der(changed);
  REQUIRE(certificate);
  CHECK_FALSE(certificate->serial().has_value());
  CHECK(Certificate::from_der(der)->serial()->hex() == "3F9A77C201");
}
