// The file that unlocks the keys: another program's opens, and a changed one is refused before it costs anything.
#include "keymgmt/keystore/passphrase_seal.hpp"

#include <doctest/doctest.h>

#include <string>

namespace base = yuxin::base;
namespace keymgmt = yuxin::keymgmt;
using base::Code;

namespace {

const base::Secret kPassphrase("correct horse battery staple");
constexpr const char* kSecret = "c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7";

// Made by Python: hashlib.scrypt(passphrase, salt=bytes(range(32)), n=1 << 17, r=8, p=1, dklen=32), then
// cryptography's AESGCM(key).encrypt(bytes(range(100, 112)), bytes(range(200, 232)), the parameters as one line).
const std::string kSealed = R"({
  "format": "yuxin-seal-1", "kdf": "scrypt", "n": 131072, "r": 8, "p": 1,
  "salt": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
  "cipher": "aes-256-gcm", "nonce": "6465666768696a6b6c6d6e6f",
  "sealed": "80669eb3d99ba57c6ebe0f5f90216683bbb7cb0d59a7677696b1bb5bf4dbb51226c8066a4696a06174831d1c1fea8b59"
})";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE_MESSAGE(at != std::string::npos, what);
  return text.replace(at, what.size(), by);
}

}  // namespace

TEST_CASE("what another program sealed is opened, with the right passphrase only") {
  const auto opened = keymgmt::open(kSealed, kPassphrase);
  REQUIRE(opened.has_value());
  CHECK(base::hex(opened->view()) == kSecret);
  CHECK(keymgmt::open(kSealed, base::Secret("Correct horse battery staple")).error().code == Code::kNotAuthorised);
  CHECK(keymgmt::open(kSealed, base::Secret("")).error().code == Code::kNotAuthorised);
}

TEST_CASE("two seals of one secret have nothing in common, and both open") {
  const base::Secret secret(*base::from_hex(kSecret));
  const auto first = keymgmt::seal(secret, kPassphrase);
  const auto second = keymgmt::seal(secret, kPassphrase);
  REQUIRE(first);
  REQUIRE(second);
  const auto one = keymgmt::parse_seal(*first);
  const auto two = keymgmt::parse_seal(*second);
  REQUIRE(one);
  REQUIRE(two);
  CHECK(one->salt != two->salt);
  CHECK(one->nonce != two->nonce);
  CHECK(one->sealed != two->sealed);
  CHECK(keymgmt::print_seal(*one) == *first);
  CHECK(base::hex(keymgmt::open(*second, kPassphrase).value().view()) == kSecret);
}

TEST_CASE(
    "parameters that this program does not write are refused, so that no file can ask for more memory or less work") {
  for (const auto& [right, wrong] : std::vector<std::pair<std::string, std::string>>{
           {"131072", "1"},
           {"131072", "0"},
           {"131072", "-131072"},
           {"131072", "65536"},
           {"131072", "131073"},
           {"131072", "262144"},
           {"131072", "4611686018427387904"},
           {"131072", "18446744073709551615"},
           {"131072", "99999999999999999999999999"},
           {"131072", "131072.0"},
           {"131072", "1e300"},
           {"131072", "\"131072\""},
           {"131072", "null"},
           {"\"r\": 8", "\"r\": 1073741823"},
           {"\"r\": 8", "\"r\": -8"},
           {"\"r\": 8", "\"r\": 4294967304"},  // 8 in the lower half of its bits
           {"\"p\": 1", "\"p\": 0"},
           {"\"p\": 1", "\"p\": 4294967297"},
           {"\"p\": 1", "\"P\": 1"},
           {"yuxin-seal-1", "yuxin-seal-2"},
           {"\"scrypt\"", "\"pbkdf2\""},
           {"aes-256-gcm", "aes-256-ctr"},
       }) {
    CHECK_MESSAGE(keymgmt::open(replaced(kSealed, right, wrong), kPassphrase).error().code == Code::kIntegrity,
                  wrong);
  }
}

TEST_CASE("a damaged file, or parts of the wrong size, are refused") {
  const std::string salt = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  const std::string nonce = "6465666768696a6b6c6d6e6f";
  const auto sealed = base::hex(keymgmt::parse_seal(kSealed).value().sealed);
  for (const auto& [right, wrong] : std::vector<std::pair<std::string, std::string>>{
           {salt, ""},
           {salt, salt.substr(2)},
           {salt, salt + "20"},
           {salt, salt.substr(1)},
           {salt, "zz" + salt.substr(2)},
           {nonce, nonce.substr(2)},
           {nonce, nonce + "00"},
           {sealed, ""},
           {sealed, sealed.substr(0, 32)},  // a tag and nothing else
           {sealed, std::string(8192, '0')},
           {sealed, std::string(4U << 20U, '0')},
           {"\"salt\"", "\"nonce\""},
       }) {
    CHECK_MESSAGE(keymgmt::open(replaced(kSealed, right, wrong), kPassphrase).error().code == Code::kIntegrity,
                  wrong.substr(0, 80));
  }
  for (std::size_t size = 0; size < kSealed.size(); size += 7)
    CHECK(keymgmt::open(kSealed.substr(0, size), kPassphrase).error().code == Code::kIntegrity);
  for (const std::string text : {"", "null", "[]", "{}", "\"yuxin-seal-1\"", "\xff\xfe", "{\"n\":"})
    CHECK_MESSAGE(keymgmt::open(text, kPassphrase).error().code == Code::kIntegrity, text);
  CHECK(keymgmt::open(kSealed + kSealed, kPassphrase).error().code == Code::kIntegrity);
  CHECK(keymgmt::open(std::string(100'000, '['), kPassphrase).error().code == Code::kIntegrity);
}

TEST_CASE("a changed octet of salt, nonce, ciphertext or tag does not open") {
  const auto seal = keymgmt::parse_seal(kSealed).value();
  for (base::Bytes keymgmt::Seal::* part : {&keymgmt::Seal::salt, &keymgmt::Seal::nonce, &keymgmt::Seal::sealed}) {
    auto changed = seal;
    (changed.*part).back() ^= 1U;
    CHECK(keymgmt::open(keymgmt::print_seal(changed), kPassphrase).error().code == Code::kNotAuthorised);
  }
}

TEST_CASE("a key for one purpose is HKDF's, as openssl kdf computes it") {
  // openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt hexkey:c8c9… -kdfopt "info:yuxin key file issuing" HKDF
  const auto derived = keymgmt::derive(base::Secret(*base::from_hex(kSecret)), "yuxin key file issuing");
  REQUIRE(derived.has_value());
  CHECK(derived->text() == "5f2f24509d09b5b02384a429b2c065ec0d20bb2e8f9de5e46a288167d56e0b81");
  CHECK(keymgmt::derive(base::Secret(*base::from_hex(kSecret)), "yuxin key file root").value().text() !=
        derived->text());
}
