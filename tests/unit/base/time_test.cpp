#include "yuxin/base/time.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>
#include <random>
#include <string>

#include "yuxin/base/language.hpp"

using namespace yuxin::base;

namespace {

UnixTime at(std::string_view text) {
  const auto time = parse_rfc3339(text);
  REQUIRE_MESSAGE(time.has_value(), text);
  return *time;
}

Period period(std::string_view text) {
  const auto parsed = parse_period(text);
  REQUIRE_MESSAGE(parsed.has_value(), text);
  return *parsed;
}

}  // namespace

TEST_CASE("calendar times agree with the C library over ten thousand years") {
  std::mt19937_64 random(11);
  std::uniform_int_distribution<std::int64_t> any(-62167219200, 253402300799);  // years 0000 to 9999
  for (int i = 0; i < 20000; ++i) {
    const UnixTime time{any(random)};
    const std::time_t seconds = time.seconds;
    std::tm parts{};
    REQUIRE(gmtime_r(&seconds, &parts) != nullptr);
    const Civil c = civil(time);
    REQUIRE(c.year == parts.tm_year + 1900);
    REQUIRE(c.month == parts.tm_mon + 1);
    REQUIRE(c.day == parts.tm_mday);
    REQUIRE(c.hour == parts.tm_hour);
    REQUIRE(c.minute == parts.tm_min);
    REQUIRE(c.second == parts.tm_sec);
    REQUIRE(from_civil(c) == time);
    REQUIRE(parse_rfc3339(rfc3339(time)) == time);
  }
}

// Values by `date -u -d ... +%s`.
TEST_CASE("known moments have their known seconds") {
  CHECK(at("1970-01-01T00:00:00Z").seconds == 0);
  CHECK(at("2000-02-29T12:00:00Z").seconds == 951825600);
  CHECK(at("2026-11-22T10:04:11Z").seconds == 1795341851);
  CHECK(at("9999-12-31T23:59:59Z").seconds == 253402300799);  // RFC 5280 section 4.1.2.5: no well-defined end
  CHECK(at("1969-12-31T23:59:59Z").seconds == -1);
  CHECK(rfc3339({1795341851}) == "2026-11-22T10:04:11Z");
  CHECK(rfc3339({-1}) == "1969-12-31T23:59:59Z");
}

TEST_CASE("a date that does not exist is no date") {
  for (const char* bad : {"2026-13-01", "2026-00-01", "2026-02-30", "2026-02-29", "1900-02-29", "2026-04-31",
                          "2026-01-00", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z"}) {
    CHECK_MESSAGE(!parse_rfc3339(bad).has_value(), bad);
  }
  CHECK(parse_rfc3339("2000-02-29").has_value());
  CHECK(parse_rfc3339("2024-02-29").has_value());
  CHECK_FALSE(from_civil({10000, 1, 1, 0, 0, 0}).has_value());
  CHECK_FALSE(from_civil({-1, 12, 31, 0, 0, 0}).has_value());
  CHECK_FALSE(from_civil({2026, 1, 1, -1, 0, 0}).has_value());
}

// RFC 3339 section 5.8.
TEST_CASE("the examples of RFC 3339 are read") {
  CHECK(at("1985-04-12T23:20:50.52Z") == at("1985-04-12T23:20:50Z"));
  CHECK(at("1996-12-19T16:39:57-08:00") == at("1996-12-20T00:39:57Z"));
  CHECK(at("1937-01-01T12:00:27.87+00:20") == at("1937-01-01T11:40:27Z"));
  CHECK(at("2026-11-22 18:04:11+08:00") == at("2026-11-22t10:04:11z"));
  CHECK(at("2026-11-22") == at("2026-11-22T00:00:00Z"));
}

TEST_CASE("what is not RFC 3339 is refused") {
  for (const char* bad : {"",
                          "2026",
                          "2026-11",
                          "26-11-22",
                          "2026-1-22",
                          "2026-11-22T",
                          "2026-11-22T10:04Z",
                          "2026-11-22T10:04:11",
                          "2026-11-22T10:04:11.Z",
                          "2026-11-22T10:04:11+8:00",
                          "2026-11-22T10:04:11+0800",
                          "2026-11-22T10:04:11+24:00",
                          "2026-11-22T10:04:11+08:60",
                          "2026-11-22T10:04:11Z ",
                          " 2026-11-22T10:04:11Z",
                          "2026-11-22T10:04:11ZZ",
                          "+026-11-22T10:04:11Z",
                          "2026-11-22T-1:04:11Z",
                          "2026/11/22",
                          "20261122T100411Z"}) {
    CHECK_MESSAGE(!parse_rfc3339(bad).has_value(), bad);
  }
}

TEST_CASE("times outside the years 0 to 9999 print as the nearest end") {
  CHECK(rfc3339({INT64_MAX}) == "9999-12-31T23:59:59Z");
  CHECK(rfc3339({INT64_MIN}) == "0000-01-01T00:00:00Z");
  CHECK(http_date({INT64_MAX}) == "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST_CASE("screens show the zone of the process with its offset") {
  const auto shown_in = [](const char* zone, UnixTime time) {
    setenv("TZ", zone, 1);
    tzset();
    return local_time(time);
  };
  const char* before = std::getenv("TZ");
  const std::string restored = before != nullptr ? before : "";
  const UnixTime time = at("2026-11-22T10:04:11Z");
  CHECK(shown_in("CST-8", time) == "2026-11-22 18:04:11 +08:00");
  CHECK(shown_in("NST3:30", time) == "2026-11-22 06:34:11 -03:30");
  CHECK(shown_in("UTC0", time) == "2026-11-22 10:04:11 +00:00");
  setenv("TZ", restored.c_str(), 1);
  tzset();
}

// RFC 9110 section 5.6.7.
TEST_CASE("HTTP dates are as in RFC 9110") {
  CHECK(http_date(at("1994-11-06T08:49:37Z")) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http_date({0}) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(http_date({-1}) == "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST_CASE("spans are told in the unit that a person would choose") {
  CHECK(in_words({0}) == "0 seconds");
  CHECK(in_words({1}) == "1 second");
  CHECK(in_words({59}) == "59 seconds");
  CHECK(in_words(minutes(1)) == "1 minute");
  CHECK(in_words({90}) == "90 seconds");
  CHECK(in_words(minutes(90)) == "90 minutes");
  CHECK(in_words(hours(3)) == "3 hours");
  CHECK(in_words(hours(1)) == "1 hour");
  CHECK(in_words(days(1)) == "1 day");
  CHECK(in_words(hours(30)) == "30 hours");
  CHECK(in_words(days(27)) == "27 days");
  CHECK(in_words(days(398)) == "398 days");
  CHECK(in_words(days(7305)) == "20 years");
  // A deadline is never told later than it is.
  CHECK(in_words({days(28).count - 1}) == "27 days");
  CHECK(in_words({-days(2).count}) == "-2 days");
  CHECK(in_words({INT64_MIN}).ends_with(" years"));
  set_language(Language::kChinese);
  CHECK(in_words(days(27)) == "27 天");
  CHECK(in_words(hours(1)) == "1 小时");
  set_language(Language::kEnglish);
}

TEST_CASE("periods of ISO 8601 are read") {
  CHECK(period("P20Y") == Period{20, 0, 0});
  CHECK(period("P398D") == Period{0, 0, 398 * 86400});
  CHECK(period("PT4H") == Period{0, 0, 4 * 3600});
  CHECK(period("P1Y6M") == Period{1, 6, 0});
  CHECK(period("P2W") == Period{0, 0, 14 * 86400});
  CHECK(period("P1Y2M3DT4H5M6S") == Period{1, 2, ((3 * 24 + 4) * 60 + 5) * 60 + 6});
  CHECK(period("PT0S") == Period{});
  CHECK(period("PT36H") == Period{0, 0, 36 * 3600});
}

TEST_CASE("what is not a period is refused") {
  for (const char* bad :
       {"",           "P",     "PT",      "P1",      "1Y",          "P1YT",         "P1S",
        "PT1D",       "PT1Y",  "P1M1Y",   "P1Y1Y",   "PT1M1H",      "P-1D",         "-P1D",
        "P+1D",       "P1.5D", "P1D ",    " P1D",    "p1d",         "P1DT",         "P1D1H",
        "PD",         "P1YT1", "PT1HT1M", "P10000Y", "P999999999Y", "P9999999999D", "P99999999999999999999D",
        "P999999999W"}) {
    CHECK_MESSAGE(!parse_period(bad).has_value(), bad);
  }
}

TEST_CASE("a printed period reads as itself") {
  CHECK(print_period(period("P20Y")) == "P20Y");
  CHECK(print_period(period("P2W")) == "P14D");
  CHECK(print_period(period("PT36H")) == "P1DT12H");
  CHECK(print_period({}) == "PT0S");
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    const Period some{static_cast<int>(random() % 100), static_cast<int>(random() % 50),
                      static_cast<std::int64_t>(random() % 100000000)};
    REQUIRE(period(print_period(some)) == some);
  }
}

TEST_CASE("years and months are added by the calendar") {
  const UnixTime start = at("2026-01-31T12:00:00Z");
  CHECK(add(start, period("P1M")) == at("2026-02-28T12:00:00Z"));
  CHECK(add(start, period("P2Y1M")) == at("2028-02-29T12:00:00Z"));
  CHECK(add(start, period("P11M")) == at("2026-12-31T12:00:00Z"));
  CHECK(add(start, period("P12M")) == at("2027-01-31T12:00:00Z"));
  CHECK(add(at("2024-02-29"), period("P1Y")) == at("2025-02-28"));
  CHECK(add(start, period("P1DT1H")) == at("2026-02-01T13:00:00Z"));
  CHECK(add(start, {}) == start);
}

TEST_CASE("adding stops at the last second that certificates can name") {
  const UnixTime last = at("9999-12-31T23:59:59Z");
  CHECK(add(at("9000-01-01"), period("P9999Y")) == last);
  CHECK(add(last, period("PT1S")) == last);
  CHECK(add(last, period("P1M")) == last);
}

TEST_CASE("the system clock tells the time of the system") {
  const std::int64_t before = std::time(nullptr);
  const std::int64_t now = system_clock().now().seconds;
  CHECK(now >= before);
  CHECK(now <= std::time(nullptr) + 1);
}

TEST_CASE("times and spans calculate") {
  const UnixTime t{1000};
  CHECK(t + minutes(1) == UnixTime{1060});
  CHECK(t - hours(1) == UnixTime{-2600});
  CHECK(UnixTime{1060} - t == Seconds{60});
  CHECK(t < t + Seconds{1});
}
