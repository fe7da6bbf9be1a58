#include "yuxin/base/short_name.hpp"

#include <doctest/doctest.h>

#include <string>

using yuxin::base::is_short_name;

TEST_CASE("a short name is one to thirty-two lower-case letters, digits and hyphens, and no option") {
  for (const char* name : {"a", "root", "issuing-2", "2", "city--a-"}) CHECK_MESSAGE(is_short_name(name), name);
  CHECK(is_short_name(std::string(32, 'x')));
  CHECK_FALSE(is_short_name(std::string(33, 'x')));
  for (const char* name : {"", "-", "-root", "Root", "a b", "a_b", "a.b", "a/b", "..", "\xe6\xa0\xb9", "a\n"})
    CHECK_FALSE_MESSAGE(is_short_name(name), name);
  CHECK_FALSE(is_short_name(std::string_view("a\0b", 3)));
}
