// What people see.
#include "cli/app/context.hpp"

#include <doctest/doctest.h>

using yuxin::cli::visible;

TEST_CASE("what would drive a terminal is shown by its number, everything else as it is") {
  CHECK(visible("") == "");
  CHECK(visible("CN=重庆市, é, 😀\tx\n") == "CN=重庆市, é, 😀\tx\n");
  CHECK(visible("\x1b[31mred\a\r\x7f") == "\\x1b[31mred\\x07\\x0d\\x7f");
  CHECK(visible("a\xc2\x9b"
                "b\xe2\x80\xae"
                "c") == "a\\u009bb\\u202ec");  // C1's control sequence introducer, right-to-left override
  CHECK(visible(std::string_view("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("octets that are no UTF-8 are shown one by one") {
  CHECK(visible("\xff\xfe") == "\\xff\\xfe");
  CHECK(visible("a\xe4\xb8") == "a\\xe4\\xb8");         // cut short
  CHECK(visible("\xc0\xaf") == "\\xc0\\xaf");           // overlong (RFC 3629 section 3)
  CHECK(visible("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // a surrogate
  CHECK(visible("\xf5\x80\x80\x80") == "\\xf5\\x80\\x80\\x80");
  CHECK(visible("\x80") == "\\x80");
}
