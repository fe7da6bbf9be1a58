// Decrypters: the encoding of OAEP, points, and what software keys open.
#include "yuxin/x509/decrypter.hpp"

#include <doctest/doctest.h>

#include "need.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;
using base::Code;
using test::error_of;
using test::need;

namespace {

constexpr KeyEncryption kSha256OverSha1{KeyEncryption::Kind::kRsaOaep, DigestAlgorithm::kSha256,
                                        DigestAlgorithm::kSha1};
constexpr KeyEncryption kSha1OverSha256{KeyEncryption::Kind::kRsaOaep, DigestAlgorithm::kSha1,
                                        DigestAlgorithm::kSha256};

// Encoded by fifteen lines of Python (hashlib) after RFC 8017 section 7.1.1: the octets 0 to 31 in 128.
constexpr std::string_view kFirst =
    "00cfeebe5a0805229d54f44248c80145500e5f810fd963209375c2be91327613f1de5711d07c4c7fc7fdee7ad64fab66"
    "8180952b39ed90fe4025ed1c8bf1c81655819db0ef9394f85438d20f0b34476ab5883b4df37deb2724c0660d4b6dbdc9"
    "7ce79951945bdd637b55cb01baaa085eeddc61ab262939e4b0c28c04c348e855";
constexpr std::string_view kSecond =
    "00e9610e63995fd43e2ad84f5b0209e2717b224c78ed005c97d6cdfad06ce8d034e2ee238ef1b5ddc48af4100ee7a0fb"
    "c7092d9686fbb2f9012d26b3f67304bfa818a13932a71cea105d467331d3bbb6f303e376fef449b580f5659bc31a9cfd"
    "2747d878f1a0bd681047799ed7239f2b1c717da53fdf5aedf7721acfc03a3370";

Bytes unhex(std::string_view text) { return base::from_hex(text).value(); }

Bytes counted(std::size_t count) {
  Bytes octets(count);
  for (std::size_t i = 0; i < count; ++i) octets[i] = static_cast<std::uint8_t>(i);
  return octets;
}

}  // namespace

TEST_CASE("an encoding of OAEP that another program made is taken off, and nothing else is") {
  for (const auto& [how, text] : {std::pair{kSha256OverSha1, kFirst}, {kSha1OverSha256, kSecond}}) {
    const auto block = unhex(text);
    const auto content = remove_oaep(how, block, 32);
    REQUIRE(content);
    CHECK(base::equal(content->view(), counted(32)));
    for (const std::size_t octets : {31U, 33U, 0U, 128U}) CHECK_FALSE(remove_oaep(how, block, octets));
    for (std::size_t i = 0; i < block.size(); ++i) {
      auto wrong = block;
      wrong[i] ^= 1U;
      CHECK_FALSE(remove_oaep(how, wrong, 32));
    }
    CHECK_FALSE(remove_oaep(how, base::ByteView(block).first(127), 32));
    CHECK_FALSE(remove_oaep(how, {}, 32));
    CHECK_FALSE(remove_oaep(kOaepSha256, block, 32));
  }
}

TEST_CASE("a point is on the curve of a key or it is not") {
  const auto key = need(PrivateKey::generate({KeyType::kP256, 256}));
  const auto other = need(PrivateKey::generate({KeyType::kP384, 384}));
  auto point = base::to_bytes(key.public_key().key_bits());
  CHECK(is_on_curve(key.public_key(), point));
  CHECK_FALSE(is_on_curve(other.public_key(), point));
  point.back() ^= 1U;
  CHECK_FALSE(is_on_curve(key.public_key(), point));
  CHECK_FALSE(is_on_curve(key.public_key(), {}));
  const auto rsa = need(PrivateKey::generate({KeyType::kRsa, 2048}));
  CHECK_FALSE(is_on_curve(rsa.public_key(), point));
}

TEST_CASE("both ends of an agreement have the same value, and a foreign point gives none") {
  const auto one = need(PrivateKey::generate({KeyType::kP521, 521}));
  const auto two = need(PrivateKey::generate({KeyType::kP521, 521}));
  const auto first = need(one.decrypter()->agree(two.public_key().key_bits()));
  const auto second = need(two.decrypter()->agree(one.public_key().key_bits()));
  REQUIRE((first && second));
  CHECK(first->size() == 66);
  CHECK(base::equal(first->view(), second->view()));
  const auto foreign = need(PrivateKey::generate({KeyType::kP256, 256}));
  CHECK_FALSE(need(one.decrypter()->agree(foreign.public_key().key_bits())));
  const auto rsa = need(PrivateKey::generate({KeyType::kRsa, 2048}));
  CHECK_FALSE(need(rsa.decrypter()->agree(one.public_key().key_bits())));
}

TEST_CASE("what is encrypted to a key opens with that key alone, and keys that do not encrypt say so") {
  const auto secret = counted(32);
  const auto key = need(PrivateKey::generate({KeyType::kRsa, 2048}));
  const auto other = need(PrivateKey::generate({KeyType::kRsa, 2048}));
  for (const auto& how : {kOaepSha256, kSha256OverSha1, kSha1OverSha256}) {
    const auto encrypted = need(encrypt_to(key.public_key(), how, secret));
    const auto opened = need(key.decrypter()->decrypt(how, encrypted, 32));
    REQUIRE(opened);
    CHECK(base::equal(opened->view(), secret));
    CHECK_FALSE(need(other.decrypter()->decrypt(how, encrypted, 32)));
    CHECK_FALSE(need(key.decrypter()->decrypt(how, encrypted, 31)));
  }
  CHECK(error_of(encrypt_to(key.public_key(), kOaepSha256, counted(191))).code == Code::kUsage);
  for (const auto& kind :
       {KeyKind{KeyType::kP256, 256}, KeyKind{KeyType::kEd25519, 256}, KeyKind{KeyType::kRsaPss, 2048}})
    CHECK(error_of(encrypt_to(need(PrivateKey::generate(kind)).public_key(), kOaepSha256, secret)).code ==
          Code::kUsage);
}
