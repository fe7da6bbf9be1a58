// Encrypted messages between this program and openssl, both ways.
#include <doctest/doctest.h>

#include <algorithm>

#include "message_files.hpp"
#include "yuxin/x509/enveloped.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;
using base::ByteView;
using test::need;

namespace {

constexpr std::uint32_t kEncryption = kKeyEncipherment | kKeyAgreement;
const std::string kText = "第一行\nthe second line\n";
const ByteView kContent = base::as_bytes(kText);
const std::vector<KeyKind> kKinds{
    {KeyType::kRsa, 2048}, {KeyType::kP256, 256}, {KeyType::kP384, 384}, {KeyType::kP521, 521}};

}  // namespace

TEST_CASE("openssl cms -decrypt reads what we seal") {
  const test::Crowd crowd(kKinds, kEncryption);
  test::write_octets(crowd.folder.file("content"), base::to_bytes(kContent));
  std::vector<Certificate> everybody;
  for (const auto& person : crowd.persons) everybody.push_back(person.certificate);
  test::write_octets(crowd.folder.file("all.der"), need(seal_message(kContent, everybody, CmsForm::kRfc5652)));
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    CAPTURE(print_key_kind(kKinds[i]));
    test::write_octets(crowd.folder.file("one.der"), need(seal_message(kContent, {everybody[i]}, CmsForm::kRfc5652)));
    const std::string person = test::Crowd::name(i);
    for (const std::string file : {"one.der", "all.der"}) {
      const auto read = crowd.folder.run("openssl cms -decrypt -binary -inform DER -in " + file + " -recip " +
                                         person + ".pem -inkey " + person + ".key -out out && cmp out content");
      CHECK_MESSAGE(read.status == 0, read.output);
    }
  }
}

TEST_CASE("messages that openssl cms -encrypt makes are read, also in BER") {
  const test::Crowd crowd(kKinds, kEncryption);
  test::write_octets(crowd.folder.file("content"), base::to_bytes(kContent));
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    CAPTURE(print_key_kind(kKinds[i]));
    const std::string person = test::Crowd::name(i);
    std::vector<std::string> ways{"-aes128 -outform DER", "-aes-192-cbc -outform PEM", "-aes256 -keyid -outform DER",
                                  "-sm4-cbc -outform DER", "-aes256 -stream -outform DER"};
    if (kKinds[i].type == KeyType::kRsa) {
      ways.emplace_back("-aes256 -keyopt rsa_padding_mode:oaep -outform DER");
      ways.emplace_back(
          "-aes256 -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha512 -outform DER");
    } else {
      ways.emplace_back("-aes256 -keyopt ecdh_kdf_md:sha256 -wrap id-aes256-wrap -outform DER");
      ways.emplace_back("-aes256 -keyopt ecdh_kdf_md:sha512 -wrap id-aes192-wrap -outform DER");
    }
    for (const auto& way : ways) {
      CAPTURE(way);
      // Options of a key come after its certificate.
      const auto at = way.find("-keyopt");
      const std::string before = way.substr(0, at);
      const std::string after = at == std::string::npos ? "" : way.substr(at);
      const auto made = crowd.folder.run("openssl cms -encrypt -binary -in content -out m " + before + " -recip " +
                                         person + ".pem " + after);
      REQUIRE_MESSAGE(made.status == 0, made.output);
      const auto message = EnvelopedData::from_bytes(test::read_octets(crowd.folder.file("m")));
      REQUIRE_MESSAGE(message.has_value(), (message ? "" : message.error().detail));
      const auto content = open_message(*message, crowd.persons[i].certificate, crowd.persons[i].key);
      REQUIRE_MESSAGE(content.has_value(), (content ? "" : content.error().detail));
      CHECK(base::equal(content->view(), kContent));
    }
  }
}

TEST_CASE("a damaged PKCS#1 v1.5 key is told from a good one by nothing but the content") {
  const test::Crowd crowd({{KeyType::kRsa, 2048}}, kEncryption);
  test::write_octets(crowd.folder.file("content"), base::to_bytes(kContent));
  const auto made = crowd.folder.run("openssl cms -encrypt -binary -aes256 -in content -out m -outform DER p0.pem");
  REQUIRE_MESSAGE(made.status == 0, made.output);
  const auto& person = crowd.persons[0];
  const Bytes octets = test::read_octets(crowd.folder.file("m"));
  const auto marker = base::from_hex("04820100").value();  // the OCTET STRING of the wrapped key
  const auto at = std::search(octets.begin(), octets.end(), marker.begin(), marker.end());
  REQUIRE(at != octets.end());
  const auto start = static_cast<std::size_t>(at - octets.begin()) + marker.size();
  std::size_t padding_by_chance = 0;
  for (std::size_t i = 1; i < 200; ++i) {
    Bytes damaged = octets;
    damaged[start + i] ^= 1U;
    const auto message = need(EnvelopedData::from_bytes(damaged));
    const auto once = open_message(message, person.certificate, person.key);
    const auto again = open_message(message, person.certificate, person.key);
    // The same each time: whoever repeats a message learns nothing more.
    CHECK(once.has_value() == again.has_value());
    if (once) {
      ++padding_by_chance;
      CHECK_FALSE(base::equal(once->view(), kContent));
      CHECK(base::equal(once->view(), again->view()));
    } else {
      CHECK(once.error().code == base::Code::kBadSignature);
    }
  }
  CHECK(padding_by_chance < 20);  // one in 256, most of the time
}

TEST_CASE("ciphers that are not supported are refused by name") {
  const test::Crowd crowd({{KeyType::kRsa, 2048}}, kEncryption);
  test::write_octets(crowd.folder.file("content"), base::to_bytes(kContent));
  const auto made = crowd.folder.run("openssl cms -encrypt -binary -des3 -in content -out m -outform DER p0.pem");
  REQUIRE_MESSAGE(made.status == 0, made.output);
  const auto message = need(EnvelopedData::from_bytes(test::read_octets(crowd.folder.file("m"))));
  const auto refused = open_message(message, crowd.persons[0].certificate, crowd.persons[0].key);
  CHECK(refused.error().code == base::Code::kRefused);
  CHECK(refused.error().detail.find("des-EDE3-CBC") != std::string::npos);
}
