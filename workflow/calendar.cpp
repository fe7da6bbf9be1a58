#include "yuxin/workflow/calendar.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "yuxin/base/config.hpp"

namespace yuxin::workflow {

using base::Code;
using base::ConfigTable;
using base::fail;
using base::Result;
using base::UnixTime;

namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kZone = 8 * 3600;  // China Standard Time
constexpr std::int64_t kMostWorkingDays = 1'000;
constexpr std::size_t kMostHolidays = 100;

// Days are counted since 1970-01-01 of China Standard Time, a Thursday.
std::int64_t day_of(UnixTime at) {
  const auto local = at.seconds + kZone;
  return local >= 0 ? local / kDay : -((-local + kDay - 1) / kDay);
}
UnixTime begin_of(std::int64_t day) { return {day * kDay - kZone}; }
UnixTime end_of(std::int64_t day) { return begin_of(day + 1); }
UnixTime as_utc(std::int64_t day) { return {day * kDay}; }
int year_of(std::int64_t day) { return base::civil(as_utc(day)).year; }
bool is_weekend(std::int64_t day) {
  const auto weekday = ((day + 4) % 7 + 7) % 7;  // 0 is Sunday
  return weekday == 0 || weekday == 6;
}

Result<std::int64_t> read_day(ConfigTable& table, std::string_view key, const std::string& text, int year) {
  const auto time = text.size() == 10 ? base::parse_rfc3339(text) : std::nullopt;
  if (!time) return table.error(key, "\"{}\" is no date; write it as 2004-10-08", text);
  const auto day = time->seconds / kDay;
  if (year_of(day) != year) return table.error(key, "{} does not lie in the year {}", text, year);
  return day;
}

std::optional<std::int64_t> working_days_of(std::string_view text) {
  if (!text.starts_with('P') || !text.ends_with("BD")) return std::nullopt;
  text = text.substr(1, text.size() - 3);
  std::int64_t days = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
  if (error != std::errc{} || end != text.data() + text.size() || days < 1 || days > kMostWorkingDays) return {};
  return days;
}

}  // namespace

Result<TimeSpan> parse_time_span(std::string_view text) {
  TimeSpan span;
  span.text = text;
  if (const auto days = working_days_of(text)) {
    span.kind = TimeSpan::Kind::kWorking;
    span.days = *days;
    return span;
  }
  const auto period = base::parse_period(text);
  const bool mixed = text.find('T') != std::string_view::npos && !text.starts_with("PT");
  if (!period || mixed || *period == base::Period{}) {
    return fail(Code::kMalformed,
                "\"{}\" is no span of time; write PT4H for hours, P30D or P6M for whole days or months, P10BD for "
                "working days",
                text);
  }
  span.kind = text.starts_with("PT") ? TimeSpan::Kind::kClock : TimeSpan::Kind::kCalendar;
  span.period = *period;
  return span;
}

Result<std::shared_ptr<const Calendar>> Calendar::load(std::span<const Source> sources) {
  auto calendar = std::shared_ptr<Calendar>(new Calendar());
  for (const auto& source : sources) {
    TRY(auto table, ConfigTable::parse(source.text, source.name));
    TRY(const auto number, table.integer("year"));
    if (!number || *number < 2000 || *number > 2200)
      return table.error("year", "say which year this is, for example year = 2026");
    const auto year = static_cast<int>(*number);
    TRY(table.required_string("source"));
    Year days;
    TRY(auto holidays, table.tables("holidays"));
    if (holidays.size() > kMostHolidays)
      return table.error("holidays", "there are more than {} holidays", kMostHolidays);
    for (auto& holiday : holidays) {
      TRY(auto name, holiday.table("name"));
      if (name) {
        TRY(name->string("zh"));
        TRY(name->string("en"));
      }
      TRY(const auto from_text, holiday.required_string("from"));
      TRY(const auto to_text, holiday.required_string("to"));
      TRY(const auto from, read_day(holiday, "from", from_text, year));
      TRY(const auto to, read_day(holiday, "to", to_text, year));
      if (to < from) return holiday.error("to", "this holiday ends before it begins");
      for (auto day = from; day <= to; ++day) days.holidays.insert(day);
    }
    TRY(const auto workdays, table.strings("workdays"));
    for (const auto& text : workdays) {
      TRY(const auto day, read_day(table, "workdays", text, year));
      if (!is_weekend(day)) return table.error("workdays", "{} is a weekday, which is worked anyway", text);
      if (days.holidays.contains(day)) return table.error("workdays", "{} is a holiday here, too", text);
      days.workdays.insert(day);
    }
    TRY(table.finish());
    calendar->years_[year] = std::move(days);
  }
  return std::shared_ptr<const Calendar>(std::move(calendar));
}

// Of a year that is not known yet every weekday is worked: a limit then ends some days early rather than never.
bool Calendar::is_working(std::int64_t day) const {
  const auto year = years_.find(year_of(day));
  if (year == years_.end()) return !is_weekend(day);
  if (year->second.holidays.contains(day)) return false;
  return !is_weekend(day) || year->second.workdays.contains(day);
}

bool Calendar::is_working_day(UnixTime at) const { return is_working(day_of(at)); }

bool Calendar::knows(UnixTime at) const { return years_.contains(year_of(day_of(at))); }

std::int64_t Calendar::add_working(std::int64_t day, std::int64_t count) const {
  while (count > 0) count -= is_working(++day) ? 1 : 0;
  return day;
}

UnixTime Calendar::after(UnixTime start, const TimeSpan& span) const {
  if (span.kind == TimeSpan::Kind::kClock) return base::add(start, span.period);
  auto day = day_of(start);
  if (span.kind == TimeSpan::Kind::kWorking) {
    return end_of(add_working(day, span.days));
  }
  day = base::add(as_utc(day), span.period).seconds / kDay;
  while (!is_working(day)) ++day;
  return end_of(day);
}

UnixTime Calendar::prolonged(UnixTime end, const TimeSpan& span, const Stop& stop) const {
  if (stop.to <= stop.from) return end;
  if (span.kind == TimeSpan::Kind::kClock) return end + (stop.to - stop.from);
  std::int64_t stood = 0;
  for (auto day = day_of(stop.from) + 1; day <= day_of(stop.to); ++day) {
    stood += span.kind == TimeSpan::Kind::kCalendar || is_working(day) ? 1 : 0;
  }
  if (stood == 0) return end;
  const auto last = day_of(end) - 1;  // an end is a midnight
  if (span.kind == TimeSpan::Kind::kWorking) return end_of(add_working(last, stood));
  return after(begin_of(last), {TimeSpan::Kind::kCalendar, {.seconds = stood * kDay}, 0, {}});
}

std::vector<int> Calendar::years() const {
  std::vector<int> years;
  for (const auto& [year, days] : years_) years.push_back(year);
  return years;
}

}  // namespace yuxin::workflow
