// Spans of time as rules of the city write them, and the days on which its offices work.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::workflow {

// TimeSpan is how long something may take.
//   kClock     "PT4H", "PT30M"   runs through nights and holidays
//   kCalendar  "P30D", "P6M"     whole days; the day on which it begins does not count (Civil Code art. 201), it ends
//                                at midnight after the last day, or after the next working day where the last one is
//                                a holiday (art. 203)
//   kWorking   "P10BD"           the same, over working days only (工作日)
// Days are those of China Standard Time (+08:00), wherever the program runs.
struct TimeSpan {
  enum class Kind { kClock, kCalendar, kWorking } kind = Kind::kClock;
  base::Period period;    // of kClock and kCalendar
  std::int64_t days = 0;  // of kWorking
  std::string text;       // as written
};
// parse_time_span: kMalformed for anything else, for nothing ("PT0S"), and for days and hours in one ("P1DT4H").
[[nodiscard]] base::Result<TimeSpan> parse_time_span(std::string_view text);

// Calendar knows the working days of some years. Immutable; share freely between threads.
class Calendar {
 public:
  // load reads files of one year each ({name, text}; docs/workflows.md). kMalformed names the file and line; a year
  // that stands in two files is that of the last one.
  struct Source {
    std::string name;
    std::string text;
  };
  [[nodiscard]] static base::Result<std::shared_ptr<const Calendar>> load(std::span<const Source> sources);

  // is_working_day looks at the day of a moment. Of a year that is not known every weekday is worked, so that a limit
  // which reaches into it ends some days early.
  [[nodiscard]] bool is_working_day(base::UnixTime at) const;
  // knows says whether the holidays of the year of a moment are known.
  [[nodiscard]] bool knows(base::UnixTime at) const;
  // after gives the moment at which a span that begins at `start` has passed.
  [[nodiscard]] base::UnixTime after(base::UnixTime start, const TimeSpan& span) const;
  // prolonged moves an end by the time for which the clock was stopped: for whole days by the days (or working
  // days) that began in it.
  struct Stop {
    base::UnixTime from;
    base::UnixTime to;
  };
  [[nodiscard]] base::UnixTime prolonged(base::UnixTime end, const TimeSpan& span, const Stop& stop) const;
  [[nodiscard]] std::vector<int> years() const;  // ascending

 private:
  struct Year {
    std::set<std::int64_t> holidays;  // days since 1970, +08:00
    std::set<std::int64_t> workdays;  // on which weekends are worked
  };
  Calendar() = default;
  [[nodiscard]] bool is_working(std::int64_t day) const;
  [[nodiscard]] std::int64_t add_working(std::int64_t day, std::int64_t count) const;
  std::map<int, Year> years_;
};

// ShippedCalendar is a year that comes with the program: "2026".
struct ShippedCalendar {
  std::string_view name;
  std::string_view text;
};
[[nodiscard]] const std::vector<ShippedCalendar>& shipped_calendars();

}  // namespace yuxin::workflow
