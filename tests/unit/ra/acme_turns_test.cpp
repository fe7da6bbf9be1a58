// Whose challenges are looked at next.
#include "ra/acme/turns.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <condition_variable>

using yuxin::ra::acme::Turns;

namespace {

// Gate holds jobs up until it is opened.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  bool reaches(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return inside_ >= count; });
  }
  int inside() {
    const std::lock_guard lock(mutex_);
    return inside_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  bool open_ = false;
};

}  // namespace

TEST_CASE("an account that brings many jobs holds nobody up but itself") {
  Gate many;
  Gate other;
  Turns turns;
  for (int i = 0; i < 100; ++i) REQUIRE(turns.submit(1, [&] { many.pass(); }));
  REQUIRE(turns.submit(2, [&] { other.pass(); }));
  CHECK(other.reaches(1));
  CHECK(many.reaches(2));
  CHECK(many.inside() == Turns::kAtOnce);
  other.open();
  many.open();
  CHECK(many.reaches(100));
}

TEST_CASE("what waits of one account has an end, and is dropped when everything ends") {
  Gate gate;
  {
    Turns turns;
    std::size_t taken = 0;
    while (turns.submit(1, [&] { gate.pass(); })) ++taken;
    CHECK(taken == Turns::kMostOfOne + Turns::kAtOnce);
    CHECK(turns.submit(2, [] {}));
    REQUIRE(gate.reaches(2));
    gate.open();
  }
  CHECK(gate.inside() <= static_cast<int>(Turns::kMostOfOne + Turns::kAtOnce));
}
