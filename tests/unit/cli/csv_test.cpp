#include "cli/app/csv.hpp"

#include <doctest/doctest.h>

namespace {

using namespace yuxin;
using Rows = std::vector<std::vector<std::string>>;

// The examples of RFC 4180 section 2, by number.
TEST_CASE("tables are read as RFC 4180 says") {
  const auto read = [](std::string_view text) {
    const auto table = cli::parse_csv(text);
    return table ? table->rows : Rows{{"refused"}};
  };
  CHECK(read("a,b,c\r\naaa,bbb,ccc\r\nzzz,yyy,xxx\r\n") == Rows{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}});
  CHECK(read("a,b,c\r\naaa,bbb,ccc") == Rows{{"aaa", "bbb", "ccc"}});
  CHECK(read("a,b,c\n\"aaa\",\"bbb\",\"ccc\"\nzzz,yyy,xxx") == Rows{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}});
  CHECK(read("a,b,c\r\n\"aaa\",\"b\r\nbb\",\"ccc\"") == Rows{{"aaa", "b\r\nbb", "ccc"}});
  CHECK(read("a,b,c\r\n\"aaa\",\"b\"\"bb\",\"ccc\"") == Rows{{"aaa", "b\"bb", "ccc"}});
  CHECK(read("\xEF\xBB\xBF"
             "a,b\n\n,\n") == Rows{{"", ""}});
  CHECK(read("a\n") == Rows{});
}

TEST_CASE("a table that is damaged is refused for the line that is wrong") {
  const auto says = [](std::string_view text) {
    const auto table = cli::parse_csv(text);
    return table ? std::string() : table.error().detail;
  };
  CHECK(says("").find("empty") != std::string::npos);
  CHECK(says("a,b\n1,2\n1\n").starts_with("Line 3 "));
  CHECK(says("a,b\n1,2,3\n").starts_with("Line 2 "));
  CHECK(says("a,a\n").starts_with("Line 1 "));
  CHECK(says("a,\n").starts_with("Line 1 "));
  CHECK(says("a,b\n\"x\ny\",\"z\n").starts_with("Line 3 "));
  CHECK(says("a,b\n\"x\"y,z\n").starts_with("Line 2 "));
  CHECK(says("a\n\xff\n").find("UTF-8") != std::string::npos);
}

}  // namespace
