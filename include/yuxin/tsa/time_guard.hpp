// Whether the clock can be believed: what a time-stamping authority asks itself before each stamp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::tsa {

// TimeReading is what a time source says of our clock, in microseconds: it stands `offset` before ours, give or take
// `error`.
struct TimeReading {
  std::int64_t offset = 0;
  std::int64_t error = 0;
};

// TimeSource is something outside that knows the time.
class TimeSource {
 public:
  virtual ~TimeSource() = default;
  // ask may take seconds. Errors: kRefused when the source says that our clock is not good, anything else when it
  // could not be asked.
  [[nodiscard]] virtual base::Result<TimeReading> ask() = 0;
};

struct TimeGuardOptions {
  // How far the clock may move against the uptime clock, which nobody can set.
  std::int64_t jump_bound = 2'000'000;  // microseconds
  // For a home with a time source: what offset and error of a reading may come to together, and for how long the last
  // good reading counts.
  std::int64_t source_bound = 1'000'000;  // microseconds
  base::Seconds patience = base::minutes(15);
  enum class Source { kNone, kAsked } source = Source::kNone;
  // Unique: no two stamps have the same microsecond, so that their order can be told from their times alone (RFC 3161
  // section 2.4.2, ordering).
  enum class Times { kMayRepeat, kUnique } times = Times::kMayRepeat;
};

// TimeGuard gives the time to stamp, or says why there is none. Not thread-safe; it never waits.
//
// - The time never goes back below one that was given before, or below `floor`, which is the latest one that was
//   given before this process began.
// - A clock that was set while the process runs is seen against the uptime clock. It is believed again when it is set
//   back to where it was, or when the time source agrees with the new time.
// - With a time source, nothing is stamped before it has agreed once, from a reading that disagrees on until one
// agrees,
//   and when the last good one is too old.
class TimeGuard {
 public:
  // `clock` must outlive it; `floor` in microseconds.
  TimeGuard(const base::Clock& clock, const TimeGuardOptions& options, std::int64_t floor);
  // take gives microseconds since 1970. kUnavailable with the reason.
  [[nodiscard]] base::Result<std::int64_t> take();
  // note tells what the source said just now.
  void note(const base::Result<TimeReading>& reading);
  [[nodiscard]] std::int64_t latest() const { return latest_; }  // given, or the floor

 private:
  [[nodiscard]] base::Result<> check_jump(std::int64_t now, std::int64_t uptime) const;
  [[nodiscard]] base::Result<> check_source(std::int64_t uptime) const;

  const base::Clock& clock_;
  TimeGuardOptions options_;
  std::int64_t latest_;
  std::int64_t start_;                  // of the clock less the uptime: constant while nobody sets the clock
  std::optional<std::int64_t> agreed_;  // uptime of the last reading that was good
  std::optional<base::Error> disagrees_;
};

}  // namespace yuxin::tsa
