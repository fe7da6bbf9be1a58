#include "yuxin/tsa/time_guard.hpp"

#include <cstdlib>

namespace yuxin::tsa {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;

// in_words rounds up, so that nothing is ever "0 seconds" off.
std::string in_words(std::int64_t microseconds) {
  return base::in_words({(std::abs(microseconds) + kMicroseconds - 1) / kMicroseconds});
}

}  // namespace

TimeGuard::TimeGuard(const base::Clock& clock, const TimeGuardOptions& options, std::int64_t floor)
    : clock_(clock),
      options_(options),
      latest_(floor),
      start_(clock.now_microseconds() - clock.uptime_microseconds()) {}

Result<> TimeGuard::check_jump(std::int64_t now, std::int64_t uptime) const {
  const std::int64_t moved = now - uptime - start_;
  if (std::abs(moved) <= options_.jump_bound) return {};
  return moved < 0 ? fail(Code::kUnavailable,
                          "The clock was set back by {} while the server ran. Set it right, then restart the server.",
                          in_words(moved))
                   : fail(Code::kUnavailable,
                          "The clock was set forward by {} while the server ran. See that it is right, then restart "
                          "the server.",
                          in_words(moved));
}

Result<> TimeGuard::check_source(std::int64_t uptime) const {
  if (options_.source == TimeGuardOptions::Source::kNone) return {};
  if (disagrees_) return tl::unexpected(*disagrees_);
  if (!agreed_) return fail(Code::kUnavailable, "The time source could not be asked yet.");
  const std::int64_t age = uptime - *agreed_;
  if (age <= options_.patience.count * kMicroseconds) return {};
  return fail(Code::kUnavailable, "The time source could not be asked for {}.", in_words(age));
}

Result<std::int64_t> TimeGuard::take() {
  const std::int64_t uptime = clock_.uptime_microseconds();
  std::int64_t now = clock_.now_microseconds();
  TRY(check_jump(now, uptime));
  if (now < latest_) {
    // within one microsecond of the last stamp: not a step of the clock, but this guard's own doing below
    const bool own = options_.times == TimeGuardOptions::Times::kUnique && latest_ - now < kMicroseconds / 1000;
    if (!own) {
      return fail(Code::kUnavailable, "The clock is {} behind the last time that was stamped.",
                  in_words(latest_ - now));
    }
    now = latest_;
  }
  TRY(check_source(uptime));
  if (options_.times == TimeGuardOptions::Times::kUnique && now == latest_) ++now;
  latest_ = now;
  return now;
}

void TimeGuard::note(const Result<TimeReading>& reading) {
  if (!reading) {
    // what could not be asked says nothing of the clock: the last good reading counts until it is too old
    if (reading.error().code == Code::kRefused)
      disagrees_ = base::Error{Code::kUnavailable, reading.error().detail, reading.error().diagnostic};
    return;
  }
  const std::int64_t off = std::abs(reading->offset) + reading->error;
  if (off > options_.source_bound) {
    disagrees_ = fail(Code::kUnavailable, "The clock and the time source may be {} apart; the bound is {}.",
                      in_words(off), in_words(options_.source_bound))
                     .value();
    return;
  }
  disagrees_.reset();
  agreed_ = clock_.uptime_microseconds();
  start_ = clock_.now_microseconds() - *agreed_;  // a clock that was set is right now
}

}  // namespace yuxin::tsa
