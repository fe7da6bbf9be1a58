// Dates by the notice of the State Council for 2026 (国办发明电〔2025〕7号) and a wall calendar; spans by articles
// 200 to 204 of the Civil Code.
#include "yuxin/workflow/calendar.hpp"

#include <doctest/doctest.h>

#include "need.hpp"

namespace {

using namespace yuxin;
using base::Code;
using test::need;
using workflow::Calendar;
using workflow::TimeSpan;

std::shared_ptr<const Calendar> shipped() {
  std::vector<Calendar::Source> sources;
  for (const auto& one : workflow::shipped_calendars())
    sources.push_back({std::string(one.name), std::string(one.text)});
  return need(Calendar::load(sources));
}

// Times are typed in China Standard Time.
base::UnixTime at(const char* text) { return base::parse_rfc3339(std::string(text) + "+08:00").value(); }
TimeSpan span(std::string_view text) { return need(workflow::parse_time_span(text)); }
std::string after(const char* start, const char* text) {
  return base::rfc3339(shipped()->after(at(start), span(text)) + base::hours(8)).substr(0, 16);
}

TEST_CASE("a span says by its letters how it is counted") {
  CHECK(span("PT4H").kind == TimeSpan::Kind::kClock);
  CHECK(span("PT90M").kind == TimeSpan::Kind::kClock);
  CHECK(span("P30D").kind == TimeSpan::Kind::kCalendar);
  CHECK(span("P1Y6M").kind == TimeSpan::Kind::kCalendar);
  CHECK(span("P10BD").kind == TimeSpan::Kind::kWorking);
  CHECK(span("P10BD").days == 10);
  for (const auto* bad : {"", "P", "PT0S", "P0D", "P0BD", "P-1BD", "PBD", "P1BDT1H", "P1DT4H", "P1001BD", "10BD",
                          "4H", "P1.5D", "P99999999999999999999BD"}) {
    CAPTURE(bad);
    const auto parsed = workflow::parse_time_span(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == Code::kMalformed);
  }
}

TEST_CASE("working days are those of the notice") {
  const auto calendar = shipped();
  const auto works = [&](const char* day) {
    return calendar->is_working_day(at((std::string(day) + "T12:00:00").c_str()));
  };
  for (const auto* day : {"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
                          "2026-01-05", "2026-02-24", "2026-06-18", "2026-11-26"}) {
    CAPTURE(day);
    CHECK(works(day));
  }
  for (const auto* day : {"2026-01-01", "2026-01-03", "2026-02-15", "2026-02-23", "2026-04-06", "2026-05-05",
                          "2026-06-19", "2026-09-25", "2026-10-07", "2026-11-28", "2026-11-29"}) {
    CAPTURE(day);
    CHECK_FALSE(works(day));
  }
  // the same moment is a holiday in Beijing and a weekday in London
  CHECK_FALSE(calendar->is_working_day(base::parse_rfc3339("2026-09-30T16:00:00Z").value()));
  CHECK(calendar->is_working_day(base::parse_rfc3339("2026-09-30T15:59:59Z").value()));
}

TEST_CASE("the day on which a span begins does not count, and the last one is counted to midnight") {
  CHECK(after("2026-11-23T09:00:00", "P1BD") == "2026-11-25T00:00");  // Monday: until Tuesday midnight
  CHECK(after("2026-11-27T23:59:59", "P1BD") == "2026-12-01T00:00");  // Friday: Monday
  CHECK(after("2026-11-28T10:00:00", "P2BD") == "2026-12-02T00:00");  // Saturday: Tuesday
  CHECK(after("2026-09-30T10:00:00", "P1BD") == "2026-10-09T00:00");  // the week of the National Day
  CHECK(after("2026-10-08T10:00:00", "P2BD") == "2026-10-11T00:00");  // Friday, and Saturday the 10th is worked
  CHECK(after("2026-02-13T10:00:00", "P2BD") ==
        "2026-02-25T00:00");  // Saturday the 14th is worked, then nine days off
  CHECK(after("2026-11-23T09:00:00", "P10BD") == "2026-12-08T00:00");
  CHECK(after("2026-11-23T09:00:00", "P1D") == "2026-11-25T00:00");
  CHECK(after("2026-10-31T09:00:00", "P1M") == "2026-12-01T00:00");   // 30 November is the last day, a Monday
  CHECK(after("2026-11-26T09:00:00", "P2D") == "2026-12-01T00:00");   // Saturday: the next working day, Monday
  CHECK(after("2026-09-01T09:00:00", "P30D") == "2026-10-09T00:00");  // 1 October: 8 October
  CHECK(after("2026-11-27T23:00:00", "PT4H") == "2026-11-28T03:00");  // clock time knows no nights
}

TEST_CASE(
    "of a year that nobody has announced every weekday is worked: limits end early, and nothing waits for a file") {
  CHECK(after("2026-12-30T09:00:00", "P1BD") == "2027-01-01T00:00");
  CHECK(after("2026-12-30T09:00:00", "P2BD") ==
        "2027-01-02T00:00");  // Friday, 1 January: a holiday, once it is announced
  CHECK(after("2026-12-30T09:00:00", "P3BD") == "2027-01-05T00:00");  // over the weekend
  CHECK(after("2026-12-02T09:00:00", "P1M") == "2027-01-05T00:00");   // 2 January is a Saturday
  CHECK(shipped()->knows(at("2026-12-31T23:59:59")));
  CHECK_FALSE(shipped()->knows(at("2027-01-01T00:00:00")));
  CHECK(shipped()->years() == std::vector<int>{2026});
}

TEST_CASE("a clock that stood moves the end by the time for which it stood") {
  const auto calendar = shipped();
  const auto prolonged = [&](const char* start, const char* text, const char* from, const char* to) {
    const auto end = calendar->after(at(start), span(text));
    return base::rfc3339(calendar->prolonged(end, span(text), {at(from), at(to)}) + base::hours(8)).substr(0, 16);
  };
  CHECK(prolonged("2026-11-23T09:00:00", "PT4H", "2026-11-23T10:00:00", "2026-11-24T10:00:00") == "2026-11-24T13:00");
  // stopped on Monday and taken up on Thursday: three working days stood
  CHECK(prolonged("2026-11-23T09:00:00", "P2BD", "2026-11-23T10:00:00", "2026-11-26T10:00:00") == "2026-12-01T00:00");
  // over a weekend only one working day stood
  CHECK(prolonged("2026-11-26T09:00:00", "P2BD", "2026-11-27T10:00:00", "2026-11-30T10:00:00") == "2026-12-02T00:00");
  // within one day nothing stood
  CHECK(prolonged("2026-11-23T09:00:00", "P2BD", "2026-11-23T10:00:00", "2026-11-23T16:00:00") == "2026-11-26T00:00");
  CHECK(prolonged("2026-11-23T09:00:00", "P8D", "2026-11-23T10:00:00", "2026-11-25T10:00:00") == "2026-12-04T00:00");
}

TEST_CASE("a calendar file is refused for the line that is wrong") {
  struct Case {
    const char* text;
    const char* says;
  };
  const std::string head = "year = 2026\nsource = \"x\"\n";
  for (const auto& [text, says] :
       {Case{"holidays = [{ from = \"2026-10-07\", to = \"2026-10-01\" }]", "y.toml:3: this holiday ends before"},
        Case{"holidays = [{ from = \"2025-10-01\", to = \"2026-10-01\" }]", "y.toml:3: 2025-10-01 does not lie"},
        Case{"holidays = [{ from = \"2026-02-30\", to = \"2026-10-01\" }]", "y.toml:3: \"2026-02-30\" is no date"},
        Case{"workdays = [\"2026-11-26\"]", "y.toml:3: 2026-11-26 is a weekday"},
        Case{"holidays = [{ from = \"2026-11-28\", to = \"2026-11-28\" }]\nworkdays = [\"2026-11-28\"]",
             "y.toml:4: 2026-11-28 is a holiday here, too"},
        Case{"workday = [\"2026-11-28\"]", "y.toml:3: \"workday\" is not known here; did you mean \"workdays\"?"}}) {
    CAPTURE(text);
    const Calendar::Source source{"y.toml", head + text};
    const auto loaded = Calendar::load({&source, 1});
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().detail.starts_with(says));
  }
  const Calendar::Source without{"y.toml", "source = \"x\""};
  CHECK_FALSE(Calendar::load({&without, 1}));
}

}  // namespace
