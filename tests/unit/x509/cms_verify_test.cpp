#include <doctest/doctest.h>

#include <algorithm>

#include "message_mould.hpp"
#include "messages.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;
using base::ByteView;
using base::Code;
using test::MessageMould;
using test::need;

namespace {

const ByteView kContent = base::as_bytes("the content of the message");

struct Scene {
  test::SmallAuthority authority{"C=CN, CN=Authority", {KeyType::kP256, 256}};
  test::Person alice = test::make_person(authority, "C=CN, CN=Alice", {KeyType::kP256, 256});
  test::Person mei = test::make_person(authority, "C=CN, CN=梅", {KeyType::kSm2, 256});

  [[nodiscard]] MessageMould mould() const { return MessageMould(alice, kContent); }
  [[nodiscard]] MessageMould gm_mould() const {
    MessageMould mould(mei, kContent);
    mould.form = CmsForm::kGm;
    mould.digest_algorithm = base::from_hex("300a06082a811ccf55018311").value();
    mould.signature_algorithm = base::from_hex("300b06092a811ccf5501822d01").value();
    mould.digest = DigestAlgorithm::kSm3;
    mould.content_type = base::to_bytes(oid::kGmData);
    mould.attributes = {mould.content_type_attribute(), mould.message_digest(kContent)};
    return mould;
  }
};

std::string reason(const base::Result<CmsSignature>& verdict) {
  return verdict ? "verified" : verdict.error().detail;
}

// refusal is why a message is refused; every one must be kBadSignature.
std::string refusal(const MessageMould& mould) {
  const auto verdict = verify_signer(need(SignedData::from_bytes(mould.make())), 0);
  REQUIRE_MESSAGE(!verdict.has_value(), "it verified");
  CHECK(verdict.error().code == Code::kBadSignature);
  return verdict.error().detail;
}

bool accepts(const MessageMould& mould) {
  const auto verdict = verify_signer(need(SignedData::from_bytes(mould.make())), 0);
  INFO(reason(verdict));
  return verdict.has_value();
}

bool mentions(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("a message put together by hand from RFC 5652 verifies") {
  const Scene scene;
  CHECK(accepts(scene.mould()));
  CHECK(accepts(scene.gm_mould()));
}

TEST_CASE("signed attributes that must be there once are missed and not taken twice") {
  const Scene scene;
  auto mould = scene.mould();
  std::erase_if(mould.attributes, [](const Bytes& one) { return MessageMould::is(one, oid::kContentType); });
  CHECK(mentions(refusal(mould), "contentType is missing"));
  mould = scene.mould();
  std::erase_if(mould.attributes, [](const Bytes& one) { return MessageMould::is(one, oid::kMessageDigest); });
  CHECK(mentions(refusal(mould), "messageDigest is missing"));
  mould = scene.mould();
  mould.attributes.push_back(mould.message_digest(kContent));
  CHECK(mentions(refusal(mould), "messageDigest stands there twice"));
  mould = scene.mould();
  const Bytes digest = MessageMould::wrap(der::kOctetString, {x509::digest(DigestAlgorithm::kSha256, kContent)});
  std::erase_if(mould.attributes, [](const Bytes& one) { return MessageMould::is(one, oid::kMessageDigest); });
  mould.attributes.push_back(MessageMould::attribute(oid::kMessageDigest, {digest, digest}));
  CHECK(mentions(refusal(mould), "messageDigest does not have exactly one value"));
}

TEST_CASE("content of another digest or type than was signed is refused") {
  const Scene scene;
  auto mould = scene.mould();
  mould.content = base::to_bytes(base::as_bytes("other content"));
  CHECK(mentions(refusal(mould), "digest is another"));
  mould = scene.mould();
  mould.content_type = base::to_bytes(oid::kTstInfo);
  CHECK(mentions(refusal(mould), "not of the type"));
}

TEST_CASE("a signing time that is no time is refused") {
  const Scene scene;
  auto mould = scene.mould();
  mould.attributes.push_back(MessageMould::attribute(oid::kSigningTime, {Bytes{0x17, 0x02, '2', '6'}}));
  CHECK(mentions(refusal(mould), "no time"));
}

TEST_CASE("the certificate that the signer named must be the one that is found") {
  const Scene scene;
  const auto with = [&](Oid type, const Bytes& value) {
    auto mould = scene.mould();
    mould.attributes.push_back(MessageMould::attribute(type, {value}));
    return mould;
  };
  const auto bytes = [](std::string_view hex) { return base::from_hex(hex).value(); };
  const auto certificate = scene.alice.certificate.der();
  const std::string sha256 = base::hex(digest(DigestAlgorithm::kSha256, certificate));
  const std::string sha384 = base::hex(digest(DigestAlgorithm::kSha384, certificate));
  const std::string sha1 = base::hex(digest(DigestAlgorithm::kSha1, certificate));
  // SigningCertificateV2 { { { certHash } } }: the digest is SHA-256 by default.
  CHECK(accepts(with(oid::kSigningCertificateV2, bytes("3026302430220420" + sha256))));
  CHECK(accepts(with(oid::kSigningCertificateV2,
                     bytes("30333031302f300b06096086480165030402010420" + sha256))));  // default written out
  CHECK(accepts(with(oid::kSigningCertificateV2,
                     bytes("304530433041300d060960864801650304020205000430" + sha384))));  // SHA-384 with NULL
  CHECK(accepts(with(oid::kSigningCertificate, bytes("301a301830160414" + sha1))));
  const std::string other = base::hex(digest(DigestAlgorithm::kSha256, scene.mei.certificate.der()));
  CHECK(mentions(refusal(with(oid::kSigningCertificateV2, bytes("3026302430220420" + other))), "CN=Alice"));
  CHECK(mentions(refusal(with(oid::kSigningCertificate, bytes("301a301830160414" + sha1.substr(0, 38) + "00"))),
                 "not the one"));
  CHECK(mentions(refusal(with(oid::kSigningCertificateV2, bytes("3000"))), "malformed"));
  // A digest that is not known names nothing: 1.2.3.4.
  CHECK(mentions(refusal(with(oid::kSigningCertificateV2, bytes("302d302b3029300506032a03040420" + sha256))),
                 "not the one"));
}

TEST_CASE("issuer and serial beside the certificate's digest must be right too") {
  const Scene scene;
  const auto reference = [&](ByteView issuer, ByteView serial) {
    der::Writer writer;
    const auto a = writer.open(der::kSequence);
    const auto b = writer.open(der::kSequence);
    const auto c = writer.open(der::kSequence);
    writer.octet_string(digest(DigestAlgorithm::kSha256, scene.alice.certificate.der()));
    const auto d = writer.open(der::kSequence);
    const auto e = writer.open(der::kSequence);
    writer.element(der::constructed_tag(4), issuer);
    writer.close(e);
    writer.element(der::kInteger, serial);
    writer.close(d);
    writer.close(c);
    writer.close(b);
    writer.close(a);
    auto mould = scene.mould();
    mould.attributes.push_back(MessageMould::attribute(oid::kSigningCertificateV2, {writer.take()}));
    return mould;
  };
  const auto& tbs = scene.alice.certificate.tbs();
  CHECK(accepts(reference(tbs.issuer, tbs.serial)));
  CHECK(mentions(refusal(reference(tbs.subject, tbs.serial)), "not the one"));
  CHECK(mentions(refusal(reference(tbs.issuer, scene.mei.certificate.tbs().serial)), "not the one"));
}

TEST_CASE("algorithms under the protection of RFC 6211 must be those of the signature") {
  const Scene scene;
  auto mould = scene.mould();
  const auto protection = [&](const Bytes& digest, Bytes signature) {
    signature.front() = der::constructed_tag(1);
    der::Writer writer;
    const auto sequence = writer.open(der::kSequence);
    writer.raw(digest);
    writer.raw(signature);
    writer.close(sequence);
    return MessageMould::attribute(oid::kCmsAlgorithmProtection, {writer.take()});
  };
  mould.attributes.push_back(protection(mould.digest_algorithm, mould.signature_algorithm));
  CHECK(accepts(mould));
  mould = scene.mould();
  const Bytes sha512 = base::from_hex("300b0609608648016503040203").value();
  mould.attributes.push_back(protection(sha512, mould.signature_algorithm));
  CHECK(mentions(refusal(mould), "algorithms"));
}

TEST_CASE("attributes that come in another order are verified in the order of DER") {
  const Scene scene;
  auto mould = scene.mould();
  mould.order = MessageMould::Order::kReversed;  // sent so, signed in order
  CHECK(accepts(mould));
  mould.signed_order = MessageMould::Order::kReversed;  // sent and signed so: RFC 5652 section 5.4 wants DER
  CHECK(mentions(refusal(mould), "does not verify"));
}

TEST_CASE("the digest of the signature and that of the content are one") {
  const Scene scene;
  auto mould = scene.mould();
  mould.digest_algorithm = base::from_hex("300b0609608648016503040203").value();
  mould.digest = DigestAlgorithm::kSha512;
  mould.attributes = {mould.content_type_attribute(), mould.message_digest(kContent)};
  CHECK(mentions(refusal(mould), "does not go with the digest SHA-512"));
  mould.digest_algorithm = base::from_hex("300906052b0e03021a0500").value();
  CHECK(mentions(refusal(mould), "SHA-1 is broken"));
  mould.digest_algorithm = base::from_hex("300506032a0304").value();
  CHECK(mentions(refusal(mould), "not supported"));
}

TEST_CASE("parameters of digest and signature algorithms may be NULL or absent where the standards differ") {
  const Scene scene;
  auto mould = scene.mould();
  mould.digest_algorithm = base::from_hex("300d06096086480165030402010500").value();
  CHECK(accepts(mould));
  auto gm = scene.gm_mould();
  for (const char* digest : {"300a06082a811ccf55018311", "300c06082a811ccf550183110500"}) {
    // 1.2.156.10197.1.301.1 and .501, each without and with NULL
    for (const char* signature : {"300b06092a811ccf5501822d01", "300d06092a811ccf5501822d010500",
                                  "300a06082a811ccf55018375", "300c06082a811ccf550183750500"}) {
      CAPTURE(std::string(signature));
      gm.digest_algorithm = base::from_hex(digest).value();
      gm.signature_algorithm = base::from_hex(signature).value();
      CHECK(accepts(gm));
      gm.form = CmsForm::kRfc5652;
      CHECK(accepts(gm));
      gm.form = CmsForm::kGm;
    }
  }
  gm.signature_algorithm = base::from_hex("300f06092a811ccf5501822d0104020000").value();  // neither
  CHECK(mentions(refusal(gm), "not supported"));
}

TEST_CASE("without attributes the signature is over the content octets, with SM2's Z value in front") {
  const Scene scene;
  for (auto mould : {scene.mould(), scene.gm_mould()}) {
    mould.attributes.clear();
    CHECK(accepts(mould));
    mould.signature = need(mould.person->signer->sign(kContent));
    CHECK(accepts(mould));
    mould.content.push_back('!');
    CHECK(mentions(refusal(mould), "does not verify"));
  }
}

TEST_CASE("SM2 signatures over another digest than SM3(Z || content) are refused") {
  const Scene scene;
  auto mould = scene.gm_mould();
  mould.attributes.clear();
  const Bytes content_info = mould.encapsulated();
  // GmSSL signs SM3 of the whole inner ContentInfo without Z; others forget Z alone.
  const ByteView wrong[] = {content_info, mould.content};
  for (const ByteView octets : wrong) {
    mould.signature = need(scene.mei.signer->sign_digest(digest(DigestAlgorithm::kSm3, octets)));
    CHECK(mentions(refusal(mould), "does not verify"));
  }
}

TEST_CASE("signed attributes cannot be passed off as content that was signed without attributes") {
  const Scene scene;
  const auto honest = scene.mould();
  auto forged = honest;
  forged.signature = need(scene.alice.signer->sign(honest.signed_set()));
  forged.content = honest.signed_set();
  forged.attributes.clear();
  CHECK(mentions(refusal(forged), "form of signed attributes"));
}

TEST_CASE("content that is not plain data needs signed attributes") {
  const Scene scene;
  auto mould = scene.mould();
  mould.attributes.clear();
  mould.content_type = base::to_bytes(oid::kTstInfo);
  CHECK(mentions(refusal(mould), "tstInfo"));
}

TEST_CASE("a signer may be named by key identifier") {
  const Scene scene;
  auto mould = scene.mould();
  mould.named_by = MessageMould::NamedBy::kKeyIdentifier;
  CHECK(accepts(mould));
}

TEST_CASE("among certificates of one name and number the one whose key signed is found") {
  const Scene scene;
  const auto impostor_key = need(PrivateKey::generate({KeyType::kP256, 256}));
  const auto& tbs = scene.alice.certificate.tbs();
  const Bytes forged_tbs = make_tbs_certificate({*scene.alice.certificate.serial(),
                                                 tbs.signature_algorithm,
                                                 tbs.issuer,
                                                 tbs.not_before,
                                                 tbs.not_after,
                                                 tbs.subject,
                                                 impostor_key.public_key().spki(),
                                                 {}});
  const auto impostor = need(Certificate::from_der(
      join_signature(forged_tbs, tbs.signature_algorithm, scene.alice.certificate.signature())));
  const auto message = need(SignedData::from_bytes(scene.mould().make()));
  const auto verdict = verify_signer(message, 0, std::nullopt, {impostor});
  REQUIRE_MESSAGE(verdict.has_value(), reason(verdict));
  CHECK(base::equal(verdict->certificate.der(), scene.alice.certificate.der()));
}

TEST_CASE("a signature by another key is refused") {
  const Scene scene;
  auto mould = scene.mould();
  mould.signature = need(scene.authority.signer()->sign(mould.signed_set()));
  CHECK(mentions(refusal(mould), "does not verify"));
}
