#include "yuxin/base/shell_word.hpp"

#include <doctest/doctest.h>

using yuxin::base::shell_word;

TEST_CASE("a word that a shell would cut or read otherwise stands between quotation marks") {
  CHECK(shell_word("city/online") == "city/online");
  CHECK(shell_word("城市/online") == "城市/online");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("城 市") == "'城 市'");
  CHECK(shell_word("a\"b$c") == "'a\"b$c'");
  CHECK(shell_word("it's") == "'it'\\''s'");
}
