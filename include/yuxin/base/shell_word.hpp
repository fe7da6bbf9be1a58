// Words of a command line that is printed to be typed.
#pragma once

#include <string>
#include <string_view>

namespace yuxin::base {

// shell_word is a word as a shell takes it: as it is where nothing in it means something to a shell, else between
// single quotation marks (POSIX.1-2017, Shell Command Language, section 2.2.2).
[[nodiscard]] std::string shell_word(std::string_view word);

}  // namespace yuxin::base
