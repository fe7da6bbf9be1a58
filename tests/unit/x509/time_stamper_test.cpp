#include <doctest/doctest.h>

#include <fstream>

#include "command.hpp"
#include "small_tsa.hpp"
#include "yuxin/x509/der.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;
using test::kStamped;
using test::need;
using test::SmallTsa;
using Certificates = TimeStampRequest::Certificates;

namespace {

constexpr std::array<std::uint8_t, 3> kSerial{0x01, 0x80, 0x05};

bool has(const test::Outcome& outcome, std::string_view text) {
  return outcome.output.find(text) != std::string::npos;
}

Bytes token_for(const TimeStamper& stamper, const Bytes& request, const TimeStamper::Stamp& stamp) {
  return need(stamper.token(*parse_time_stamp_request(request), stamp));
}
Bytes token_for(const TimeStamper& stamper, const Bytes& request) {
  return token_for(stamper, request, {kStamped, 0, kSerial});
}

// Folder has the file that was stamped and the certificates, for openssl.
struct Folder : test::TemporaryFolder {
  explicit Folder(const SmallTsa& tsa) {
    std::ofstream(file("text")) << "text";
    std::ofstream(file("root.pem")) << tsa.root.certificate().pem();
    std::ofstream(file("tsa.pem")) << tsa.certificate.pem();
  }
  // verify lets openssl judge a token against the request and against the file.
  [[nodiscard]] test::Outcome verify(const Bytes& request, const Bytes& token, const std::string& more = "") const {
    test::write_octets(path() / "q.tsq", request);
    test::write_octets(path() / "r.tsr", make_time_stamp_response(token));
    const std::string trust = " -in r.tsr -CAfile root.pem -attime 1795341851 " + more;
    return run("openssl ts -verify -queryfile q.tsq" + trust + " && openssl ts -verify -data text" + trust);
  }
};

}  // namespace

TEST_CASE("openssl verifies our tokens, for every kind of key and digest that its PKCS7 knows") {
  for (const KeyKind& kind : {KeyKind{KeyType::kP256, 256}, KeyKind{KeyType::kP384, 384},
                              KeyKind{KeyType::kP521, 521}, KeyKind{KeyType::kRsa, 2048}}) {
    CAPTURE(print_key_kind(kind));
    const SmallTsa tsa(kind);
    const Folder folder(tsa);
    const auto stamper = tsa.stamper();
    for (const auto digest :
         {DigestAlgorithm::kSha256, DigestAlgorithm::kSha384, DigestAlgorithm::kSha512, DigestAlgorithm::kSm3}) {
      CAPTURE(digest_name(digest));
      const Bytes request = test::request_for("text", digest, Certificates::kIncluded, make_time_stamp_nonce());
      const auto judged = folder.verify(request, token_for(*stamper, request));
      CAPTURE(judged.output);
      CHECK(judged.status == 0);
      CHECK(has(judged, "Verification: OK"));
    }
    const Bytes bare = test::request_for("text", DigestAlgorithm::kSha256, Certificates::kLeftOut);
    const Bytes token = token_for(*stamper, bare);
    CHECK(folder.verify(bare, token).status != 0);  // the certificate is not there, as was asked
    const auto helped = folder.verify(bare, token, "-untrusted tsa.pem");
    CAPTURE(helped.output);
    CHECK(helped.status == 0);
  }
}

TEST_CASE("openssl cms verifies what its time stamp verifier cannot: PSS") {
  for (const auto& [kind, algorithm] : {std::pair{KeyKind{KeyType::kRsa, 2048}, SignatureAlgorithm::kRsaPssSha256},
                                        std::pair{KeyKind{KeyType::kRsaPss, 2048}, SignatureAlgorithm::kRsaPssSha384},
                                        std::pair{KeyKind{KeyType::kP256, 256}, SignatureAlgorithm::kEcdsaSha384}}) {
    CAPTURE(scheme(algorithm).name);
    const SmallTsa tsa(kind, algorithm);
    const Folder folder(tsa);
    const Bytes request = test::request_for("text");
    test::write_octets(folder.file("t.der"), token_for(*tsa.stamper(), request));
    const auto judged = folder.run(
        "openssl cms -verify -cades -inform DER -in t.der -CAfile root.pem -purpose timestampsign -attime 1795341851 "
        "-out content");
    CAPTURE(judged.output);
    CHECK(judged.status == 0);
    CHECK(parse_time_stamp_info(test::read_octets(folder.file("content"))));
    CHECK(folder
              .run("printf x >>content; cp t.der u.der; printf '\\001' | dd of=u.der bs=1 seek=100 conv=notrunc "
                   "2>/dev/null; openssl cms -verify -inform DER -in u.der -CAfile root.pem -purpose timestampsign "
                   "-attime 1795341851 -out content")
              .status != 0);
  }
}

TEST_CASE("openssl reads from our tokens what was put in") {
  const SmallTsa tsa({KeyType::kP256, 256});
  const Folder folder(tsa);
  auto options = SmallTsa::options();
  options.accuracy_microseconds = 1'500'100;
  options.ordering = TimeStampInfo::Ordering::kYes;
  const Bytes nonce{0x12, 0x34, 0x56};
  const Bytes request = test::request_for("text", DigestAlgorithm::kSha256, Certificates::kIncluded, nonce);
  test::write_octets(folder.file("t.der"), token_for(*tsa.stamper(options), request, {kStamped, 250'000, kSerial}));
  const auto shown = folder.run("openssl ts -reply -in t.der -token_in -token_out -text");
  CAPTURE(shown.output);
  CHECK(has(shown, "Policy OID: 1.3.6.1.4.1.99999.7.1"));
  CHECK(has(shown, "Hash Algorithm: sha256"));
  CHECK(has(shown, "Serial number: 0x018005"));
  CHECK(has(shown, "Time stamp: Nov 22 10:04:11.25 2026 GMT"));
  CHECK(has(shown, "Accuracy: 0x01 seconds, 0x01F4 millis, 0x64 micros"));
  CHECK(has(shown, "Ordering: yes"));
  CHECK(has(shown, "Nonce: 0x123456"));
  CHECK(has(shown, "TSA: unspecified"));
}

TEST_CASE("the signed attributes are the four that are expected, in the order of DER, whatever the sizes") {
  for (const auto& [kind, algorithm] : {std::pair{KeyKind{KeyType::kP256, 256}, SignatureAlgorithm::kEcdsaSha256},
                                        std::pair{KeyKind{KeyType::kP384, 384}, SignatureAlgorithm::kEcdsaSha384},
                                        std::pair{KeyKind{KeyType::kSm2, 256}, SignatureAlgorithm::kSm2Sm3}}) {
    CAPTURE(scheme(algorithm).name);
    const SmallTsa tsa(kind, algorithm);
    const Folder folder(tsa);
    for (const base::UnixTime time : {kStamped, base::UnixTime{2524607999}, base::UnixTime{2524608000}}) {
      // the last second of 2049 is a UTCTime, the first of 2050 a GeneralizedTime (RFC 5652 section 11.3)
      test::write_octets(folder.file("t.der"),
                         token_for(*tsa.stamper(), test::request_for("text"), {time, 0, kSerial}));
      const auto shown = folder.run("openssl cms -cmsout -print -inform DER -in t.der -noout");
      CAPTURE(shown.output);
      CHECK(shown.status == 0);
      const auto attributes = shown.output.substr(shown.output.find("signedAttrs:"));
      for (const auto* name : {"contentType (1.2.840.113549.1.9.3)", "signingTime (1.2.840.113549.1.9.5)",
                               "messageDigest (1.2.840.113549.1.9.4)",
                               "id-smime-aa-signingCertificateV2 (1.2.840.113549.1.9.16.2.47)"}) {
        CAPTURE(name);
        const auto at = attributes.find(std::string("object: ") + name);
        CHECK(at != std::string::npos);
      }
      CHECK((attributes.find("UTCTIME:") != std::string::npos) == (time.seconds < 2524608000));
      // re-encoded by openssl, which sorts as DER wants, the octets stay
      CHECK(folder.run("openssl cms -cmsout -inform DER -in t.der -outform DER -out again.der && cmp t.der again.der")
                .status == 0);
    }
  }
}

namespace {

// Opened is what a verifier takes out of a token by hand: the attributes tagged as SET OF, and the signature.
struct Opened {
  Bytes content_type, algorithm, attributes, signature;
  std::int64_t version = 0;
};
Opened open(const Bytes& token) {
  Opened opened;
  der::Reader content(der::single(token, der::kSequence)->content);
  opened.content_type = base::to_bytes(*content.oid());
  auto message = *content.nested(der::constructed_tag(0))->nested(der::kSequence);
  opened.version = *message.small_integer();
  REQUIRE(message.element(der::kSet));
  REQUIRE(message.element(der::kSequence));
  REQUIRE(message.element(der::constructed_tag(0)));
  auto signer = *message.nested(der::kSet)->nested(der::kSequence);
  CHECK(signer.small_integer() == 1);
  REQUIRE(signer.element(der::kSequence));
  REQUIRE(signer.element(der::kSequence));
  opened.attributes = base::to_bytes(signer.element(der::constructed_tag(0))->whole);
  opened.attributes[0] = der::kSet;
  opened.algorithm = base::to_bytes(*signer.nested(der::kSequence)->oid());
  opened.signature = base::to_bytes(*signer.content(der::kOctetString));
  return opened;
}

}  // namespace

TEST_CASE("SM2 in both forms, and Ed25519: openssl verifies the bare signature, which its messages do not know") {
  struct Row {
    KeyKind kind;
    CmsForm form;
    std::int64_t version;
    std::string_view content_type, algorithm, how;
  };
  const std::string_view sm2 = "-rawin -digest sm3 -pkeyopt distid:1234567812345678";
  const std::string_view signed_data = "1.2.840.113549.1.7.2";
  for (const Row& row :
       {Row{{KeyType::kSm2, 256}, CmsForm::kRfc5652, 3, signed_data, "1.2.156.10197.1.501", sm2},
        Row{{KeyType::kSm2, 256}, CmsForm::kGm, 1, "1.2.156.10197.6.1.4.2.2", "1.2.156.10197.1.301.1", sm2},
        Row{{KeyType::kEd25519, 256}, CmsForm::kRfc5652, 3, signed_data, "1.3.101.112", "-rawin"}}) {
    CAPTURE(row.algorithm);
    const SmallTsa tsa(row.kind);
    const Folder folder(tsa);
    auto options = SmallTsa::options();
    options.form = row.form;
    const Opened opened = open(token_for(*tsa.stamper(options), test::request_for("text", DigestAlgorithm::kSm3)));
    CHECK(opened.version == row.version);
    CHECK(opened.content_type == test::oid_of(row.content_type));
    CHECK(opened.algorithm == test::oid_of(row.algorithm));
    test::write_octets(folder.file("attributes"), opened.attributes);
    test::write_octets(folder.file("signature"), opened.signature);
    const auto judged = folder.run("openssl x509 -in tsa.pem -noout -pubkey >key.pem && openssl pkeyutl -verify " +
                                   std::string(row.how) + " -pubin -inkey key.pem -in attributes -sigfile signature");
    CAPTURE(judged.output);
    CHECK(judged.status == 0);
  }
}

TEST_CASE("the chain goes with the token, sorted and once each, when certificates are asked for") {
  const SmallTsa tsa({KeyType::kP256, 256});
  const Folder folder(tsa);
  auto options = SmallTsa::options();
  options.chain = {tsa.root.certificate(), tsa.certificate, tsa.root.certificate()};
  test::write_octets(folder.file("t.der"), token_for(*tsa.stamper(options), test::request_for("text")));
  const auto shown = folder.run("openssl pkcs7 -inform DER -in t.der -print_certs -noout | sed 's/ = /=/g'");
  CAPTURE(shown.output);
  CHECK(has(shown, "CN=Stamps"));
  CHECK(has(shown, "CN=Test City Root"));
  const auto first = shown.output.find("subject=");
  CHECK(shown.output.find("subject=", shown.output.find("subject=", first + 1) + 1) == std::string::npos);
}

TEST_CASE("keys and certificates that may not stamp are refused") {
  const SmallTsa tsa({KeyType::kP256, 256});
  const auto refused = [&](const CmsSigner& signer, const TimeStamperOptions& options) {
    const auto made = TimeStamper::make(signer, options);
    return !made && made.error().code == base::Code::kUsage;
  };
  const auto with = [&](const std::vector<Bytes>& extensions) {
    return CmsSigner{tsa.root.issue("CN=x", tsa.key.public_key(), extensions), tsa.signer};
  };
  const Bytes stamping = base::to_bytes(oid::kTimeStamping);
  CHECK_FALSE(refused({tsa.certificate, tsa.signer}, SmallTsa::options()));
  CHECK(refused(with({}), SmallTsa::options()));
  CHECK(refused(with(test::stamping_extensions(Critical::kNo)), SmallTsa::options()));
  CHECK(refused(with({make_extended_key_usage(Critical::kYes, {stamping, base::to_bytes(oid::kClientAuth)})}),
                SmallTsa::options()));
  CHECK(refused(with({make_extended_key_usage(Critical::kYes, {base::to_bytes(oid::kCodeSigning)})}),
                SmallTsa::options()));
  const SmallTsa other({KeyType::kP256, 256});
  CHECK(refused({tsa.certificate, other.signer}, SmallTsa::options()));
  auto options = SmallTsa::options();
  options.form = CmsForm::kGm;
  CHECK(refused({tsa.certificate, tsa.signer}, options));
  options = SmallTsa::options();
  options.policy.clear();
  CHECK(refused({tsa.certificate, tsa.signer}, options));
  options = SmallTsa::options();
  options.accuracy_microseconds = 0;
  CHECK(refused({tsa.certificate, tsa.signer}, options));
  const SmallTsa ed448({KeyType::kEd448, 448});
  CHECK(refused({ed448.certificate, ed448.signer}, SmallTsa::options()));
}
