// The end of a command that was only tried (--dry-run).
#pragma once

#include <string>

#include "context.hpp"
#include "yuxin/base/json.hpp"

namespace yuxin::cli {

// end_trial says to people that every check passed, or `said`, and gives scripts `facts` with "dry_run": true. Gives
// the exit code, 0.
int end_trial(const Context& context, base::JsonObject facts, const std::string& said = "");

}  // namespace yuxin::cli
