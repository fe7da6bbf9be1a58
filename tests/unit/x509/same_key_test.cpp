#include "yuxin/x509/same_key.hpp"

#include <doctest/doctest.h>

#include "pss_twin.hpp"
#include "yuxin/x509/digest.hpp"

namespace x509 = yuxin::x509;
using yuxin::base::Bytes;
using yuxin::base::ByteView;
using yuxin::test::need;
using yuxin::test::pss_twin;

namespace {

constexpr x509::KeyKind kRsa2048{x509::KeyType::kRsa, 2048};

x509::PublicKey key_of(const x509::KeyKind& kind) { return need(x509::PrivateKey::generate(kind)).public_key(); }

}  // namespace

TEST_CASE("an RSA key is the same under whatever algorithm identifier and exponent") {
  const auto key = key_of(kRsa2048);
  for (const std::int64_t exponent : {3, 17, 65537}) {
    const auto twin = pss_twin(key, exponent);
    REQUIRE(twin.kind().type == x509::KeyType::kRsaPss);
    CHECK(x509::is_same_key(key.spki(), twin.spki()));
    CHECK(x509::is_same_key(twin.spki(), key.spki()));
    CHECK(x509::key_tag(key.spki()) == x509::key_tag(twin.spki()));
  }
  const auto foreign = key_of(kRsa2048);
  CHECK_FALSE(x509::is_same_key(key.spki(), foreign.spki()));
  CHECK_FALSE(x509::is_same_key(key.spki(), pss_twin(foreign).spki()));
  CHECK(x509::key_tag(key.spki()) != x509::key_tag(foreign.spki()));
}

TEST_CASE("other keys are what their octets are") {
  for (const auto type : {x509::KeyType::kP256, x509::KeyType::kEd25519, x509::KeyType::kSm2}) {
    const x509::KeyKind kind{type, 256};
    CAPTURE(x509::print_key_kind(kind));
    const auto key = key_of(kind);
    const auto foreign = key_of(kind);
    CHECK(x509::is_same_key(key.spki(), yuxin::base::to_bytes(key.spki())));
    CHECK_FALSE(x509::is_same_key(key.spki(), foreign.spki()));
    CHECK(x509::key_tag(key.spki()) != x509::key_tag(foreign.spki()));
  }
}

TEST_CASE("octets that are no key are like themselves alone, also those of a modulus") {
  const auto key = key_of(kRsa2048);
  Bytes modulus = {0};  // as its INTEGER has it
  modulus.insert(modulus.end(), key.rsa_modulus().begin(), key.rsa_modulus().end());
  CHECK_FALSE(x509::is_same_key(key.spki(), modulus));
  CHECK_FALSE(x509::is_same_key({}, modulus));
  CHECK(x509::is_same_key({}, {}));
  const auto twin = pss_twin(key);
  for (std::size_t size = 0; size < key.spki().size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(x509::is_same_key(twin.spki(), key.spki().first(size)));
    CHECK(x509::key_tag(key.spki().first(size)) != x509::key_tag(key.spki()));
  }
}
