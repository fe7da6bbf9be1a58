#include "yuxin/base/period_words.hpp"

#include <doctest/doctest.h>

using namespace yuxin::base;

namespace {

std::string words(std::string_view period) { return period_in_words(parse_period(period).value()); }

}  // namespace

TEST_CASE("a period is said in whole, and not rounded") {
  CHECK(words("P5Y") == "5 years");
  CHECK(words("P398D") == "398 days");
  CHECK(words("P1Y6M") == "1 year 6 months");
  CHECK(words("PT36H") == "1 day 12 hours");
  CHECK(words("P1M") == "1 month");
  CHECK(words("PT1M1S") == "1 minute 1 second");
  CHECK(words("PT0S") == "0 seconds");
}
