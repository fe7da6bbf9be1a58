#include "yuxin/base/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <span>

#include "yuxin/base/language.hpp"

namespace yuxin::base {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;
constexpr int kMaxYear = 9999;

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays.at(static_cast<std::size_t>(month - 1));
}

// Days since 1970-01-01 of a proleptic Gregorian date. The year is shifted to begin in March, so that the leap
// day is the last of it, and cut into eras of 400 years, which all have 146097 days (H. Hinnant's algorithm).
constexpr std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

constexpr std::int64_t kFirstSecond = days_from_civil(0, 1, 1) * kSecondsPerDay;
constexpr std::int64_t kLastSecond = days_from_civil(kMaxYear + 1, 1, 1) * kSecondsPerDay - 1;
constexpr std::int64_t kLongestPeriod = kLastSecond - kFirstSecond;

std::int64_t floor_days(std::int64_t seconds) {
  return seconds / kSecondsPerDay - (seconds % kSecondsPerDay < 0 ? 1 : 0);
}

// Reader takes fixed-width numbers and characters from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    taken_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] char taken() const { return taken_; }
  bool digits(std::size_t count, int& value) {
    if (rest_.size() < count) return false;
    value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }
  // number takes one to nine digits.
  bool number(std::int64_t& value) {
    std::size_t count = 0;
    value = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
      if (count == 9) return false;
      value = value * 10 + (rest_[count++] - '0');
    }
    rest_.remove_prefix(count);
    return count != 0;
  }

 private:
  std::string_view rest_;
  char taken_ = '\0';
};

bool take_offset(Reader& reader, std::int64_t& offset) {
  offset = 0;
  if (reader.take("Zz")) return true;
  if (!reader.take("+-")) return false;
  const int sign = reader.taken() == '-' ? -1 : 1;
  int hour = 0;
  int minute = 0;
  if (!reader.digits(2, hour) || !reader.take(":") || !reader.digits(2, minute)) return false;
  if (hour > 23 || minute > 59) return false;
  offset = sign * (hour * 3600 + minute * 60);
  return true;
}

// local_civil reads TZ once; localtime_r alone need not do so (POSIX.1-2017, tzset).
std::tm local_civil(UnixTime time) {
  static const bool zone_is_read = [] {
    tzset();
    return true;
  }();
  static_cast<void>(zone_is_read);
  const std::time_t seconds = time.seconds;
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

std::int64_t microseconds_of(clockid_t clock) {
  std::timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

class SystemClock : public Clock {
 public:
  [[nodiscard]] UnixTime now() const override {
    std::timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return {now.tv_sec};
  }
  [[nodiscard]] std::int64_t now_microseconds() const override { return microseconds_of(CLOCK_REALTIME); }
  [[nodiscard]] std::int64_t uptime_microseconds() const override { return microseconds_of(CLOCK_BOOTTIME); }
};

}  // namespace

Civil civil(UnixTime time) {
  const std::int64_t seconds = std::clamp(time.seconds, kFirstSecond, kLastSecond);
  const std::int64_t day = floor_days(seconds);
  const auto second_of_day = static_cast<int>(seconds - day * kSecondsPerDay);

  const std::int64_t shifted = day + 719468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const std::int64_t day_of_era = shifted - era * 146097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;

  Civil out;
  out.day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  out.month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  out.year = static_cast<int>(year_of_era + era * 400) + (out.month <= 2 ? 1 : 0);
  out.hour = second_of_day / 3600;
  out.minute = second_of_day / 60 % 60;
  out.second = second_of_day % 60;
  return out;
}

std::optional<UnixTime> from_civil(const Civil& c) {
  if (c.year < 0 || c.year > kMaxYear || c.month < 1 || c.month > 12) return std::nullopt;
  if (c.day < 1 || c.day > days_in_month(c.year, c.month)) return std::nullopt;
  if (c.hour < 0 || c.hour > 23 || c.minute < 0 || c.minute > 59 || c.second < 0 || c.second > 59) {
    return std::nullopt;
  }
  return UnixTime{days_from_civil(c.year, c.month, c.day) * kSecondsPerDay + c.hour * 3600 + c.minute * 60 +
                  c.second};
}

std::string rfc3339(UnixTime time) {
  const Civil c = civil(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

std::string local_time(UnixTime time) {
  const std::int64_t offset = local_civil(time).tm_gmtoff;
  const Civil c = civil(time + Seconds{offset});
  const std::int64_t distance = offset < 0 ? -offset : offset;
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} {}{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute,
                     c.second, offset < 0 ? '-' : '+', distance / 3600, distance / 60 % 60);
}

std::optional<UnixTime> parse_rfc3339(std::string_view text) {
  Reader reader(text);
  Civil c;
  if (!reader.digits(4, c.year) || !reader.take("-") || !reader.digits(2, c.month) || !reader.take("-") ||
      !reader.digits(2, c.day)) {
    return std::nullopt;
  }
  if (reader.empty()) return from_civil(c);
  if (!reader.take("Tt ") || !reader.digits(2, c.hour) || !reader.take(":") || !reader.digits(2, c.minute) ||
      !reader.take(":") || !reader.digits(2, c.second)) {
    return std::nullopt;
  }
  if (reader.take(".")) {
    if (!reader.take("0123456789")) return std::nullopt;
    while (reader.take("0123456789")) continue;  // fractions of a second are dropped
  }
  std::int64_t offset = 0;
  if (!take_offset(reader, offset) || !reader.empty()) return std::nullopt;
  const auto local = from_civil(c);
  if (!local) return std::nullopt;
  return *local - Seconds{offset};
}

std::string http_date(UnixTime time) {
  constexpr std::array<const char*, 7> kDays{"Thu", "Fri", "Sat", "Sun",
                                             "Mon", "Tue", "Wed"};  // 1970-01-01: Thursday
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::int64_t seconds = std::clamp(time.seconds, kFirstSecond, kLastSecond);
  const auto weekday = static_cast<std::size_t>((floor_days(seconds) % 7 + 7) % 7);
  const Civil c = civil(time);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays.at(weekday), c.day,
                     kMonths.at(static_cast<std::size_t>(c.month - 1)), c.year, c.hour, c.minute, c.second);
}

std::string in_words(Seconds span) {
  struct Unit {
    std::int64_t seconds;
    const char* one;
    const char* many;
  };
  // The largest unit of which there are two, or exactly one: "90 minutes" says more than translatable("1 hour").
  static const std::array<Unit, 4> kUnits{{{60, translatable("1 minute"), translatable("{} minutes")},
                                           {3600, translatable("1 hour"), translatable("{} hours")},
                                           {kSecondsPerDay, translatable("1 day"), translatable("{} days")},
                                           {31556952, translatable("1 year"), translatable("{} years")}}};
  const bool negative = span.count < 0;
  const std::int64_t count = negative ? -std::max(span.count, -INT64_MAX) : span.count;
  Unit unit{1, translatable("1 second"), translatable("{} seconds")};
  for (const Unit& larger : kUnits) {
    if (count / larger.seconds >= 2 || count == larger.seconds) unit = larger;
  }
  const std::int64_t number = count / unit.seconds;
  std::string words = number == 1 ? std::string(tr(unit.one)) : message(unit.many, number);
  return negative ? "-" + words : words;
}

std::optional<Period> parse_period(std::string_view text) {
  struct Part {
    char letter;
    std::int64_t months;
    std::int64_t seconds;
  };
  static constexpr std::array<Part, 4> kDateParts{
      {{'Y', 12, 0}, {'M', 1, 0}, {'W', 0, 7 * kSecondsPerDay}, {'D', 0, kSecondsPerDay}}};
  static constexpr std::array<Part, 3> kTimeParts{{{'H', 0, 3600}, {'M', 0, 60}, {'S', 0, 1}}};

  Reader reader(text);
  if (!reader.take("P")) return std::nullopt;
  std::span<const Part> parts = kDateParts;
  bool in_time = false;
  std::int64_t years = 0;
  std::int64_t months = 0;
  std::int64_t seconds = 0;
  do {
    if (!in_time && reader.take("T")) {
      in_time = true;
      parts = kTimeParts;
    }
    std::int64_t number = 0;
    if (!reader.number(number)) return std::nullopt;
    // Parts come once each and from large to small: what was passed over is not looked at again.
    while (!parts.empty() && !reader.take({&parts.front().letter, 1})) parts = parts.subspan(1);
    if (parts.empty()) return std::nullopt;
    const Part& part = parts.front();
    if (part.months == 12) {
      years += number;
    } else {
      months += number * part.months;
    }
    seconds += number * part.seconds;
    parts = parts.subspan(1);
  } while (!reader.empty());
  if (years > kMaxYear || months > kMaxYear * 12 || seconds > kLongestPeriod) return std::nullopt;
  return Period{static_cast<int>(years), static_cast<int>(months), seconds};
}

std::string print_period(const Period& period) {
  std::string date;
  std::string time;
  const auto part = [](std::string& to, std::int64_t number, char letter) {
    if (number != 0) to += fmt::format("{}{}", number, letter);
  };
  part(date, period.years, 'Y');
  part(date, period.months, 'M');
  part(date, period.seconds / kSecondsPerDay, 'D');
  part(time, period.seconds / 3600 % 24, 'H');
  part(time, period.seconds / 60 % 60, 'M');
  part(time, period.seconds % 60, 'S');
  if (date.empty() && time.empty()) return "PT0S";
  return time.empty() ? "P" + date : "P" + date + "T" + time;
}

UnixTime add(UnixTime time, const Period& period) {
  Civil c = civil(time);
  const std::int64_t month =
      std::int64_t{c.year} * 12 + c.month - 1 + std::int64_t{period.years} * 12 + period.months;
  if (month >= (kMaxYear + 1) * 12) return {kLastSecond};
  c.year = static_cast<int>(month / 12);
  c.month = static_cast<int>(month % 12) + 1;
  c.day = std::min(c.day, days_in_month(c.year, c.month));
  const UnixTime start = from_civil(c).value_or(UnixTime{kLastSecond});
  return {start.seconds + std::min(period.seconds, kLastSecond - start.seconds)};
}

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace yuxin::base
