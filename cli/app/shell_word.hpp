// Commands print words to be typed everywhere.
#pragma once

#include "yuxin/base/shell_word.hpp"

namespace yuxin::cli {
using base::shell_word;
}  // namespace yuxin::cli
