// How late it was already, by what the ledger bears.
#include "yuxin/evidence/clock_floor.hpp"

#include "fake_clock.hpp"
#include "home.hpp"

namespace {
using namespace yuxin;
using namespace yuxin::test;

void append_at(Home& home, std::int64_t time, const std::string& kind = "k", const std::string& data = "{}") {
  home.write([&](Writer& writer) -> Result<> {
    TRY(evidence::append(writer, {kind, "o", "a", {time}, data, {}}));
    return {};
  });
}

std::int64_t latest(Home& home) {
  base::UnixTime time;
  home.read([&](Reader& reader) -> Result<> {
    TRY(time, evidence::latest_time(reader));
    return {};
  });
  return time.seconds;
}

std::int64_t latest(Home& home, evidence::ClockFloor& floor) {
  base::UnixTime time;
  home.read([&](Reader& reader) -> Result<> {
    TRY(time, floor.latest_time(reader));
    return {};
  });
  return time.seconds;
}
}  // namespace

TEST_CASE("the latest time is the largest of all records, whatever the last one bears, remembered or not") {
  Home remembering;
  Home forgetful;
  CHECK(latest(forgetful) == 0);
  std::int64_t largest = 0;
  for (const std::int64_t time : {1000, 5000, 4000, 4000, 6000, 10, 5999}) {
    largest = std::max(largest, time);
    for (auto* home : {&remembering, &forgetful}) append_at(*home, time);
    remembering.remember();
    CHECK(latest(remembering) == largest);
    CHECK(latest(forgetful) == largest);
  }
}

TEST_CASE("a clock that was accepted lowers the latest time from there on") {
  for (const bool remembers : {false, true}) {
    CAPTURE(remembers);
    Home home;
    append_at(home, 4'000'000'000);
    if (remembers) home.remember();
    home.write([](Writer& writer) -> Result<> {
      TRY(evidence::accept_clock(writer, "local:alice", {1'700'000'000}));
      return {};
    });
    CHECK(latest(home) == 1'700'000'000);
    if (remembers) home.remember();
    append_at(home, 1'700'000'100);
    CHECK(latest(home) == 1'700'000'100);
    CHECK(home.verify().problems.empty());
  }
}

TEST_CASE("a floor that remembers says what the whole ledger says, before and after a clock was accepted") {
  Home home;
  evidence::ClockFloor floor;
  CHECK(latest(home, floor) == 0);
  for (const std::int64_t time : {5000, 4000, 6000, 10}) {
    append_at(home, time);
    CHECK(latest(home, floor) == latest(home));
  }
  home.write([](Writer& writer) -> Result<> {
    TRY(evidence::accept_clock(writer, "local:alice", {1000}));
    return {};
  });
  CHECK(latest(home, floor) == 1000);
  append_at(home, 2000);
  CHECK(latest(home, floor) == 2000);
  CHECK(latest(home, floor) == latest(home));
  // another ledger, shorter than what it has read: it begins again
  Home shorter;
  append_at(shorter, 77);
  CHECK(latest(shorter, floor) == 77);
}

TEST_CASE("what only speaks of an accepted clock does not lower the latest time") {
  Home home;
  append_at(home, 5000);
  append_at(home, 20, "act", R"({"kind":"clock.accepted","time":"1970-01-01T00:00:10Z"})");
  append_at(home, 30, "clock.accepted.not");
  CHECK(latest(home) == 5000);
}

TEST_CASE("a change of status remembers what many records said, and no more often than it pays") {
  Home home;
  const FakeClock clock{{100}};
  const auto remembered = [&] {
    std::string text;
    home.write([&](Writer& writer) -> Result<> {
      TRY(const auto now, evidence::time_of_status(writer, clock));
      CHECK(now.seconds == 5000);
      TRY(text, writer.setting("ledger.latest_time"));
      return {};
    });
    return text;
  };
  append_at(home, 5000);
  CHECK(remembered().empty());
  for (int i = 0; i < 300; ++i) append_at(home, 4000 + i);
  CHECK(remembered() == "301 5000");
  append_at(home, 4999);
  CHECK(remembered() == "301 5000");
}

TEST_CASE("what was stored beside the ledger is not believed where it cannot be") {
  for (const char* stored : {"", "x", "99 1", "-1 7", "1", "1 2 3", "9999999999999999999999 1"}) {
    CAPTURE(stored);
    Home home;
    append_at(home, 5000);
    append_at(home, 4000);
    home.write([&](Writer& writer) { return writer.set_setting("ledger.latest_time", stored); });
    CHECK(latest(home) == 5000);
  }
}

TEST_CASE("a change of status is possible on any clock, and never dated before what the ledger bears") {
  Home home;
  append_at(home, 5000);
  FakeClock clock{{100}};
  const auto time = [&] {
    base::UnixTime now;
    home.read([&](Reader& reader) -> Result<> {
      TRY(now, evidence::time_of_status(reader, clock));
      return {};
    });
    return now.seconds;
  };
  CHECK(time() == 5000);
  clock.set({6000});
  CHECK(time() == 6000);
  home.tamper("UPDATE ledger SET text = 'no record'");
  CHECK(time() == 6000);
}
