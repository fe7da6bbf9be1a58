// What is checked of a TOML text before the library parses it.
#pragma once

#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"

namespace yuxin::base {

// check_toml refuses text that is not UTF-8, and dotted keys of more than 16 parts: the library makes a table of
// every part and destroys them by recursion, so that "a.a.a..." in a few megabytes would overflow the stack.
// Errors are kMalformed and begin with "FILE:LINE: ".
[[nodiscard]] Result<> check_toml(std::string_view text, std::string_view file);

}  // namespace yuxin::base
