#include "yuxin/base/pool.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <stdexcept>

#include "yuxin/base/log.hpp"
#include "yuxin/base/snapshot.hpp"

using namespace yuxin::base;

TEST_CASE("every job that was accepted runs, also those that wait when the pool ends") {
  std::atomic<int> done = 0;
  int accepted = 0;
  {
    Pool pool(3, 1000);
    for (int i = 0; i < 500; ++i) accepted += pool.submit([&] { ++done; }) ? 1 : 0;
  }
  CHECK(accepted == 500);
  CHECK(done == 500);
}

TEST_CASE("a full queue refuses at once") {
  std::latch begun(1);
  std::latch finish(1);
  std::atomic<int> done = 0;
  {
    Pool pool(1, 2);
    REQUIRE(pool.submit([&] {
      begun.count_down();
      finish.wait();
      ++done;
    }));
    begun.wait();
    CHECK(pool.waiting() == 0);
    CHECK(pool.submit([&] { ++done; }));
    CHECK(pool.submit([&] { ++done; }));
    CHECK(pool.waiting() == 2);
    CHECK_FALSE(pool.submit([&] { done += 100; }));
    finish.count_down();
  }
  CHECK(done == 3);
}

TEST_CASE("jobs run at the same time") {
  std::latch both(2);
  Pool pool(2, 2);
  for (int i = 0; i < 2; ++i) CHECK(pool.submit([&] { both.arrive_and_wait(); }));
  both.wait();
}

TEST_CASE("a job that ends with an exception does not end the pool") {
  std::atomic<bool> ran = false;
  {
    Pool pool(1, 2);
    CHECK(pool.submit([] { throw std::runtime_error("a test's own exception"); }));
    CHECK(pool.submit([&] { ran = true; }));
  }
  CHECK(ran);
}

TEST_CASE("what a job holds is released when it ends") {
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  std::latch released(1);
  Pool pool(1, 2);
  CHECK(pool.submit([held = std::move(held)] { static_cast<void>(held); }));
  CHECK(pool.submit([&] { released.count_down(); }));
  released.wait();
  CHECK(watched.expired());
}

TEST_CASE("a snapshot that was taken outlives its replacement") {
  Snapshot<int> snapshot(std::make_shared<const int>(1));
  const auto before = snapshot.get();
  snapshot.set(std::make_shared<const int>(2));
  CHECK(*before == 1);
  CHECK(*snapshot.get() == 2);
  CHECK(Snapshot<int>().get() == nullptr);
}

TEST_CASE("readers of a snapshot never see half a value") {
  struct Pair {
    int a;
    int b;
  };
  Snapshot<Pair> snapshot(std::make_shared<const Pair>(Pair{0, 0}));
  std::atomic<bool> stop = false;
  std::atomic<bool> torn = false;
  {
    std::jthread reader([&] {
      while (!stop) {
        const auto pair = snapshot.get();
        if (pair->a != pair->b) torn = true;
      }
    });
    for (int i = 1; i < 2000; ++i) snapshot.set(std::make_shared<const Pair>(Pair{i, i}));
    stop = true;
  }
  CHECK_FALSE(torn);
}
