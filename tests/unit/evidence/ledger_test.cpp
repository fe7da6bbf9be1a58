#include <doctest/doctest.h>

#include "yuxin/evidence/ledger.hpp"

namespace {
using namespace yuxin;
using base::Result;
}  // namespace

TEST_CASE("smoke") {
  auto database = store::open_memory().value();
  REQUIRE(store::migrate(*database, store::migrations()));
  REQUIRE(store::migrate(*database, evidence::migrations()));
  auto store = store::Store::over(database, "").value();
  REQUIRE(store->write([](store::Writer& w) -> Result<> {
    for (int i = 0; i < 10; ++i) {
      TRY(const auto s, evidence::append(w, {"k", "o", "a", {0}, "{}", {1, 2, 3}}));
      CHECK(s == i);
    }
    return {};
  }));
  REQUIRE(store->read([](store::Reader& r) -> Result<> {
    TRY(const auto h, evidence::tree_head(r));
    CHECK(h.size == 10);
    return {};
  }));
}
