#include "yuxin/tsa/time_guard.hpp"

#include <doctest/doctest.h>

using namespace yuxin;
using base::Code;
using tsa::TimeGuard;
using tsa::TimeGuardOptions;
using tsa::TimeReading;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kStart = 1'795'341'851 * kSecond;

// JumpingClock is set by whoever is root, while its uptime goes on.
class JumpingClock final : public base::Clock {
 public:
  [[nodiscard]] base::UnixTime now() const override { return {time / kSecond}; }
  [[nodiscard]] std::int64_t now_microseconds() const override { return time; }
  [[nodiscard]] std::int64_t uptime_microseconds() const override { return uptime; }
  void pass(std::int64_t microseconds) {
    time += microseconds;
    uptime += microseconds;
  }
  std::int64_t time = kStart;
  std::int64_t uptime = 5 * kSecond;
};

TimeGuardOptions asked(std::int64_t bound = kSecond) {
  TimeGuardOptions options;
  options.source = TimeGuardOptions::Source::kAsked;
  options.source_bound = bound;
  return options;
}

bool refuses(TimeGuard& guard) {
  const auto time = guard.take();
  if (time) return false;
  CHECK(time.error().code == Code::kUnavailable);
  return true;
}

}  // namespace

TEST_CASE("the time is that of the clock, to the microsecond") {
  JumpingClock clock;
  TimeGuard guard(clock, {}, 0);
  CHECK(guard.take().value() == kStart);
  clock.pass(17);
  CHECK(guard.take().value() == kStart + 17);
  CHECK(guard.take().value() == kStart + 17);
  CHECK(guard.latest() == kStart + 17);
}

TEST_CASE("unique times never repeat and never go back") {
  JumpingClock clock;
  TimeGuardOptions options;
  options.times = TimeGuardOptions::Times::kUnique;
  TimeGuard guard(clock, options, 0);
  std::int64_t last = 0;
  for (int i = 0; i < 500; ++i) {
    const auto time = guard.take().value();
    CHECK(time > last);
    last = time;
    if (i % 100 == 0) clock.pass(1);
  }
  clock.pass(kSecond);
  CHECK(guard.take().value() == clock.time);
}

TEST_CASE("a clock behind the last time that was stamped gives no time until it has caught up") {
  JumpingClock clock;
  TimeGuard guard(clock, {}, 0);
  REQUIRE(guard.take());
  clock.time -= kSecond;  // within the bound on jumps, and still behind
  CHECK(refuses(guard));
  clock.pass(kSecond - 1);
  CHECK(refuses(guard));
  clock.pass(1);
  CHECK_FALSE(refuses(guard));
}

TEST_CASE("the floor of a former process holds") {
  JumpingClock clock;
  TimeGuard guard(clock, {}, kStart + 60 * kSecond);
  CHECK(refuses(guard));
  clock.pass(59 * kSecond);
  CHECK(refuses(guard));
  clock.pass(kSecond);
  CHECK_FALSE(refuses(guard));
}

TEST_CASE("a clock that was set is seen against the uptime, in both directions, also before the first stamp") {
  for (const std::int64_t jump : {-3600 * kSecond, -3 * kSecond, 3 * kSecond, 3600 * kSecond}) {
    CAPTURE(jump);
    JumpingClock clock;
    TimeGuard guard(clock, {}, 0);
    clock.pass(86400 * kSecond);
    clock.time += jump;
    CHECK(refuses(guard));
    clock.pass(86400 * kSecond);
    CHECK(refuses(guard));  // time alone does not make it right
    clock.time -= jump;
    CHECK_FALSE(refuses(guard));
  }
}

TEST_CASE("a small correction is no jump") {
  JumpingClock clock;
  TimeGuard guard(clock, {}, 0);
  clock.time += kSecond;
  CHECK_FALSE(refuses(guard));
}

TEST_CASE("with a time source nothing is stamped before it has agreed") {
  JumpingClock clock;
  TimeGuard guard(clock, asked(), 0);
  CHECK(refuses(guard));
  guard.note(base::fail(Code::kUnavailable, "no answer"));
  CHECK(refuses(guard));
  guard.note(TimeReading{0, 1000});
  CHECK_FALSE(refuses(guard));
}

TEST_CASE("a source that disagrees stops stamping until it agrees; offset and error count together") {
  JumpingClock clock;
  TimeGuard guard(clock, asked(kSecond), 0);
  for (const TimeReading& wrong : {TimeReading{kSecond + 1, 0}, TimeReading{-kSecond - 1, 0},
                                   TimeReading{kSecond / 2, kSecond / 2 + 1}, TimeReading{0, kSecond + 1}}) {
    guard.note(TimeReading{0, 0});
    CHECK_FALSE(refuses(guard));
    guard.note(wrong);
    CHECK(refuses(guard));
    guard.note(base::fail(Code::kUnavailable, "no answer"));  // silence takes nothing back
    CHECK(refuses(guard));
  }
  guard.note(TimeReading{kSecond / 2, kSecond / 2});
  CHECK_FALSE(refuses(guard));
}

TEST_CASE("a source that says the clock is not good stops stamping at once") {
  JumpingClock clock;
  TimeGuard guard(clock, asked(), 0);
  guard.note(TimeReading{0, 0});
  guard.note(base::fail(Code::kRefused, "The kernel says no."));
  const auto time = guard.take();
  REQUIRE_FALSE(time);
  CHECK(time.error().code == Code::kUnavailable);
  CHECK(time.error().detail == "The kernel says no.");
}

TEST_CASE("the last good reading counts for as long as the patience lasts") {
  JumpingClock clock;
  auto options = asked();
  options.patience = base::minutes(15);
  TimeGuard guard(clock, options, 0);
  guard.note(TimeReading{0, 0});
  clock.pass(15 * 60 * kSecond);
  CHECK_FALSE(refuses(guard));
  guard.note(base::fail(Code::kUnavailable, "no answer"));
  clock.pass(1);
  CHECK(refuses(guard));
  guard.note(TimeReading{0, 0});
  CHECK_FALSE(refuses(guard));
}

TEST_CASE("a source that agrees with a clock that was set makes it good again, but never below what was stamped") {
  JumpingClock clock;
  TimeGuard guard(clock, asked(), 0);
  guard.note(TimeReading{0, 0});
  clock.time += 3600 * kSecond;
  CHECK(refuses(guard));
  guard.note(TimeReading{0, 0});
  CHECK_FALSE(refuses(guard));
  clock.time -= 3600 * kSecond;
  guard.note(TimeReading{0, 0});
  CHECK(refuses(guard));  // an hour behind the last stamp
  clock.pass(3600 * kSecond);
  guard.note(TimeReading{0, 0});
  CHECK_FALSE(refuses(guard));
}
