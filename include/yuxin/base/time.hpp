// Points in time, spans of time, and the only place that reads the system clock.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yuxin::base {

// Seconds is a span of time; negative spans are allowed.
struct Seconds {
  std::int64_t count = 0;
  friend auto operator<=>(Seconds, Seconds) = default;
};
[[nodiscard]] constexpr Seconds minutes(std::int64_t n) { return {n * 60}; }
[[nodiscard]] constexpr Seconds hours(std::int64_t n) { return {n * 3600}; }
[[nodiscard]] constexpr Seconds days(std::int64_t n) { return {n * 86400}; }

// UnixTime is UTC seconds since 1970-01-01T00:00:00Z, without leap seconds.
struct UnixTime {
  std::int64_t seconds = 0;
  friend auto operator<=>(UnixTime, UnixTime) = default;
  friend constexpr UnixTime operator+(UnixTime t, Seconds s) { return {t.seconds + s.count}; }
  friend constexpr UnixTime operator-(UnixTime t, Seconds s) { return {t.seconds - s.count}; }
  friend constexpr Seconds operator-(UnixTime a, UnixTime b) { return {a.seconds - b.seconds}; }
};

// Civil is a UTC calendar time of the years 0 to 9999, which is what certificates can hold. A UnixTime outside
// them is shown as the nearest end.
struct Civil {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
};
[[nodiscard]] Civil civil(UnixTime time);
// from_civil returns nothing for a date that does not exist (13th month, 30 February, second 60).
[[nodiscard]] std::optional<UnixTime> from_civil(const Civil& civil);

// rfc3339 prints "2026-11-22T10:04:11Z" (RFC 3339, UTC): the form of JSON and files.
[[nodiscard]] std::string rfc3339(UnixTime time);
// local_time prints "2026-11-22 18:04:11 +08:00" in the zone of the process: the form of screens.
[[nodiscard]] std::string local_time(UnixTime time);
// parse_rfc3339 takes RFC 3339 with Z or a numeric offset, and a bare date (midnight UTC).
[[nodiscard]] std::optional<UnixTime> parse_rfc3339(std::string_view text);
// http_date prints the IMF-fixdate of RFC 9110 section 5.6.7.
[[nodiscard]] std::string http_date(UnixTime time);
// in_words prints a span for people in the process's language: "27 days", "3 hours" / "27 天".
[[nodiscard]] std::string in_words(Seconds span);

// Period is an ISO 8601 duration with calendar parts ("P20Y", "P398D", "PT4H"); years and months are added
// by the calendar, the rest in seconds. All parts are zero or positive, and none is longer than 9999 years. A week is
// seven days, a day 86400 seconds; fractions are not accepted.
struct Period {
  int years = 0;
  int months = 0;
  std::int64_t seconds = 0;
  friend bool operator==(const Period&, const Period&) = default;
};
[[nodiscard]] std::optional<Period> parse_period(std::string_view text);
[[nodiscard]] std::string print_period(const Period& period);
// add keeps the day of the month, or takes the last one of a shorter month (31 January + P1M = 28 February), and
// stops at 9999-12-31T23:59:59Z.
[[nodiscard]] UnixTime add(UnixTime time, const Period& period);

// Clock tells the time. Implementations are safe for concurrent use. Only cli/app makes the system's.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual UnixTime now() const = 0;
  // now_microseconds is `now` to the microsecond, since 1970; a clock that knows seconds only gives those.
  [[nodiscard]] virtual std::int64_t now_microseconds() const { return now().seconds * 1'000'000; }
  // uptime_microseconds counts from some moment of the past and is never set, whatever happens to `now`: the two tell
  // together when somebody has moved the clock. It goes on while the machine sleeps.
  [[nodiscard]] virtual std::int64_t uptime_microseconds() const { return now_microseconds(); }
};

// system_clock lives as long as the program.
[[nodiscard]] const Clock& system_clock();

}  // namespace yuxin::base
