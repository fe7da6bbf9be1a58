#include "yuxin/x509/algorithm.hpp"

#include <doctest/doctest.h>

#include <string>

namespace x509 = yuxin::x509;
using x509::KeyKind;
using x509::KeyType;
using x509::SignatureAlgorithm;
using yuxin::base::from_hex;
using yuxin::base::hex;

namespace {

std::optional<SignatureAlgorithm> read(std::string_view octets) {
  return x509::scheme_by_identifier(*from_hex(octets));
}

// The encodings that section 7.1.3.2 of the CA/Browser Forum Baseline Requirements prescribes octet by octet; RFC
// 8410 section 3; GM/T 0006 for SM2.
const std::pair<SignatureAlgorithm, const char*> kPrescribed[] = {
    {SignatureAlgorithm::kRsaSha256, "300d06092a864886f70d01010b0500"},
    {SignatureAlgorithm::kRsaSha384, "300d06092a864886f70d01010c0500"},
    {SignatureAlgorithm::kRsaSha512, "300d06092a864886f70d01010d0500"},
    {SignatureAlgorithm::kRsaPssSha256,
     "304106092a864886f70d01010a3034a00f300d06096086480165030402010500"
     "a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120"},
    {SignatureAlgorithm::kRsaPssSha384,
     "304106092a864886f70d01010a3034a00f300d06096086480165030402020500"
     "a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130"},
    {SignatureAlgorithm::kRsaPssSha512,
     "304106092a864886f70d01010a3034a00f300d06096086480165030402030500"
     "a11c301a06092a864886f70d010108300d06096086480165030402030500a203020140"},
    {SignatureAlgorithm::kEcdsaSha256, "300a06082a8648ce3d040302"},
    {SignatureAlgorithm::kEcdsaSha384, "300a06082a8648ce3d040303"},
    {SignatureAlgorithm::kEcdsaSha512, "300a06082a8648ce3d040304"},
    {SignatureAlgorithm::kEd25519, "300506032b6570"},
    {SignatureAlgorithm::kEd448, "300506032b6571"},
    {SignatureAlgorithm::kSm2Sm3, "300a06082a811ccf55018375"},
    {SignatureAlgorithm::kRsaSha1, "300d06092a864886f70d0101050500"},
    {SignatureAlgorithm::kEcdsaSha1, "300906072a8648ce3d0401"},
};

}  // namespace

TEST_CASE("signature algorithms are written as their standards prescribe and read back") {
  for (const auto& [algorithm, octets] : kPrescribed) {
    CAPTURE(x509::scheme(algorithm).name);
    CHECK(x509::scheme(algorithm).algorithm == algorithm);
    CHECK(hex(x509::scheme(algorithm).identifier) == octets);
    CHECK(read(octets) == algorithm);
  }
}

TEST_CASE("other spellings from the field are read, and no more") {
  CHECK(read("300b06092a864886f70d01010b") == SignatureAlgorithm::kRsaSha256);  // RFC 4055 section 5
  CHECK(read("300c06082a811ccf550183750500") == SignatureAlgorithm::kSm2Sm3);
  CHECK_FALSE(read("300c06082a8648ce3d0403020500").has_value());  // RFC 5758 section 3.2: parameters are absent
  CHECK_FALSE(read("300706032b65700500").has_value());
  CHECK_FALSE(read("300d06092a864886f70d0101010500").has_value());      // rsaEncryption is no signature
  CHECK_FALSE(read("300d06092a864886f70d01010b050000").has_value());    // trailing octet
  CHECK_FALSE(read("30810d06092a864886f70d01010b0500").has_value());    // long length
  CHECK_FALSE(read("300f06092a864886f70d01010b05000500").has_value());  // two parameters
  CHECK_FALSE(read("300d06092a864886f70d0101040500").has_value());      // MD5
  CHECK_FALSE(read("").has_value());
}

TEST_CASE("PSS is read with the same digest twice and a salt of its length") {
  // RFC 4055 section 2.1: absent parameters of the digests are as good as NULL.
  CHECK(read("303d06092a864886f70d01010a3030a00d300b0609608648016503040201"
             "a11a301806092a864886f70d010108300b0609608648016503040201a203020120") ==
        SignatureAlgorithm::kRsaPssSha256);
  CHECK_FALSE(read("300d06092a864886f70d01010a3000").has_value());  // all defaults: SHA-1
  CHECK_FALSE(read("300b06092a864886f70d01010a").has_value());      // no parameters
  // salt 20, salt absent (20), MGF1 with another digest, trailer spelled out, MGF1 absent (SHA-1)
  CHECK_FALSE(read("304106092a864886f70d01010a3034a00f300d06096086480165030402010500"
                   "a11c301a06092a864886f70d010108300d06096086480165030402010500a203020114")
                  .has_value());
  CHECK_FALSE(read("303c06092a864886f70d01010a302fa00f300d06096086480165030402010500"
                   "a11c301a06092a864886f70d010108300d06096086480165030402010500")
                  .has_value());
  CHECK_FALSE(read("304106092a864886f70d01010a3034a00f300d06096086480165030402010500"
                   "a11c301a06092a864886f70d010108300d06096086480165030402020500a203020120")
                  .has_value());
  CHECK_FALSE(read("304606092a864886f70d01010a3039a00f300d06096086480165030402010500"
                   "a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120a303020101")
                  .has_value());
  CHECK_FALSE(read("302306092a864886f70d01010a3016a00f300d06096086480165030402010500a203020120").has_value());
}

TEST_CASE("kinds of keys are written and read") {
  const std::pair<const char*, KeyKind> kinds[] = {
      {"rsa:3072", {KeyType::kRsa, 3072}}, {"rsa-pss:2048", {KeyType::kRsaPss, 2048}},
      {"ec:P-256", {KeyType::kP256, 256}}, {"ec:P-384", {KeyType::kP384, 384}},
      {"ec:P-521", {KeyType::kP521, 521}}, {"ed25519", {KeyType::kEd25519, 256}},
      {"ed448", {KeyType::kEd448, 448}},   {"sm2", {KeyType::kSm2, 256}},
  };
  for (const auto& [text, kind] : kinds) {
    CAPTURE(text);
    CHECK(x509::parse_key_kind(text) == kind);
    CHECK(x509::print_key_kind(kind) == text);
  }
  CHECK(x509::parse_key_kind("EC:p-256") == KeyKind{KeyType::kP256, 256});
  for (const char* bad : {"", "rsa", "rsa:", "rsa:-1", "rsa:1023", "rsa:16385", "rsa:2048x", "rsa: 2048", "ec:P-224",
                          "ec", "dsa:2048", "rsa:99999999999999999999"}) {
    CAPTURE(bad);
    CHECK_FALSE(x509::parse_key_kind(bad).has_value());
  }
}

TEST_CASE("strengths are those of NIST SP 800-57 part 1 table 2") {
  CHECK(x509::security_bits({KeyType::kRsa, 1024}) == 80);
  CHECK(x509::security_bits({KeyType::kRsa, 2048}) == 112);
  CHECK(x509::security_bits({KeyType::kRsa, 3072}) == 128);
  CHECK(x509::security_bits({KeyType::kRsaPss, 7680}) == 192);
  CHECK(x509::security_bits({KeyType::kRsa, 15360}) == 256);
  CHECK(x509::security_bits({KeyType::kP256, 256}) == 128);
  CHECK(x509::security_bits({KeyType::kP384, 384}) == 192);
  CHECK(x509::security_bits({KeyType::kP521, 521}) == 256);
  CHECK(x509::security_bits({KeyType::kSm2, 256}) == 128);
  CHECK(x509::security_bits({KeyType::kEd25519, 256}) == 128);
  CHECK(x509::security_bits({KeyType::kEd448, 448}) == 224);
}

TEST_CASE("a key signs by default with a digest of its strength") {
  CHECK(x509::default_signature({KeyType::kRsa, 2048}) == SignatureAlgorithm::kRsaSha256);
  CHECK(x509::default_signature({KeyType::kRsa, 15360}) == SignatureAlgorithm::kRsaSha512);
  CHECK(x509::default_signature({KeyType::kRsaPss, 3072}) == SignatureAlgorithm::kRsaPssSha256);
  CHECK(x509::default_signature({KeyType::kP256, 256}) == SignatureAlgorithm::kEcdsaSha256);
  CHECK(x509::default_signature({KeyType::kP384, 384}) == SignatureAlgorithm::kEcdsaSha384);
  CHECK(x509::default_signature({KeyType::kP521, 521}) == SignatureAlgorithm::kEcdsaSha512);
  CHECK(x509::default_signature({KeyType::kEd25519, 256}) == SignatureAlgorithm::kEd25519);
  CHECK(x509::default_signature({KeyType::kEd448, 448}) == SignatureAlgorithm::kEd448);
  CHECK(x509::default_signature({KeyType::kSm2, 256}) == SignatureAlgorithm::kSm2Sm3);
}

TEST_CASE("a key fits the algorithms of its type, and none with SHA-1") {
  const KeyKind rsa{KeyType::kRsa, 2048};
  const KeyKind pss{KeyType::kRsaPss, 2048};
  const KeyKind p256{KeyType::kP256, 256};
  const KeyKind sm2{KeyType::kSm2, 256};
  CHECK(x509::fits(rsa, SignatureAlgorithm::kRsaSha512));
  CHECK(x509::fits(rsa, SignatureAlgorithm::kRsaPssSha256));
  CHECK_FALSE(x509::fits(rsa, SignatureAlgorithm::kRsaSha1));
  CHECK_FALSE(x509::fits(rsa, SignatureAlgorithm::kEcdsaSha256));
  CHECK(x509::fits(pss, SignatureAlgorithm::kRsaPssSha384));
  CHECK_FALSE(x509::fits(pss, SignatureAlgorithm::kRsaSha256));
  CHECK(x509::fits(p256, SignatureAlgorithm::kEcdsaSha384));
  CHECK_FALSE(x509::fits(p256, SignatureAlgorithm::kEcdsaSha1));
  CHECK_FALSE(x509::fits(p256, SignatureAlgorithm::kSm2Sm3));
  CHECK(x509::fits(sm2, SignatureAlgorithm::kSm2Sm3));
  CHECK_FALSE(x509::fits(sm2, SignatureAlgorithm::kEcdsaSha256));
  CHECK(x509::fits({KeyType::kEd448, 448}, SignatureAlgorithm::kEd448));
  CHECK_FALSE(x509::fits({KeyType::kEd448, 448}, SignatureAlgorithm::kEd25519));
  // RFC 8017 section 9.1.1: 128 octets have no room for two times 64 octets and two more.
  CHECK_FALSE(x509::fits({KeyType::kRsa, 1024}, SignatureAlgorithm::kRsaPssSha512));
  CHECK(x509::fits({KeyType::kRsa, 1024}, SignatureAlgorithm::kRsaPssSha384));
}
