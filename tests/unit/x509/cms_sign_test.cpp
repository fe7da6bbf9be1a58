#include <doctest/doctest.h>

#include <algorithm>

#include "messages.hpp"
#include "need.hpp"
#include "yuxin/x509/der.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;
using base::ByteView;
using base::Code;
using test::error_of;
using test::need;

namespace {

const ByteView kContent = base::as_bytes("the content of the message");
constexpr base::UnixTime kTime{1795341600};

struct Scene {
  test::SmallAuthority authority{"C=CN, CN=Authority", {KeyType::kP256, 256}};
  test::Person alice = test::make_person(authority, "C=CN, CN=Alice", {KeyType::kP256, 256});
  test::Person mei = test::make_person(authority, "C=CN, CN=梅", {KeyType::kSm2, 256});
};

SignedData sign(const std::vector<CmsSigner>& signers, const CmsSignOptions& options = {}) {
  return need(SignedData::from_bytes(need(sign_message(kContent, signers, options))));
}

}  // namespace

TEST_CASE("a message signed by any kind of key verifies and says who signed and when") {
  const Scene scene;
  for (const KeyKind& kind : test::kSigningKinds) {
    CAPTURE(print_key_kind(kind));
    const auto person = test::make_person(scene.authority, "CN=" + print_key_kind(kind), kind);
    CmsSignOptions options;
    options.signing_time = kTime;
    options.chain = {scene.authority.certificate()};
    const auto message = sign({person.as_signer()}, options);
    CHECK(message.form() == CmsForm::kRfc5652);
    CHECK(base::equal(message.content_type(), oid::kData));
    CHECK(base::equal(message.content().value(), kContent));
    CHECK(message.certificates().size() == 2);
    const auto signature = verify_signer(message, 0);
    REQUIRE_MESSAGE(signature.has_value(), (signature ? "" : signature.error().detail));
    CHECK(base::equal(signature->certificate.der(), person.certificate.der()));
    CHECK(signature->signing_time == kTime);
    CHECK(base::equal(signature->signature_value, message.signers()[0].signature));
  }
}

TEST_CASE("a detached message verifies over the content given beside it and over no other") {
  const Scene scene;
  CmsSignOptions options;
  options.content = CmsContent::kDetached;
  const auto message = sign({scene.alice.as_signer()}, options);
  CHECK_FALSE(message.content().has_value());
  CHECK(verify_signer(message, 0, kContent).has_value());
  CHECK(error_of(verify_signer(message, 0, base::as_bytes("the content of the massage"))).code ==
        Code::kBadSignature);
  CHECK(error_of(verify_signer(message, 0)).code == Code::kUsage);
}

TEST_CASE("content given beside a message that carries its own must be the same") {
  const Scene scene;
  const auto message = sign({scene.alice.as_signer()});
  CHECK(verify_signer(message, 0, kContent).has_value());
  CHECK(error_of(verify_signer(message, 0, base::as_bytes("other"))).code == Code::kUsage);
}

TEST_CASE("the form of GM/T 0010 is written as the standard says and verifies") {
  const Scene scene;
  CmsSignOptions options;
  options.form = CmsForm::kGm;
  options.signing_time = kTime;
  const auto message = sign({scene.mei.as_signer()}, options);
  CHECK(message.form() == CmsForm::kGm);
  CHECK(dotted(message.content_type()) == "1.2.156.10197.6.1.4.2.1");
  const auto& signer = message.signers().at(0);
  CHECK(signer.version == 1);
  CHECK(base::hex(signer.digest_algorithm) == "300a06082a811ccf55018311");       // 1.2.156.10197.1.401
  CHECK(base::hex(signer.signature_algorithm) == "300b06092a811ccf5501822d01");  // 1.2.156.10197.1.301.1
  const auto signature = verify_signer(message, 0);
  REQUIRE(signature);
  CHECK(signature->digest == DigestAlgorithm::kSm3);
}

TEST_CASE("only SM2 keys sign in the form of GM/T 0010") {
  const Scene scene;
  CmsSignOptions options;
  options.form = CmsForm::kGm;
  CHECK(error_of(sign_message(kContent, {scene.alice.as_signer()}, options)).code == Code::kUsage);
}

TEST_CASE("the parties of a message are checked before anything is signed") {
  const Scene scene;
  CHECK(error_of(sign_message(kContent, {}, {})).code == Code::kUsage);
  CHECK(error_of(sign_message(kContent, {{scene.mei.certificate, scene.alice.signer}}, {})).code == Code::kUsage);
  CmsSignOptions options;
  const Bytes null{0x05, 0x00};
  options.signed_attributes = {{base::to_bytes(oid::kMessageDigest), {null}}};
  CHECK(error_of(sign_message(kContent, {scene.alice.as_signer()}, options)).code == Code::kUsage);
  options.signed_attributes = {{Bytes{0x2a, 0x03}, {null}}, {Bytes{0x2a, 0x03}, {null}}};
  CHECK(error_of(sign_message(kContent, {scene.alice.as_signer()}, options)).code == Code::kUsage);
}

TEST_CASE("several persons sign one message, each for itself") {
  const Scene scene;
  const auto message = sign({scene.alice.as_signer(), scene.mei.as_signer()});
  REQUIRE(message.signers().size() == 2);
  std::vector<std::string> subjects;
  for (std::size_t i = 0; i < 2; ++i)
    subjects.push_back(need(verify_signer(message, i)).certificate.subject().text());
  std::ranges::sort(subjects);
  CHECK(subjects == std::vector<std::string>{"C=CN, CN=Alice", "C=CN, CN=梅"});
  CHECK(error_of(verify_signer(message, 2)).code == Code::kUsage);
}

TEST_CASE("a message of more signers, certificates or lists than anybody needs is not read") {
  const test::SmallAuthority authority("C=CN, CN=Authority", {KeyType::kP256, 256});
  const auto alice = test::make_person(authority, "C=CN, CN=Alice", {KeyType::kP256, 256});
  const std::vector<CmsSigner> most(SignedData::kMostSigners, alice.as_signer());
  CHECK(SignedData::from_bytes(need(sign_message(kContent, most, {}))));
  const std::vector<CmsSigner> more(SignedData::kMostSigners + 1, alice.as_signer());
  const auto crowd = SignedData::from_bytes(need(sign_message(kContent, more, {})));
  REQUIRE_FALSE(crowd);
  CHECK(crowd.error().code == base::Code::kMalformed);
  CHECK(crowd.error().detail == "The message has more than 64 signers; so many are not looked at.");

  const auto message = need(SignedData::from_bytes(need(sign_message(kContent, {alice.as_signer()}, {}))));
  const auto with = [&](std::size_t certificates, std::size_t lists) {
    CmsAdditions additions;
    std::vector<Bytes> some;
    for (std::size_t i = 0; i < std::max(certificates, lists); ++i) {
      some.push_back(
          {0x30, 0x04, 0x02, 0x02, static_cast<std::uint8_t>(0x10 + (i >> 8U)), static_cast<std::uint8_t>(i)});
    }
    for (std::size_t i = 0; i < certificates; ++i) additions.certificates.emplace_back(some[i]);
    for (std::size_t i = 0; i < lists; ++i) additions.crls.emplace_back(some[i]);
    return SignedData::from_bytes(need(add_to_message(message, 0, additions)));
  };
  CHECK(with(SignedData::kMostCertificates - 1, SignedData::kMostRevocations));  // the signer's is there already
  CHECK_FALSE(with(SignedData::kMostCertificates, 0));
  CHECK_FALSE(with(0, SignedData::kMostRevocations + 1));
}

TEST_CASE("a signer's certificate that is left out must be given beside the message") {
  const Scene scene;
  CmsSignOptions options;
  options.signer_certificate = CmsSignOptions::SignerCertificate::kLeftOut;
  const auto message = sign({scene.alice.as_signer()}, options);
  CHECK(message.certificates().empty());
  CHECK(error_of(verify_signer(message, 0)).code == Code::kNotFound);
  CHECK(error_of(verify_signer(message, 0, std::nullopt, {scene.mei.certificate})).code == Code::kNotFound);
  CHECK(verify_signer(message, 0, std::nullopt, {scene.mei.certificate, scene.alice.certificate}).has_value());
}

TEST_CASE("further signed attributes are signed and can be read") {
  const Scene scene;
  CmsSignOptions options;
  const Bytes type{0x2a, 0x03, 0x04};
  options.signed_attributes = {{type, {Bytes{0x0c, 0x01, 'x'}}}};
  const auto message = sign({scene.alice.as_signer()}, options);
  REQUIRE(verify_signer(message, 0));
  const auto attribute = message.signers()[0].signed_attribute(type);
  REQUIRE(attribute);
  CHECK(base::hex(attribute->values.at(0)) == "0c0178");
  CHECK_FALSE(message.signers()[0].unsigned_attribute(type).has_value());
}

TEST_CASE("content of another type makes a message of version 3") {
  const Scene scene;
  CmsSignOptions options;
  options.content_type = base::to_bytes(oid::kTstInfo);
  const Bytes octets = need(sign_message(kContent, {scene.alice.as_signer()}, options));
  const auto message = need(SignedData::from_bytes(octets));
  CHECK(base::equal(message.content_type(), oid::kTstInfo));
  CHECK(verify_signer(message, 0).has_value());
  der::Reader outer(octets);
  auto fields = outer.nested(der::kSequence).value();
  REQUIRE(fields.oid());
  auto signed_data = fields.nested(der::constructed_tag(0))->nested(der::kSequence).value();
  CHECK(signed_data.small_integer() == 3);
}

TEST_CASE("a message is read from PEM under either label") {
  const Scene scene;
  const Bytes der = need(sign_message(kContent, {scene.alice.as_signer()}, {}));
  for (const char* label : {"CMS", "PKCS7"}) {
    const auto message = SignedData::from_bytes(base::as_bytes(base::pem(label, der)));
    REQUIRE(message);
    CHECK(base::equal(message->der(), der));
  }
  CHECK(error_of(SignedData::from_bytes(base::as_bytes(base::pem("CERTIFICATE", der)))).code == Code::kMalformed);
}
