// One step of many cases.
#pragma once

#include <string>

#include "command.hpp"
#include "context.hpp"
#include "desk_side.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// step_cases takes the same step of every --case: each is shown with what it is about, all are asked for once, and
// each is signed by itself as it was shown. One that is refused stops no other. Gives the exit code.
[[nodiscard]] base::Result<int> step_cases(Context& context, const Arguments& arguments, DeskSide& side,
                                           const std::string& action);

}  // namespace yuxin::cli
