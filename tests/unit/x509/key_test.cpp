#include "yuxin/x509/key.hpp"

#include <doctest/doctest.h>

#include "yuxin/x509/der.hpp"

namespace x509 = yuxin::x509;
namespace der = yuxin::x509::der;
using x509::KeyKind;
using x509::KeyType;
using x509::PublicKey;
using yuxin::base::Bytes;
using yuxin::base::ByteView;
using yuxin::base::Code;
using yuxin::base::from_hex;
using yuxin::base::hex;

namespace {

// RFC 6979 section A.2.5
constexpr const char* kP256X = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
constexpr const char* kP256Y = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
// GB/T 32918.5 annex A.2
constexpr const char* kSm2Point =
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";

constexpr const char* kEcPublicKey = "06072a8648ce3d0201";
constexpr const char* kCurveP256 = "06082a8648ce3d030107";
constexpr const char* kCurveSm2 = "06082a811ccf5501822d";
constexpr const char* kRsa = "06092a864886f70d0101010500";
constexpr const char* kRsaPss = "06092a864886f70d01010a";
constexpr const char* kEd25519 = "06032b6570";
constexpr const char* kEd448 = "06032b6571";

Bytes spki(const std::string& algorithm, ByteView key_bits) {
  der::Writer writer;
  const auto outer = writer.open(der::kSequence);
  writer.element(der::kSequence, *from_hex(algorithm));
  writer.bit_string(key_bits);
  writer.close(outer);
  return writer.take();
}

Bytes spki(const std::string& algorithm, const std::string& key_bits) { return spki(algorithm, *from_hex(key_bits)); }

Bytes ec_spki(const std::string& point) { return spki(std::string(kEcPublicKey) + kCurveP256, point); }

Bytes rsa_numbers(ByteView modulus, ByteView exponent) {
  der::Writer writer;
  const auto outer = writer.open(der::kSequence);
  writer.unsigned_integer(modulus);
  writer.unsigned_integer(exponent);
  writer.close(outer);
  return writer.take();
}

// modulus_of is an odd number of this many bits; nobody can see that it has no two prime factors.
Bytes modulus_of(std::size_t bits) {
  Bytes modulus((bits + 7) / 8, 0x5b);
  modulus[0] = static_cast<std::uint8_t>(1U << (bits - 1) % 8);
  return modulus;
}

Bytes rsa_spki(std::size_t bits, const std::string& exponent) {
  return spki(kRsa, rsa_numbers(modulus_of(bits), *from_hex(exponent)));
}

bool refused(const Bytes& der) {
  const auto key = PublicKey::from_spki(der);
  return !key && key.error().code == Code::kMalformed && !key.error().detail.empty();
}

}  // namespace

TEST_CASE("a P-256 key is read, with its identifier") {
  const Bytes der = ec_spki(std::string("04") + kP256X + kP256Y);
  const auto key = PublicKey::from_spki(der);
  REQUIRE(key.has_value());
  CHECK(key->kind() == KeyKind{KeyType::kP256, 256});
  CHECK(hex(key->spki()) == hex(der));
  CHECK(hex(key->key_bits()) == std::string("04") + kP256X + kP256Y);
  CHECK(key->rsa_modulus().empty());
  // openssl dgst -sha1 over the 65 octets of the point
  CHECK(hex(key->identifier()) == "1a9569579bce329a942d0769c9c0b56431563710");
}

TEST_CASE("points that are not on their curve are refused") {
  CHECK(refused(
      ec_spki(std::string("04") + kP256X + "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462298")));
  CHECK(refused(ec_spki(std::string("04") + std::string(128, '0'))));
  // A coordinate is below the prime: x = 0 is on the curve with this y, x = p is not an encoding of it.
  const std::string root_of_b = "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4";
  CHECK(PublicKey::from_spki(ec_spki("04" + std::string(64, '0') + root_of_b)).has_value());
  CHECK(refused(ec_spki("04ffffffff00000001000000000000000000000000ffffffffffffffffffffffff" + root_of_b)));
  CHECK(refused(spki(std::string(kEcPublicKey) + kCurveP256, std::string(kSm2Point))));
  CHECK(refused(spki(std::string(kEcPublicKey) + kCurveSm2, std::string("04") + kP256X + kP256Y)));
}

TEST_CASE("only uncompressed points of the right length are read") {
  CHECK(refused(ec_spki("00")));
  CHECK(refused(ec_spki("")));
  CHECK(refused(ec_spki(std::string("06") + kP256X + kP256Y)));
  CHECK(refused(ec_spki(std::string("07") + kP256X + kP256Y)));
  CHECK(refused(ec_spki(std::string("04") + kP256X + kP256Y + "00")));
  CHECK(refused(ec_spki(std::string("04") + kP256X)));
  const auto compressed = PublicKey::from_spki(ec_spki(std::string("03") + kP256X));
  REQUIRE_FALSE(compressed.has_value());
  CHECK(compressed.error().detail.find("compressed") != std::string::npos);
}

TEST_CASE("an SM2 key is told by its curve") {
  const auto key = PublicKey::from_spki(spki(std::string(kEcPublicKey) + kCurveSm2, std::string(kSm2Point)));
  REQUIRE(key.has_value());
  CHECK(key->kind() == KeyKind{KeyType::kSm2, 256});
}

TEST_CASE("the keys of RFC 8410 and RFC 8032 are read") {
  // RFC 8410 section 10.1
  const auto example =
      PublicKey::from_spki(*yuxin::base::from_base64("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="));
  REQUIRE(example.has_value());
  CHECK(example->kind() == KeyKind{KeyType::kEd25519, 256});
  // RFC 8032 section 7.1, tests 1 to 3
  for (const char* key : {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                          "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                          "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"}) {
    CHECK(PublicKey::from_spki(spki(kEd25519, std::string(key))).has_value());
  }
  // section 7.4, blank
  const auto ed448 =
      PublicKey::from_spki(spki(kEd448, std::string("5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778"
                                                    "edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180")));
  REQUIRE(ed448.has_value());
  CHECK(ed448->kind() == KeyKind{KeyType::kEd448, 448});
}

TEST_CASE("Edwards keys that are no points, not reduced, or of small order are refused") {
  const std::string zeros(62, '0');
  CHECK(refused(spki(kEd25519, "02" + zeros)));  // no x goes with y = 2
  CHECK(PublicKey::from_spki(spki(kEd25519, "03" + zeros)).has_value());
  CHECK(refused(spki(kEd448, "02" + std::string(112, '0'))));
  CHECK(PublicKey::from_spki(spki(kEd448, "03" + std::string(112, '0'))).has_value());
  for (const char* small : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0000000000000000000000000000000000000000000000000000000000000080",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"}) {
    CAPTURE(small);
    CHECK(refused(spki(kEd25519, std::string(small))));
  }
  CHECK(refused(spki(kEd448, std::string(114, '0'))));
  CHECK(refused(spki(kEd448, "01" + std::string(112, '0'))));
  // y = p + 3, which is 3 again (RFC 8032 section 5.1.3 step 1)
  CHECK(refused(spki(kEd25519, "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")));
  CHECK(refused(spki(kEd25519, std::string(60, '0'))));
  CHECK(refused(spki(kEd448, std::string(64, '1'))));
}

TEST_CASE("an RSA key gives its numbers") {
  const auto key = PublicKey::from_spki(rsa_spki(2048, "010001"));
  REQUIRE(key.has_value());
  CHECK(key->kind() == KeyKind{KeyType::kRsa, 2048});
  CHECK(hex(key->rsa_modulus()) == hex(modulus_of(2048)));
  CHECK(hex(key->rsa_exponent()) == "010001");
}

TEST_CASE("RSA keys have 1024 to 16384 bits and an odd exponent above 1") {
  CHECK(refused(rsa_spki(1023, "010001")));
  CHECK(refused(rsa_spki(512, "010001")));
  CHECK(PublicKey::from_spki(rsa_spki(1024, "010001")).has_value());
  CHECK(PublicKey::from_spki(rsa_spki(2047, "03"))->kind().bits == 2047);
  CHECK(PublicKey::from_spki(rsa_spki(16384, "03")).has_value());
  CHECK(refused(rsa_spki(16385, "03")));
  CHECK(refused(rsa_spki(2048, "01")));
  CHECK(refused(rsa_spki(2048, "00")));
  CHECK(refused(rsa_spki(2048, "010000")));
  CHECK(PublicKey::from_spki(rsa_spki(2048, "ff" + std::string(60, '0') + "01")).has_value());
  CHECK(refused(rsa_spki(2048, "ff" + std::string(62, '0') + "01")));
  Bytes even = modulus_of(2048);
  even.back() = 0x5a;
  CHECK(refused(spki(kRsa, rsa_numbers(even, Bytes{3}))));
}

TEST_CASE("RSA numbers are strict DER and stand alone") {
  const Bytes good = rsa_numbers(modulus_of(2048), Bytes{3});
  CHECK(PublicKey::from_spki(spki(kRsa, good)).has_value());
  Bytes trailing = good;
  trailing.push_back(0);
  CHECK(refused(spki(kRsa, trailing)));
  CHECK(refused(spki(kRsa, ByteView(good).first(good.size() - 1))));
  const auto with_numbers = [](const std::string& exponent_element) {
    der::Writer writer;
    const auto outer = writer.open(der::kSequence);
    writer.unsigned_integer(modulus_of(2048));
    writer.raw(*from_hex(exponent_element));
    writer.close(outer);
    return spki(kRsa, writer.view());
  };
  CHECK(PublicKey::from_spki(with_numbers("020103")).has_value());
  CHECK(refused(with_numbers("02020003")));      // not minimal
  CHECK(refused(with_numbers("0201ff")));        // negative
  CHECK(refused(with_numbers("020103020103")));  // one number too many
  CHECK(refused(with_numbers("")));
  CHECK(refused(spki("06092a864886f70d010101", good)));          // RFC 3279 section 2.3.1: NULL is a must
  CHECK(refused(spki("06092a864886f70d01010105000500", good)));  // twice
}

TEST_CASE("keys bound to PSS are read, with and without what they are bound to") {
  const Bytes numbers = rsa_numbers(modulus_of(2048), Bytes{3});
  const auto free = PublicKey::from_spki(spki(kRsaPss, numbers));
  REQUIRE(free.has_value());
  CHECK(free->kind() == KeyKind{KeyType::kRsaPss, 2048});
  const std::string sha256 =
      "3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120";
  CHECK(PublicKey::from_spki(spki(kRsaPss + sha256, numbers)).has_value());
  CHECK(refused(spki(std::string(kRsaPss) + "3000", numbers)));  // bound to SHA-1
  CHECK(refused(spki(std::string(kRsaPss) + "0500", numbers)));
}

TEST_CASE("what is not one SubjectPublicKeyInfo is refused") {
  const Bytes good = ec_spki(std::string("04") + kP256X + kP256Y);
  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    CHECK(refused({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}));
  }
  Bytes trailing = good;
  trailing.push_back(0);
  CHECK(refused(trailing));
  Bytes unused_bits = good;
  unused_bits[unused_bits.size() - 66] = 1;
  CHECK(refused(unused_bits));
}

TEST_CASE("unknown algorithms and curves are named, explicit parameters are refused") {
  const auto key = PublicKey::from_spki(spki("06032b656e", std::string(64, '1')));
  REQUIRE_FALSE(key.has_value());
  CHECK(key.error().detail.find("X25519") != std::string::npos);
  const auto koblitz =
      PublicKey::from_spki(spki(std::string(kEcPublicKey) + "06052b8104000a", std::string("04") + kP256X + kP256Y));
  REQUIRE_FALSE(koblitz.has_value());
  CHECK(koblitz.error().detail.find("secp256k1") != std::string::npos);
  CHECK(refused(spki(kEcPublicKey, std::string("04") + kP256X + kP256Y)));                        // none
  CHECK(refused(spki(std::string(kEcPublicKey) + "0500", std::string("04") + kP256X + kP256Y)));  // implicitCurve
  CHECK(refused(spki(std::string(kEcPublicKey) + "3003020101", std::string("04") + kP256X + kP256Y)));
  CHECK(refused(spki(std::string(kEcPublicKey) + kCurveP256 + "0500", std::string("04") + kP256X + kP256Y)));
  CHECK(refused(spki(std::string(kEd25519) + "0500", "03" + std::string(62, '0'))));
}
