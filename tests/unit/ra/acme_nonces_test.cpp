#include "ra/acme/nonces.hpp"

#include <doctest/doctest.h>

#include <set>

using yuxin::ra::acme::Nonces;

TEST_CASE("a nonce is good once (RFC 8555 section 6.5.1)") {
  Nonces nonces;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(nonces.make());
  CHECK(seen.size() == 100);
  for (const auto& nonce : seen) {
    CHECK(nonces.use(nonce));
    CHECK_FALSE(nonces.use(nonce));
  }
}

TEST_CASE("what was not given out here is no nonce") {
  Nonces nonces;
  Nonces others;
  const auto good = nonces.make();
  CHECK_FALSE(nonces.use(others.make()));
  CHECK_FALSE(nonces.use(""));
  CHECK_FALSE(nonces.use("AAAA"));
  CHECK_FALSE(nonces.use(good + "A"));
  auto changed = good;
  changed[0] = changed[0] == 'B' ? 'C' : 'B';
  CHECK_FALSE(nonces.use(changed));
  CHECK(nonces.use(good));
}

TEST_CASE("a nonce that a whole window of others came after is not good any more") {
  Nonces nonces;
  const auto old = nonces.make();
  for (std::uint64_t i = 0; i < Nonces::kWindow; ++i) static_cast<void>(nonces.make());
  CHECK_FALSE(nonces.use(old));
  CHECK(nonces.use(nonces.make()));
}
