// How far long work has come, for people who watch it.
#pragma once

#include <string>

#include "context.hpp"
#include "yuxin/keymgmt/unlock.hpp"

namespace yuxin::cli {

// progress_of rewrites one line on a terminal, at most ten times a second, and is silent elsewhere and with --quiet.
// It never stops the work: whoever wants to may end the program at any time, and go on later.
[[nodiscard]] keymgmt::Progress progress_of(const Context& context, std::string title);

}  // namespace yuxin::cli
