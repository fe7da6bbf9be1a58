#include <doctest/doctest.h>

#include <optional>
#include <thread>
#include <vector>

#include "yuxin/x509/key.hpp"

namespace x509 = yuxin::x509;
using x509::PublicKey;
using yuxin::base::as_bytes;
using yuxin::base::Bytes;
using yuxin::base::ByteView;

namespace {

constexpr const char* kMessage = "what both keys signed";

// Signed is a key pair's public half, as octets, and a signature of it.
struct Signed {
  Bytes spki;
  ByteView algorithm;
  Bytes signature;
};

Signed signed_by_new_key(const std::string& kind) {
  const auto key = x509::PrivateKey::generate(*x509::parse_key_kind(kind)).value();
  const auto algorithm = x509::default_signature(key.public_key().kind());
  const auto signer = key.signer(algorithm).value();
  const ByteView spki = key.public_key().spki();
  return {{spki.begin(), spki.end()}, x509::scheme(algorithm).identifier, signer->sign(as_bytes(kMessage)).value()};
}

bool verifies(const Bytes& spki, const Signed& what) {
  return x509::verify_tbs(PublicKey::from_spki(spki).value(), what.algorithm, as_bytes(kMessage), what.signature)
      .has_value();
}

constexpr const char* kCurves[] = {"ec:P-256", "ec:P-384", "ec:P-521", "sm2"};

}  // namespace

TEST_CASE("a key that takes the place of one that ended verifies its own signatures and no others") {
  for (const std::string kind : kCurves) {
    CAPTURE(kind);
    const Signed one = signed_by_new_key(kind);
    const Signed other = signed_by_new_key(kind);
    // Each key ends before the next begins, after verifying something, after refusing something, or unused.
    for (int round = 0; round < 3; ++round) {
      CHECK(verifies(one.spki, one));
      CHECK_FALSE(verifies(other.spki, one));
      CHECK(verifies(other.spki, other));
      CHECK_FALSE(verifies(one.spki, other));
      CHECK(PublicKey::from_spki(other.spki));
      CHECK(verifies(one.spki, one));
    }
  }
}

TEST_CASE("keys that live at one time do not share a place") {
  for (const std::string kind : kCurves) {
    CAPTURE(kind);
    const Signed one = signed_by_new_key(kind);
    const Signed other = signed_by_new_key(kind);
    CHECK(verifies(one.spki, one));  // leaves a place
    const PublicKey first = PublicKey::from_spki(one.spki).value();
    const PublicKey second = PublicKey::from_spki(other.spki).value();
    CHECK(x509::verify_tbs(first, one.algorithm, as_bytes(kMessage), one.signature));
    CHECK(x509::verify_tbs(second, other.algorithm, as_bytes(kMessage), other.signature));
    CHECK_FALSE(x509::verify_tbs(first, other.algorithm, as_bytes(kMessage), other.signature));
    CHECK_FALSE(x509::verify_tbs(second, one.algorithm, as_bytes(kMessage), one.signature));
  }
}

TEST_CASE("a point that is not on the curve is refused in the place of one that was, and spoils nothing") {
  for (const std::string kind : kCurves) {
    CAPTURE(kind);
    const Signed good = signed_by_new_key(kind);
    Bytes off_curve = good.spki;
    off_curve.back() ^= 1U;
    CHECK(verifies(good.spki, good));
    for (int round = 0; round < 3; ++round) {
      const auto refused = PublicKey::from_spki(off_curve);
      REQUIRE_FALSE(refused);
      CHECK(refused.error().code == yuxin::base::Code::kMalformed);
    }
    CHECK(verifies(good.spki, good));
  }
}

TEST_CASE("threads take and leave places at one time") {
  std::vector<Signed> all;
  for (int i = 0; i < 8; ++i) all.push_back(signed_by_new_key("ec:P-256"));
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      std::optional<PublicKey> held;  // ends in another round than it began
      for (std::size_t i = 0; i < 200; ++i) {
        const Signed& own = all[(i + t) % all.size()];
        const Signed& foreign = all[(i + t + 1) % all.size()];
        if (!verifies(own.spki, own) || verifies(own.spki, foreign)) ++wrong[t];
        held = PublicKey::from_spki(foreign.spki).value();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const int count : wrong) CHECK(count == 0);
}
