#include "yuxin/ocsp/index.hpp"

#include <doctest/doctest.h>

#include <random>
#include <thread>

#include "small_ocsp_city.hpp"

using namespace yuxin;
using namespace yuxin::ocsp;
using test::FakeStatusReader;

namespace {

using base::Bytes;

Bytes serial(std::uint32_t number) {
  return {1, static_cast<std::uint8_t>(number >> 16U), static_cast<std::uint8_t>(number >> 8U),
          static_cast<std::uint8_t>(number)};
}

}  // namespace

TEST_CASE("a run finds each of its entries and nothing else, whatever the serials look like") {
  std::mt19937_64 random(1);
  std::vector<StatusEntry> entries;
  for (std::uint32_t i = 0; i < 20000; ++i) {
    StatusEntry entry;
    entry.authority = 1 + i % 3;
    entry.size = static_cast<std::uint8_t>(i % 2 == 0 ? 20 : 4);
    for (auto& octet : entry.serial) octet = static_cast<std::uint8_t>(i % 2 == 0 ? random() : 0);
    if (i % 2 == 1) std::ranges::copy(serial(i), entry.serial.begin());  // counting numbers
    entry.reason = static_cast<std::uint8_t>(i % 7);
    entries.push_back(entry);
  }
  const StatusRun run(entries);
  CHECK(run.size() == entries.size());
  for (const auto& entry : entries) {
    const auto* found = run.find(entry.authority, {entry.serial.data(), entry.size});
    REQUIRE(found != nullptr);
    CHECK(found->reason == entry.reason);
    CHECK(run.find(4, {entry.serial.data(), entry.size}) == nullptr);
  }
  CHECK(run.find(1, Bytes{0x7f}) == nullptr);
}

TEST_CASE("the newer state wins when runs are merged") {
  StatusEntry good;
  good.authority = 1;
  good.size = 1;
  good.serial[0] = 9;
  StatusEntry changed = good;
  changed.state = 1;
  StatusEntry another = good;
  another.serial[0] = 10;
  const StatusRun merged(StatusRun({changed}), StatusRun({good, another}));
  CHECK(merged.size() == 2);
  CHECK(merged.find(1, Bytes{9})->state == 1);
  CHECK(merged.find(1, Bytes{10})->state == 0);
}

TEST_CASE(
    "the date since when a key is not to be trusted is found, also after a later one and beside runs that are "
    "merged") {
  FakeStatusReader reader;
  const base::UnixTime revoked{1'700'000'000};
  reader.change(1, Bytes{6}, {store::CertificateState::kRevoked, revoked, 1, base::UnixTime{1'600'000'000}});
  reader.change(1, Bytes{7}, {store::CertificateState::kRevoked, revoked, 10, {}});
  StatusIndex index(reader, {});
  REQUIRE(index.refresh());
  CHECK(index.find(1, Bytes{6}) ==
        IndexedStatus{store::CertificateState::kRevoked, 1, revoked, base::UnixTime{1'600'000'000}});
  CHECK(index.find(1, Bytes{7}) == IndexedStatus{store::CertificateState::kRevoked, 10, revoked});
  reader.change(1, Bytes{6}, {store::CertificateState::kRevoked, revoked, 1, base::UnixTime{1'500'000'000}});
  reader.change(1, Bytes{7}, {store::CertificateState::kRevoked, revoked, 10, base::UnixTime{1'650'000'000}});
  REQUIRE(index.refresh());
  CHECK(index.find(1, Bytes{6})->invalidity_date == base::UnixTime{1'500'000'000});
  CHECK(index.find(1, Bytes{7})->invalidity_date == base::UnixTime{1'650'000'000});
  CHECK(index.find(1, Bytes{7})->reason == 10);
}

TEST_CASE("what the store tells is found: states, reasons, and times beyond 2038 and 2106") {
  FakeStatusReader reader;
  reader.issue(1, Bytes{5});
  const base::UnixTime late{4'500'000'000};
  reader.change(1, Bytes{6}, {store::CertificateState::kRevoked, late, 4, {}});
  reader.change(1, Bytes{7}, {store::CertificateState::kOnHold, base::UnixTime{1'700'000'000}, 6, {}});
  StatusIndex index(reader, {});
  CHECK_FALSE(index.current());
  REQUIRE(index.refresh());
  CHECK(index.current());
  CHECK(index.find(1, Bytes{5}) == IndexedStatus{});
  CHECK(index.find(1, Bytes{6}) == IndexedStatus{store::CertificateState::kRevoked, 4, late});
  CHECK(index.find(1, Bytes{7}) == IndexedStatus{store::CertificateState::kOnHold, 6, base::UnixTime{1'700'000'000}});
  CHECK_FALSE(index.find(1, Bytes{8}));
  CHECK_FALSE(index.find(2, Bytes{5}));
  CHECK_FALSE(index.find(1, {}));
  CHECK_FALSE(index.find(1, Bytes(21, 5)));
}

TEST_CASE("the index is not current from the moment a status changed until it has read the change") {
  FakeStatusReader reader;
  reader.issue(1, Bytes{5});
  std::vector<std::string> dropped;
  StatusIndex* seen = nullptr;
  StatusIndex index(reader, [&](std::int64_t authority, base::ByteView changed) {
    dropped.push_back(std::to_string(authority) + ":" + base::hex(changed));
    // The new state is there, and answers from before are not given out yet.
    CHECK(seen->find(1, Bytes{5})->state == store::CertificateState::kRevoked);
    CHECK_FALSE(seen->current());
  });
  seen = &index;
  REQUIRE(index.refresh());
  CHECK(dropped.empty());
  reader.change(1, Bytes{5}, test::revoked(1));
  CHECK_FALSE(index.current());
  REQUIRE(index.refresh());
  CHECK(index.current());
  CHECK(dropped == std::vector<std::string>{"1:05"});
}

TEST_CASE("a new certificate leaves the index current and is found after a refresh") {
  FakeStatusReader reader;
  StatusIndex index(reader, {});
  REQUIRE(index.refresh());
  reader.issue(1, Bytes{5});
  CHECK(index.current());
  CHECK_FALSE(index.find(1, Bytes{5}));
  REQUIRE(index.refresh());
  CHECK(index.find(1, Bytes{5}));
}

TEST_CASE("a store that fails leaves the index as it was, not current, and the next refresh catches up") {
  FakeStatusReader reader;
  reader.issue(1, Bytes{5});
  StatusIndex index(reader, {});
  REQUIRE(index.refresh());
  reader.change(1, Bytes{5}, test::revoked(1));
  reader.fail_with(base::Error{base::Code::kUnavailable, "The disk is gone.", {}});
  const auto outcome = index.refresh();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == base::Code::kUnavailable);
  CHECK_FALSE(index.current());
  CHECK(index.find(1, Bytes{5})->state == store::CertificateState::kGood);
  reader.fail_with({});
  REQUIRE(index.refresh());
  CHECK(index.find(1, Bytes{5})->state == store::CertificateState::kRevoked);
}

TEST_CASE("thousands of small refreshes keep every certificate, in one state") {
  FakeStatusReader reader;
  StatusIndex index(reader, {});
  std::mt19937 random(7);
  std::map<std::uint32_t, int> expected;
  for (int round = 0; round < 2000; ++round) {
    for (int i = 0; i < 3; ++i) {
      const auto number = static_cast<std::uint32_t>(random() % 5000);
      const int reason = static_cast<int>(random() % 6);
      reader.change(1, serial(number), test::revoked(reason));
      expected[number] = reason;
    }
    REQUIRE(index.refresh());
  }
  for (const auto& [number, reason] : expected) {
    const auto found = index.find(1, serial(number));
    REQUIRE(found);
    CHECK(found->reason == reason);
  }
  CHECK_FALSE(index.find(1, serial(5000)));
}

TEST_CASE("those who refresh together share readings, and each sees what was there when it came") {
  FakeStatusReader reader;
  StatusIndex index(reader, {});
  REQUIRE(index.refresh());
  constexpr int rounds = 500;
  constexpr int threads = 4;
  std::atomic<int> missed{0};
  {
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < threads; ++worker) {
      workers.emplace_back([&, worker] {
        for (int round = 0; round < rounds; ++round) {
          const Bytes mine = serial(static_cast<std::uint32_t>(worker * rounds + round));
          reader.issue(1, mine);
          if (!index.refresh() || !index.find(1, mine)) ++missed;
        }
      });
    }
  }
  CHECK(missed == 0);
  CHECK(reader.readings() <= threads * rounds + 1);
}
