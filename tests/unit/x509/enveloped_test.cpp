#include "yuxin/x509/enveloped.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include <set>

#include "messages.hpp"
#include "yuxin/x509/der.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;
using base::ByteView;
using base::Code;
using test::error_of;
using test::need;

namespace {

const ByteView kContent = base::as_bytes("for your eyes only");
constexpr std::uint32_t kEncryption = kKeyEncipherment | kKeyAgreement;

const std::vector<KeyKind> kEncryptingKinds{
    {KeyType::kRsa, 2048}, {KeyType::kP256, 256}, {KeyType::kP384, 384}, {KeyType::kP521, 521}, {KeyType::kSm2, 256}};

struct Scene {
  test::SmallAuthority authority{"C=CN, CN=Authority", {KeyType::kP256, 256}};
  [[nodiscard]] test::Person person(const KeyKind& kind, std::uint32_t usage = kEncryption) const {
    return test::make_person(authority, "C=CN, CN=" + print_key_kind(kind), kind, usage);
  }
};

Bytes seal(const std::vector<Certificate>& to, CmsForm form = CmsForm::kRfc5652, ByteView content = kContent) {
  return need(seal_message(content, to, form));
}

base::Result<base::Secret> open(ByteView octets, const test::Person& person) {
  TRY(const auto message, EnvelopedData::from_bytes(octets));
  return open_message(message, person.certificate, person.key);
}

bool reads(ByteView octets, const test::Person& person, ByteView expected = kContent) {
  const auto content = open(octets, person);
  INFO((content ? "" : content.error().detail));
  return content && base::equal(content->view(), expected);
}

std::size_t find(const Bytes& in, ByteView what) {
  const auto at = std::search(in.begin(), in.end(), what.begin(), what.end());
  REQUIRE(at != in.end());
  return static_cast<std::size_t>(at - in.begin());
}

Bytes unhex(std::string_view text) { return base::from_hex(text).value(); }

// The key of the example in GB/T 32918.5.
constexpr std::string_view kExampleKey = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
constexpr std::string_view kExamplePoint =
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";

test::Person example_person(const test::SmallAuthority& authority) {
  // PrivateKeyInfo { 0, { ecPublicKey, sm2p256v1 }, ECPrivateKey { 1, d, [1] point } }
  const auto key = need(PrivateKey::from_pkcs8(
      unhex("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420" + std::string(kExampleKey) +
            "a14403420"
            "0" +
            std::string(kExamplePoint))));
  auto certificate = authority.issue("CN=example", key.public_key(), {});
  return {key, certificate, need(key.signer(SignatureAlgorithm::kSm2Sm3))};
}

}  // namespace

TEST_CASE("what is sealed to a key of any kind that encrypts is read with it") {
  const Scene scene;
  for (const KeyKind& kind : kEncryptingKinds) {
    CAPTURE(print_key_kind(kind));
    const auto person = scene.person(kind);
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 4096U}) {
      const Bytes content(size, 0x10);
      CHECK(reads(seal({person.certificate}, CmsForm::kRfc5652, content), person, content));
    }
  }
}

TEST_CASE("every recipient of a message reads it, and nobody else") {
  const Scene scene;
  std::vector<test::Person> persons;
  std::vector<Certificate> certificates;
  for (const KeyKind& kind : kEncryptingKinds) {
    persons.push_back(scene.person(kind));
    certificates.push_back(persons.back().certificate);
  }
  const Bytes octets = seal(certificates);
  for (const auto& person : persons) CHECK(reads(octets, person));
  CHECK(need(EnvelopedData::from_bytes(octets)).recipients().size() == persons.size());
  CHECK(error_of(open(octets, scene.person({KeyType::kP256, 256}))).code == Code::kNotFound);
  const auto& other_key = persons[2].key;
  CHECK(error_of(open_message(need(EnvelopedData::from_bytes(octets)), persons[1].certificate, other_key)).code ==
        Code::kUsage);
}

TEST_CASE("content, key and initial vector are fresh for every message") {
  const Scene scene;
  const auto person = scene.person({KeyType::kSm2, 256});
  std::set<Bytes> messages;
  for (int i = 0; i < 8; ++i) messages.insert(seal({person.certificate}));
  CHECK(messages.size() == 8);
}

TEST_CASE("the form of GM/T 0010 goes to SM2 keys alone, with SM4 and version 1") {
  const Scene scene;
  const auto mei = scene.person({KeyType::kSm2, 256});
  const Bytes octets = seal({mei.certificate}, CmsForm::kGm);
  CHECK(need(EnvelopedData::from_bytes(octets)).form() == CmsForm::kGm);
  CHECK(reads(octets, mei));
  der::Reader outer(octets);
  auto fields = outer.nested(der::kSequence).value();
  CHECK(dotted(*fields.oid()) == "1.2.156.10197.6.1.4.2.3");
  auto enveloped = fields.nested(der::constructed_tag(0))->nested(der::kSequence).value();
  CHECK(enveloped.small_integer() == 1);
  auto info = enveloped.nested(der::kSet)->nested(der::kSequence).value();
  CHECK(info.small_integer() == 1);
  REQUIRE(info.element(der::kSequence));
  CHECK(base::hex(info.element()->whole) == "300b06092a811ccf5501822d03");  // 301.3, parameters absent
  auto content = enveloped.nested(der::kSequence).value();
  CHECK(dotted(*content.oid()) == "1.2.156.10197.6.1.4.2.1");
  CHECK(dotted(*content.nested(der::kSequence)->oid()) == "1.2.156.10197.1.104.2");
  const auto rsa = scene.person({KeyType::kRsa, 2048});
  CHECK(error_of(seal_message(kContent, {mei.certificate, rsa.certificate}, CmsForm::kGm)).code == Code::kUsage);
}

TEST_CASE("nothing is sealed to nobody, to keys that only sign, and against the key usage") {
  const Scene scene;
  CHECK(error_of(seal_message(kContent, {}, CmsForm::kRfc5652)).code == Code::kUsage);
  for (const KeyKind& kind :
       {KeyKind{KeyType::kEd25519, 256}, KeyKind{KeyType::kEd448, 448}, KeyKind{KeyType::kRsaPss, 2048}}) {
    CAPTURE(print_key_kind(kind));
    CHECK(error_of(seal_message(kContent, {scene.person(kind).certificate}, CmsForm::kRfc5652)).code == Code::kUsage);
  }
  for (const KeyKind& kind : kEncryptingKinds) {
    CAPTURE(print_key_kind(kind));
    const bool curve = kind.type != KeyType::kRsa && kind.type != KeyType::kSm2;
    const auto wrong = scene.person(kind, curve ? kKeyEncipherment : kKeyAgreement);
    CHECK(error_of(seal_message(kContent, {wrong.certificate}, CmsForm::kRfc5652)).code == Code::kRefused);
  }
}

TEST_CASE("damage to the wrapped key or the padding gives one error and one text") {
  const Scene scene;
  for (const KeyKind& kind : kEncryptingKinds) {
    CAPTURE(print_key_kind(kind));
    const auto person = scene.person(kind);
    const Bytes octets = seal({person.certificate});
    const auto expected = [&](const Bytes& damaged) {
      const auto opened = open(damaged, person);
      REQUIRE_FALSE(opened.has_value());
      CHECK(opened.error().code == Code::kBadSignature);
      CHECK(opened.error().diagnostic.empty());
      return opened.error().detail;
    };
    std::set<std::string> texts;
    Bytes damaged = octets;
    // 18 octets have 14 of padding: the last one becomes 15, through the block before it.
    damaged[damaged.size() - 17] ^= 1U;
    texts.insert(expected(damaged));
    damaged = octets;
    const std::size_t type = find(octets, unhex("06092a864886f70d010701"));
    const std::size_t header = 2;  // of EncryptedContentInfo, before which the wrapped key ends
    damaged[type - header - 1] ^= 1U;
    texts.insert(expected(damaged));
    CHECK(texts.size() == 1);
  }
}

TEST_CASE("a cipher or wrapping that is not supported is named") {
  const Scene scene;
  const auto person = scene.person({KeyType::kRsa, 2048});
  Bytes octets = seal({person.certificate});
  const std::size_t cipher = find(octets, unhex("60864801650304012a"));
  octets[cipher + 8] = 0x2e;  // AES-256-GCM
  CHECK(error_of(open(octets, person)).code == Code::kRefused);
  octets[cipher + 8] = 0x2a;
  octets[cipher + 10] = 0x0f;  // 15 octets of initial vector, and the rest does not parse
  CHECK(error_of(open(octets, person)).code == Code::kMalformed);
  octets = seal({person.certificate});
  octets[find(octets, unhex("2a864886f70d010107")) + 8] = 0x06;
  CHECK(error_of(open(octets, person)).code == Code::kRefused);
}

TEST_CASE("an originator's point that is not on the curve opens nothing") {
  const Scene scene;
  const auto person = scene.person({KeyType::kP256, 256});
  Bytes octets = seal({person.certificate});
  const std::size_t point = find(octets, unhex("03420004"));
  octets[point + 40] ^= 1U;
  CHECK(error_of(open(octets, person)).code == Code::kBadSignature);
}

TEST_CASE("keys whose octets end in zero lose none of them") {
  // Encoders that take a BIT STRING for a list of named bits cut such keys, one in 256.
  const Scene scene;
  const auto ends_in_zero = [](const Bytes& octets) {
    // originatorKey: the point of P-256 as BIT STRING, behind which key wrapping begins.
    const std::size_t point = find(octets, unhex("034200")) + 3;
    return octets[point + 64] == 0;
  };
  const auto curve = scene.person({KeyType::kP256, 256});
  Bytes octets = seal({curve.certificate});
  for (int tries = 0; tries < 10000 && !ends_in_zero(octets); ++tries) octets = seal({curve.certificate});
  REQUIRE(ends_in_zero(octets));
  CHECK(reads(octets, curve));
  auto mei = scene.person({KeyType::kSm2, 256});
  for (int tries = 0; tries < 10000 && mei.key.public_key().key_bits().back() != 0; ++tries) {
    mei = scene.person({KeyType::kSm2, 256});
  }
  REQUIRE(mei.key.public_key().key_bits().back() == 0);
  CHECK(reads(seal({mei.certificate}, CmsForm::kGm), mei));
  CmsSignOptions options;
  options.form = CmsForm::kGm;
  const auto message = need(SignedData::from_bytes(need(sign_message(kContent, {mei.as_signer()}, options))));
  CHECK(verify_signer(message, 0).has_value());
}

TEST_CASE("KAT-2: the content key of a SM2EnvelopedKey is recovered by the example key of GB/T 32918.5") {
  const test::SmallAuthority authority("CN=A", {KeyType::kP256, 256});
  const auto person = example_person(authority);
  // symEncryptedKey of the vector: SM2Cipher { x, y, hash, cipher text } of the key 0123456789abcdeffedcba9876543210.
  const std::string cipher =
      "3079022004ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73022100e858f9d81e5430a57b36daab8f950a3c"
      "64"
      "e6ee6a63094d99283aff767e124df004204423b448d18b4a1a86b0e264e928007803243a5a8d9d0b0e8953bfe4e928adcf041045c54abc"
      "79"
      "1125fbc9bae9ecc8a65559";
  // openssl enc -sm4-cbc -K 0123456789abcdeffedcba9876543210 -iv 000102030405060708090a0b0c0d0e0f of "for your eyes
  // only"
  const std::string encrypted = "64e8d06db01fa4f2eee976ea7cc1ce1afe6925d9850402ba26fb8aa8e14e0098";
  der::Writer writer;
  const auto message = writer.open(der::kSequence);
  writer.oid(oid::kGmEnvelopedData);
  const auto wrapper = writer.open(der::constructed_tag(0));
  const auto enveloped = writer.open(der::kSequence);
  writer.integer(1);
  const auto infos = writer.open(der::kSet);
  const auto info = writer.open(der::kSequence);
  writer.integer(1);
  const auto identifier = writer.open(der::kSequence);
  writer.raw(person.certificate.tbs().issuer);
  writer.element(der::kInteger, person.certificate.tbs().serial);
  writer.close(identifier);
  writer.raw(unhex("300d06092a811ccf5501822d030500"));  // 301.3 with NULL, as some write
  writer.octet_string(unhex(cipher));
  writer.close(info);
  writer.close(infos);
  const auto content = writer.open(der::kSequence);
  writer.oid(oid::kGmData);
  writer.raw(unhex("301b06072a811ccf5501680410000102030405060708090a0b0c0d0e0f"));  // bare SM4: CBC
  writer.element(der::context_tag(0), unhex(encrypted));
  writer.close(content);
  writer.close(enveloped);
  writer.close(wrapper);
  writer.close(message);
  CHECK(reads(writer.view(), person));
}
