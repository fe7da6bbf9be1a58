#include "yuxin/x509/password_mac.hpp"

#include <doctest/doctest.h>

#include <array>

#include "need.hpp"
#include "yuxin/x509/der.hpp"

using namespace yuxin;
using x509::PasswordMac;
namespace der = x509::der;

namespace {

struct Vector {
  const char* identifier;
  const char* mac;
};

// Made by Python's hashlib and hmac from the text of RFC 4211 section 4.4 and RFC 8018 section 7.1, for the secret
// "sesame" and the message "ProtectedPart": PasswordBasedMac with SHA-256, 500 times, and HMAC-SHA1; with SHA-512,
// 1000 times, and HMAC-SHA-256; PBMAC1 with PBKDF2, HMAC-SHA-256, 2048 times, and HMAC-SHA-512.
constexpr std::array<Vector, 3> kVectors = {{{"303c06092a864886f67d07420d302f0410000102030405060708090a0b0c0d0e0f300b"
                                              "0609608648016503040201020201f4300a06082b060"
                                              "10505080102",
                                              "260e10d9a1367be238ee46097cb18b03d11c0815"},
                                             {"303c06092a864886f67d07420d302f0410000102030405060708090a0b0c0d0e0f300b"
                                              "0609608648016503040203020203e8300a06082a864"
                                              "886f70d0209",
                                              "cf7d904fe7a42cd6f5ff15f47b4ca795f409f34486f7a5408f0bfa20c05a3d48"},
                                             {"305106092a864886f70d01050e3044303406092a864886f70d01050c30270410000102"
                                              "030405060708090a0b0c0d0e0f02020800020120300"
                                              "c06082a864886f70d02090500300c06082a864886f70d020b0500",
                                              "f688e04bc51a574284a5be7786b6b87206d245c1bfb30f5c17934525c5f0c794263b9d"
                                              "ce28b3f0483dcf66c4b78758f55686b295364747282"
                                              "3ad3a6101073c8c"}}};

base::Bytes octets(const char* text) { return *base::from_hex(text); }

// PasswordBasedMac with other parameters; OIDs are content octets in hexadecimal.
base::Bytes pbm(std::size_t salt, const char* owf, std::int64_t iterations, const char* mac) {
  der::Writer out;
  const auto whole = out.open(der::kSequence);
  out.oid(octets("2a864886f67d07420d"));
  const auto parameters = out.open(der::kSequence);
  out.octet_string(base::Bytes(salt, 7));
  auto algorithm = out.open(der::kSequence);
  out.oid(octets(owf));
  out.close(algorithm);
  out.integer(iterations);
  algorithm = out.open(der::kSequence);
  out.oid(octets(mac));
  out.close(algorithm);
  out.close(parameters);
  out.close(whole);
  return out.take();
}
constexpr const char* kSha1 = "2b0e03021a";
constexpr const char* kSha256 = "608648016503040201";
constexpr const char* kMd5 = "2a864886f70d0205";
constexpr const char* kHmacSha256 = "2a864886f70d0209";

base::Code refusal(base::ByteView identifier) {
  const auto made = PasswordMac::from_identifier(identifier);
  REQUIRE_FALSE(made.has_value());
  return made.error().code;
}

}  // namespace

TEST_CASE("password-based MACs are those of RFC 4211 and RFC 8018") {
  for (const auto& vector : kVectors) {
    const auto mac = test::need(PasswordMac::from_identifier(octets(vector.identifier)));
    const auto made = test::need(mac.mac(base::Secret("sesame"), base::as_bytes("ProtectedPart")));
    CHECK(base::hex(made) == vector.mac);
    CHECK(test::need(mac.mac(base::Secret("Sesame"), base::as_bytes("ProtectedPart"))) != made);
  }
}

TEST_CASE("a renewed MAC has another salt and nothing else that is new") {
  for (const auto& vector : kVectors) {
    const auto mac = test::need(PasswordMac::from_identifier(octets(vector.identifier)));
    const auto renewed = mac.renewed();
    CHECK(renewed.identifier() != mac.identifier());
    CHECK(renewed.identifier().size() == mac.identifier().size());
    const auto again = test::need(PasswordMac::from_identifier(renewed.identifier()));
    const auto made = test::need(renewed.mac(base::Secret("sesame"), base::as_bytes("text")));
    CHECK(made == test::need(again.mac(base::Secret("sesame"), base::as_bytes("text"))));
    CHECK(made != test::need(mac.mac(base::Secret("sesame"), base::as_bytes("text"))));
  }
}

TEST_CASE("a stranger does not decide how long the MAC of his message takes, nor that it is a weak one") {
  CHECK(PasswordMac::from_identifier(pbm(16, kSha256, PasswordMac::kMostIterations, kHmacSha256)).has_value());
  CHECK(refusal(pbm(16, kSha256, PasswordMac::kMostIterations + 1, kHmacSha256)) == base::Code::kRefused);
  CHECK(refusal(pbm(16, kSha256, 0, kHmacSha256)) == base::Code::kRefused);
  CHECK(refusal(pbm(16, kSha256, -5, kHmacSha256)) == base::Code::kRefused);
  CHECK(refusal(pbm(7, kSha256, 500, kHmacSha256)) == base::Code::kRefused);
  CHECK(refusal(pbm(129, kSha256, 500, kHmacSha256)) == base::Code::kRefused);
  CHECK(refusal(pbm(16, kSha1, 500, kHmacSha256)) == base::Code::kRefused);
  CHECK(refusal(pbm(16, kMd5, 500, kHmacSha256)) == base::Code::kRefused);
  CHECK(refusal(pbm(16, kSha256, 500, kSha256)) == base::Code::kRefused);
  // PBKDF2 without a prf, which is HMAC-SHA1; with 2^31-1 iterations; with a key of 100 octets
  CHECK(refusal(octets("304306092a864886f70d01050e3036302606092a864886f70d01050c30190410000102030405060708090a0b0c0d0"
                       "e0f02020800020120300c06082a864886f70d020b0500")) == base::Code::kRefused);
  CHECK(refusal(octets("305306092a864886f70d01050e3046303606092a864886f70d01050c30290410000102030405060708090a0b0c0d0"
                       "e0f02047fffffff020120300c06082a864886f70d02090500300c06082a864886f70d020b0500")) ==
        base::Code::kRefused);
  CHECK(refusal(octets("305106092a864886f70d01050e3044303406092a864886f70d01050c30270410000102030405060708090a0b0c0d0"
                       "e0f02020800020164300c06082a864886f70d02090500300c06082a864886f70d020b0500")) ==
        base::Code::kRefused);
}

TEST_CASE("the iterations are those over all blocks of the key, and what clients do by themselves is taken") {
  const auto pbmac1 = [](const char* iterations, const char* key, const char* prf) {
    const std::string text = std::string(
                                 "305106092a864886f70d01050e3044303406092a864886f70d01050c302704100001020304050607"
                                 "08090a0b0c0d0e0f0202") +
                             iterations + "0201" + key + "300c06082a864886f70d02" + prf +
                             "0500300c06082a864886f70d020b0500";
    return octets(text.c_str());
  };
  constexpr const char* kOwfSha512 = "608648016503040203";
  // openssl cmp, and BouncyCastle's PKMACBuilder and JcePBMac1CalculatorBuilder
  CHECK(PasswordMac::from_identifier(pbm(16, kSha256, 500, kHmacSha256)).has_value());
  CHECK(PasswordMac::from_identifier(pbm(20, kOwfSha512, 1000, kHmacSha256)).has_value());
  CHECK(PasswordMac::from_identifier(pbmac1("2000", "20", "09")).has_value());
  // ten thousand for a key of one block, five thousand for one of two
  CHECK(PasswordMac::from_identifier(pbmac1("2710", "20", "09")).has_value());
  CHECK(refusal(pbmac1("2711", "20", "09")) == base::Code::kRefused);
  CHECK(PasswordMac::from_identifier(pbmac1("1388", "21", "09")).has_value());
  CHECK(refusal(pbmac1("1389", "21", "09")) == base::Code::kRefused);
  CHECK(refusal(pbmac1("2000", "40", "09")) == base::Code::kRefused);
  CHECK(PasswordMac::from_identifier(pbmac1("2710", "40", "0b")).has_value());
}

TEST_CASE("the key that a MAC is made with is no shorter than RFC 9579 has it, whatever the message asks for") {
  const auto with_key = [](const std::string& size) {
    return octets(
        ("305106092a864886f70d01050e3044303406092a864886f70d01050c30270410000102030405060708090a0b0c0d0e0f0202080002"
         "01" +
         size + "300c06082a864886f70d02090500300c06082a864886f70d020b0500")
            .c_str());
  };
  for (const char* size : {"00", "01", "13", "ff"}) CHECK(refusal(with_key(size)) == base::Code::kRefused);
  for (const char* size : {"14", "20", "40"}) CHECK(PasswordMac::from_identifier(with_key(size)).has_value());
  // the library does PasswordBasedMac no fewer than 100 times
  CHECK(refusal(pbm(16, kSha256, 99, kHmacSha256)) == base::Code::kRefused);
  CHECK(PasswordMac::from_identifier(pbm(16, kSha256, 100, kHmacSha256)).has_value());
}

TEST_CASE("what is no such algorithm is refused, wherever it is cut") {
  CHECK(refusal({}) == base::Code::kMalformed);
  CHECK(refusal(octets("300b0609608648016503040201")) == base::Code::kRefused);
  for (const auto& vector : kVectors) {
    const auto whole = octets(vector.identifier);
    for (std::size_t size = 0; size < whole.size(); ++size)
      CHECK_FALSE(PasswordMac::from_identifier(base::ByteView(whole).first(size)).has_value());
    auto longer = whole;
    longer.push_back(0);
    CHECK_FALSE(PasswordMac::from_identifier(longer).has_value());
  }
}
