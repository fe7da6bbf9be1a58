#include <doctest/doctest.h>

#include <map>
#include <thread>

#include "need.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/key.hpp"

namespace x509 = yuxin::x509;
namespace der = yuxin::x509::der;
using x509::PrivateKey;
using x509::PublicKey;
using x509::SignatureAlgorithm;
using yuxin::base::as_bytes;
using yuxin::base::Bytes;
using yuxin::base::ByteView;
using yuxin::base::Code;
using yuxin::base::from_hex;
using yuxin::base::hex;

namespace {

constexpr const char* kAllKinds[] = {"rsa:2048", "rsa-pss:2048", "ec:P-256", "ec:P-384",
                                     "ec:P-521", "ed25519",      "ed448",    "sm2"};

PublicKey public_key(const std::string& spki) { return *PublicKey::from_spki(*from_hex(spki)); }

// generated makes one key of a kind for all cases, another a second one: RSA keys take their time.
const PrivateKey& generated_as(std::string_view kind, std::map<std::string, PrivateKey, std::less<>>& keys) {
  auto found = keys.find(kind);
  if (found == keys.end()) {
    found = keys.emplace(kind, PrivateKey::generate(*x509::parse_key_kind(kind)).value()).first;
  }
  return found->second;
}
const PrivateKey& generated(std::string_view kind) {
  static std::map<std::string, PrivateKey, std::less<>> keys;
  return generated_as(kind, keys);
}
const PrivateKey& another(std::string_view kind) {
  static std::map<std::string, PrivateKey, std::less<>> keys;
  return generated_as(kind, keys);
}

// verifies says whether the signature is good; a refusal must be kBadSignature and say something.
bool verifies(const PublicKey& key, SignatureAlgorithm algorithm, ByteView tbs, ByteView signature) {
  const auto verified = x509::verify_tbs(key, x509::scheme(algorithm).identifier, tbs, signature);
  if (verified) return true;
  CHECK(verified.error().code == Code::kBadSignature);
  CHECK_FALSE(verified.error().detail.empty());
  return false;
}

Bytes dss_signature(const std::string& r, const std::string& s) {
  der::Writer writer;
  const auto sequence = writer.open(der::kSequence);
  writer.unsigned_integer(*from_hex(r));
  writer.unsigned_integer(*from_hex(s));
  writer.close(sequence);
  return writer.take();
}

// GB/T 32918.5-2017 annex A.2
constexpr const char* kSm2Spki =
    "3059301306072a8648ce3d020106082a811ccf5501822d034200"
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
constexpr const char* kSm2R = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3";
constexpr const char* kSm2S = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";

// RFC 6979 section A.2.5
constexpr const char* kP256Spki =
    "3059301306072a8648ce3d020106082a8648ce3d030107034200"
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
constexpr const char* kP256R = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
constexpr const char* kP256S = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";

}  // namespace

TEST_CASE("the SM2 example of GB/T 32918.5 verifies, with the standard identifier") {
  const PublicKey key = public_key(kSm2Spki);
  const Bytes signature = dss_signature(kSm2R, kSm2S);
  CHECK(verifies(key, SignatureAlgorithm::kSm2Sm3, as_bytes("message digest"), signature));
  CHECK_FALSE(verifies(key, SignatureAlgorithm::kSm2Sm3, as_bytes("message digesT"), signature));
  CHECK(x509::verify_tbs(key, *from_hex("300c06082a811ccf550183750500"), as_bytes("message digest"), signature));
}

TEST_CASE("the digest of an SM2 signer is e of GB/T 32918.5, which begins with Z") {
  // ECPrivateKey of the example's d in a PrivateKeyInfo
  const auto key = PrivateKey::from_pkcs8(
      *from_hex("304102010030130607"
                "2a8648ce3d020106082a811ccf5501822d0427302502010104203945208f7b2144b13f36e38ac6d39f95889393692860b51a"
                "42fb81ef4df7c5b8"));
  REQUIRE(key.has_value());
  CHECK(hex(key->public_key().spki()) == kSm2Spki);
  const auto signer = key->signer(SignatureAlgorithm::kSm2Sm3).value();
  auto digest = x509::SigningDigest::for_signer(*signer).value();
  digest.update(as_bytes("message "));
  digest.update(as_bytes("digest"));
  CHECK(hex(digest.finish()) == "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640");
}

TEST_CASE("the ECDSA example of RFC 6979 verifies") {
  const PublicKey key = public_key(kP256Spki);
  CHECK(verifies(key, SignatureAlgorithm::kEcdsaSha256, as_bytes("sample"), dss_signature(kP256R, kP256S)));
  CHECK_FALSE(verifies(key, SignatureAlgorithm::kEcdsaSha384, as_bytes("sample"), dss_signature(kP256R, kP256S)));
}

TEST_CASE("the EdDSA examples of RFC 8032 verify") {
  const PublicKey ed25519 =
      public_key("302a300506032b65700321003d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const Bytes signature = *from_hex(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  CHECK(verifies(ed25519, SignatureAlgorithm::kEd25519, *from_hex("72"), signature));
  CHECK_FALSE(verifies(ed25519, SignatureAlgorithm::kEd25519, *from_hex("73"), signature));
  CHECK_FALSE(verifies(ed25519, SignatureAlgorithm::kEd25519, *from_hex("72"), ByteView(signature).first(63)));
  const PublicKey ed448 = public_key(
      "3043300506032b6571033a005fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778"
      "edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180");
  CHECK(verifies(ed448, SignatureAlgorithm::kEd448, {},
                 *from_hex("533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22"
                           "ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cd"
                           "da8530a113a0f4dbb61149f05a7363268c71d95808ff2e652600")));
}

TEST_CASE("every kind of key signs what it verifies, and nothing else verifies") {
  const Bytes tbs(1000, 0x42);
  Bytes other = tbs;
  other[500] ^= 1U;
  for (const char* kind : kAllKinds) {
    CAPTURE(kind);
    const PrivateKey& key = generated(kind);
    CHECK(x509::print_key_kind(key.public_key().kind()) == kind);
    const auto algorithm = x509::default_signature(key.public_key().kind());
    const auto signer = key.signer(algorithm).value();
    CHECK(signer->algorithm() == algorithm);
    const Bytes signature = signer->sign(tbs).value();
    CHECK(verifies(key.public_key(), algorithm, tbs, signature));
    CHECK_FALSE(verifies(key.public_key(), algorithm, other, signature));
    CHECK_FALSE(verifies(another(kind).public_key(), algorithm, tbs, signature));
    CHECK_FALSE(verifies(key.public_key(), algorithm, tbs, {}));
    Bytes damaged = signature;
    damaged[damaged.size() / 2] ^= 1U;
    CHECK_FALSE(verifies(key.public_key(), algorithm, tbs, damaged));
    Bytes longer = signature;
    longer.push_back(0);
    CHECK_FALSE(verifies(key.public_key(), algorithm, tbs, longer));
    CHECK(verifies(key.public_key(), algorithm, tbs, signature));  // failures leave nothing behind
    CHECK(verifies(PublicKey::from_spki(key.public_key().spki()).value(), algorithm, tbs, signature));
  }
}

TEST_CASE("every algorithm that fits a key can be asked of it, others are refused") {
  const Bytes tbs(100, 0x17);
  for (const char* kind : kAllKinds) {
    const PrivateKey& key = generated(kind);
    for (int i = 0; i <= static_cast<int>(SignatureAlgorithm::kEcdsaSha1); ++i) {
      const auto algorithm = static_cast<SignatureAlgorithm>(i);
      CAPTURE(kind);
      CAPTURE(x509::scheme(algorithm).name);
      const auto signer = key.signer(algorithm);
      CHECK(signer.has_value() == x509::fits(key.public_key().kind(), algorithm));
      if (signer) {
        CHECK(verifies(key.public_key(), algorithm, tbs, (*signer)->sign(tbs).value()));
      } else {
        CHECK(signer.error().code == Code::kUsage);
        CHECK_FALSE(verifies(key.public_key(), algorithm, tbs, Bytes(256, 1)));
      }
    }
  }
}

TEST_CASE("a digest made piece by piece is signed like the message") {
  const Bytes tbs(5000, 0x33);
  for (const char* kind : kAllKinds) {
    CAPTURE(kind);
    const PrivateKey& key = generated(kind);
    const auto algorithm = x509::default_signature(key.public_key().kind());
    const auto signer = key.signer(algorithm).value();
    auto digest = x509::SigningDigest::for_signer(*signer);
    if (!x509::scheme(algorithm).digest) {
      CHECK(digest.error().code == Code::kUsage);
      CHECK(yuxin::test::error_of(signer->sign_digest(Bytes(64))).code == Code::kUsage);
      continue;
    }
    digest->update(ByteView(tbs).first(1));
    digest->update({});
    digest->update(ByteView(tbs).subspan(1));
    const Bytes value = digest->finish();
    CHECK(verifies(key.public_key(), algorithm, tbs, signer->sign_digest(value).value()));
    CHECK(yuxin::test::error_of(signer->sign_digest(ByteView(value).subspan(1))).code == Code::kUsage);
  }
}

TEST_CASE("SHA-1 and unknown algorithms are refused by name, whatever the signature") {
  const PublicKey key = public_key(kP256Spki);
  // RFC 6979 section A.2.5, SHA-1, "sample": a signature that is right
  const Bytes signature = dss_signature("61340c88c3aaebeb4f6d667f672ca9759a6ccaa9fa8811313039ee4a35471d32",
                                        "6d7f147dac089441bb2e2fe8f7a3fa264b9c475098fdcf6e00d7c996e1b8b7eb");
  const auto sha1 = x509::verify_tbs(key, *from_hex("300906072a8648ce3d0401"), as_bytes("sample"), signature);
  REQUIRE_FALSE(sha1.has_value());
  CHECK(sha1.error().code == Code::kBadSignature);
  CHECK(sha1.error().detail.find("SHA-1") != std::string::npos);
  const auto dsa = x509::verify_tbs(key, *from_hex("300b0609608648016503040302"), as_bytes("sample"), signature);
  REQUIRE_FALSE(dsa.has_value());
  CHECK(dsa.error().code == Code::kBadSignature);
  CHECK(dsa.error().detail.find("dsa-with-sha256") != std::string::npos);
  CHECK_FALSE(x509::verify_tbs(key, {}, as_bytes("sample"), signature).has_value());
}

TEST_CASE("signatures on curves are strict DER with numbers in range") {
  const auto check = [](const PublicKey& key, SignatureAlgorithm algorithm, std::string_view message,
                        const std::string& r, const std::string& s) {
    const auto accepted = [&](const std::string& octets) {
      CAPTURE(octets);
      return verifies(key, algorithm, as_bytes(message), *from_hex(octets));
    };
    // r and s have their top bit set, so each takes a sign octet.
    CHECK(accepted("3046022100" + r + "022100" + s));
    CHECK_FALSE(accepted("3046022100" + r + "022100" + s + "00"));    // behind the sequence
    CHECK_FALSE(accepted("3048022100" + r + "022100" + s + "0500"));  // inside the sequence
    CHECK_FALSE(accepted("308146022100" + r + "022100" + s));         // long length
    CHECK_FALSE(accepted("30820046022100" + r + "022100" + s));
    CHECK_FALSE(accepted("3080022100" + r + "022100" + s + "0000"));  // indefinite length
    CHECK_FALSE(accepted("304702220000" + r + "022100" + s));         // padded r
    CHECK_FALSE(accepted("3047022100" + r + "02220000" + s));         // padded s
    CHECK_FALSE(accepted("304702812100" + r + "022100" + s));         // long length of r
    CHECK_FALSE(accepted("30440220" + r + "0220" + s));               // both negative
    CHECK_FALSE(accepted("3026020100022100" + s));                    // r = 0
    CHECK_FALSE(accepted("3026022100" + r + "020100"));               // s = 0
    CHECK_FALSE(accepted("3006020101020101"));
    CHECK_FALSE(accepted("3006020100020100"));
    CHECK_FALSE(accepted("300402000200"));
    CHECK_FALSE(accepted("3046022100" + s + "022100" + r));  // swapped
    CHECK_FALSE(accepted("3023022100" + r));                 // s missing
    CHECK_FALSE(accepted("3146022100" + r + "022100" + s));  // a SET
    CHECK_FALSE(accepted("3046042100" + r + "022100" + s));  // an OCTET STRING
    CHECK_FALSE(accepted(r + s));                            // the raw form of P1363
    CHECK_FALSE(accepted("3000"));
    CHECK_FALSE(accepted("0500"));
    // above the order
    CHECK_FALSE(accepted("3046022100" + std::string(64, 'f') + "022100" + s));
    CHECK_FALSE(accepted("3046022100" + r + "022100" + std::string(64, 'f')));
  };
  check(public_key(kP256Spki), SignatureAlgorithm::kEcdsaSha256, "sample", kP256R, kP256S);
  check(public_key(kSm2Spki), SignatureAlgorithm::kSm2Sm3, "message digest", kSm2R, kSm2S);
}

TEST_CASE("an s or r above the order of the group does not verify") {
  // kP256S and kP256R with the order n of P-256 added: congruent, and still no signature (FIPS 186-5 section 6.4.2)
  const PublicKey key = public_key(kP256Spki);
  CHECK_FALSE(verifies(key, SignatureAlgorithm::kEcdsaSha256, as_bytes("sample"),
                       dss_signature(kP256R, "01f7cb1c932d657c42d436c7a1b6e29f65b0cffb8960c7928b417e75f2809df2f9")));
  CHECK_FALSE(verifies(key, SignatureAlgorithm::kEcdsaSha256, as_bytes("sample"),
                       dss_signature("01efd48b29acb6a8fe1140dd9cd45e81d65a138228fdc29816b706d96b4b125c67", kP256S)));
}

TEST_CASE("an RSA signature is as long as its modulus (RFC 8017 section 8.2.2)") {
  const PrivateKey& key = generated("rsa:2048");
  for (const auto algorithm : {SignatureAlgorithm::kRsaSha256, SignatureAlgorithm::kRsaPssSha256}) {
    const auto signer = key.signer(algorithm).value();
    // One signature in 256 begins with a zero octet; without it the number is the same.
    Bytes signature;
    std::uint32_t counter = 0;
    std::array<std::uint8_t, 4> tbs{};
    do {
      ++counter;
      for (std::size_t i = 0; i < 4; ++i) tbs[i] = static_cast<std::uint8_t>(counter >> (8 * i));
      signature = signer->sign(tbs).value();
    } while (signature[0] != 0 && counter < 10000);
    REQUIRE(signature[0] == 0);
    CHECK(verifies(key.public_key(), algorithm, tbs, signature));
    CHECK_FALSE(verifies(key.public_key(), algorithm, tbs, ByteView(signature).subspan(1)));
    Bytes padded = signature;
    padded.insert(padded.begin(), 0);
    CHECK_FALSE(verifies(key.public_key(), algorithm, tbs, padded));
  }
}

TEST_CASE("signers and keys are shared between threads") {
  for (const char* kind : {"ec:P-256", "rsa:2048", "ed25519", "sm2"}) {
    CAPTURE(kind);
    const PrivateKey& key = generated(kind);
    const PublicKey shared = key.public_key();
    const auto algorithm = x509::default_signature(shared.kind());
    const auto signer = key.signer(algorithm).value();
    std::array<int, 4> good{};
    {
      std::vector<std::jthread> threads;
      for (std::size_t t = 0; t < good.size(); ++t) {
        threads.emplace_back([&, t] {
          for (int i = 0; i < 50; ++i) {
            const Bytes tbs(static_cast<std::size_t>(i) + 1, static_cast<std::uint8_t>(t));
            const auto signature = signer->sign(tbs);
            const auto own = PublicKey::from_spki(shared.spki());
            const ByteView identifier = x509::scheme(algorithm).identifier;
            if (signature && x509::verify_tbs(shared, identifier, tbs, *signature) && own &&
                x509::verify_tbs(*own, identifier, tbs, *signature)) {
              ++good[t];
            }
          }
        });
      }
    }
    for (const int count : good) CHECK(count == 50);
  }
}
