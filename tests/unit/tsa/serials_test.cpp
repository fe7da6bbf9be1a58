#include "yuxin/tsa/serials.hpp"

#include <doctest/doctest.h>

#include <set>

#include "small_stamps.hpp"
#include "yuxin/x509/der.hpp"

using namespace yuxin;
using test::block_records;
using test::kStamped;
using test::stamp_store;
using tsa::SerialBlocks;
using tsa::SerialNumber;

namespace {

SerialNumber take(SerialBlocks& blocks, base::UnixTime now = kStamped) { return test::need(blocks.take(now)); }

}  // namespace

TEST_CASE("numbers are positive, minimal, of 16 octets, and rise") {
  const auto store = stamp_store();
  SerialBlocks blocks(store, {.block_size = 3});
  std::set<SerialNumber> seen;
  SerialNumber last{};
  for (int i = 0; i < 10; ++i) {
    const auto serial = take(blocks);
    CHECK(x509::der::is_minimal_integer(serial));
    CHECK((serial[0] & 0x80U) == 0);
    CHECK(serial > last);
    CHECK(seen.insert(serial).second);
    last = serial;
  }
  CHECK(block_records(*store).size() == 4);
}

TEST_CASE("a block is in the ledger before its first number is used, with its bounds in time") {
  const auto store = stamp_store();
  SerialBlocks blocks(store, {.block_size = 100, .block_life = base::minutes(10), .actor = "service:test"});
  CHECK(block_records(*store).empty());
  const auto serial = take(blocks);
  auto records = block_records(*store);
  REQUIRE(records.size() == 1);
  CHECK(base::json_string(records[0], "object") == "tsa/1");
  CHECK(base::json_string(records[0], "actor") == "service:test");
  CHECK(base::json_string(records[0], "time") == "2026-11-22T10:04:11Z");
  const auto& data = records[0].at("data").as_object();
  CHECK(base::json_string(data, "first") == base::hex_upper(serial));
  CHECK(base::json_int(data, "count") == 100);
  CHECK(base::json_string(data, "until") == "2026-11-22T10:14:11Z");

  static_cast<void>(take(blocks, kStamped + base::Seconds{599}));
  CHECK(block_records(*store).size() == 1);
  static_cast<void>(take(blocks, kStamped + base::Seconds{600}));  // what is left of the block is given up
  records = block_records(*store);
  REQUIRE(records.size() == 2);
  CHECK(base::json_string(records[1], "time") == "2026-11-22T10:14:11Z");
}

TEST_CASE("several users of one database, and those after them, never take the same number") {
  const auto store = stamp_store();
  std::set<SerialNumber> seen;
  for (int life = 0; life < 5; ++life) {
    SerialBlocks one(store, {.block_size = 4});
    SerialBlocks two(store, {.block_size = 4});
    for (int i = 0; i < 7; ++i) {
      CHECK(seen.insert(take(one)).second);
      CHECK(seen.insert(take(two)).second);
    }
  }
}

TEST_CASE("a database restored from a copy counts from the same block and gives other numbers all the same") {
  SerialBlocks one(stamp_store(), {});
  SerialBlocks two(stamp_store(), {});
  const auto a = take(one);
  const auto b = take(two);
  CHECK(a != b);
  CHECK(std::equal(a.begin(), a.begin() + 6, b.begin()));  // the same block
}

TEST_CASE("where no block can be reserved no number is given") {
  auto database = test::need(store::open_memory());
  test::need(store::migrate(*database, store::migrations()));  // the tables of this module are missing
  SerialBlocks blocks(test::need(store::Store::over(database, "")), {});
  CHECK_FALSE(blocks.take(kStamped));
  CHECK_FALSE(blocks.take(kStamped));
}
