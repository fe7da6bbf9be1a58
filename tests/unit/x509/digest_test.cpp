#include "yuxin/x509/digest.hpp"

#include <doctest/doctest.h>

#include <thread>

namespace x509 = yuxin::x509;
using x509::DigestAlgorithm;
using yuxin::base::as_bytes;
using yuxin::base::hex;

TEST_CASE("the examples of the standards come out (FIPS 180-4, FIPS 202, GB/T 32905 annex A)") {
  const auto abc = as_bytes("abc");
  CHECK(hex(x509::digest(DigestAlgorithm::kSha1, abc)) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hex(x509::digest(DigestAlgorithm::kSha256, abc)) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(x509::digest(DigestAlgorithm::kSha384, abc)) ==
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
  CHECK(hex(x509::digest(DigestAlgorithm::kSha512, abc)) ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  CHECK(hex(x509::digest(DigestAlgorithm::kSm3, abc)) ==
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  std::string sixteen_times;
  for (int i = 0; i < 16; ++i) sixteen_times += "abcd";
  CHECK(hex(x509::digest(DigestAlgorithm::kSm3, as_bytes(sixteen_times))) ==
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
  // openssl dgst -shake256 -xoflen 64
  CHECK(hex(x509::digest(DigestAlgorithm::kShake256, abc)) ==
        "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739"
        "d5a15bef186a5386c75744c0527e1faa9f8726e462a12a4feb06bd8801e751e4");
  CHECK(hex(x509::digest(DigestAlgorithm::kSha256, {})) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("parts are digested as if they were one string, again and again") {
  for (int round = 0; round < 3; ++round) {
    CHECK(x509::sha256(as_bytes("abc")) == x509::sha256(as_bytes("a"), as_bytes("b"), as_bytes("c")));
    CHECK(x509::sha256(as_bytes("ab"), as_bytes("c")) == x509::sha256({}, as_bytes("abc")));
    CHECK(hex(x509::sha256(as_bytes("abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }
}

TEST_CASE("a digest has a size, a name and an identifier") {
  for (const auto algorithm : {DigestAlgorithm::kSha1, DigestAlgorithm::kSha256, DigestAlgorithm::kSha384,
                               DigestAlgorithm::kSha512, DigestAlgorithm::kSm3, DigestAlgorithm::kShake256}) {
    CHECK(x509::digest(algorithm, {}).size() == x509::digest_size(algorithm));
    CHECK(x509::digest_by_oid(x509::digest_oid(algorithm)) == algorithm);
  }
  CHECK(x509::digest_name(DigestAlgorithm::kSha256) == "SHA-256");
  CHECK(x509::digest_name(DigestAlgorithm::kSm3) == "SM3");
  CHECK(hex(x509::digest_oid(DigestAlgorithm::kSha256)) == "608648016503040201");
  CHECK_FALSE(x509::digest_by_oid(x509::oid::kKeyUsage).has_value());
}

TEST_CASE("threads digest at once") {
  std::vector<std::jthread> threads;
  std::array<bool, 4> right{};
  for (std::size_t t = 0; t < right.size(); ++t) {
    threads.emplace_back([&right, t] {
      bool all = true;
      for (int i = 0; i < 500; ++i) {
        all = all && hex(x509::sha256(as_bytes("abc"))).starts_with("ba7816bf") &&
              hex(x509::digest(DigestAlgorithm::kSm3, as_bytes("abc"))).starts_with("66c7f0f4");
      }
      right[t] = all;
    });
  }
  threads.clear();
  for (const bool each : right) CHECK(each);
}

TEST_CASE("a message that comes in pieces has the digest of the whole (FIPS 180-4: one million times \"a\")") {
  x509::Sha256 digest;
  const std::string piece(999, 'a');
  for (int i = 0; i < 1001; ++i) digest.update(as_bytes(piece));
  digest.update(as_bytes("a"));
  CHECK(hex(digest.finish()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
