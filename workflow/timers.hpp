// Deadlines as a case goes on.
#pragma once

#include "yuxin/workflow/machine.hpp"

namespace yuxin::workflow {

// move_timers follows on a completed step: ends what the action meets, stops and starts clocks, begins deadlines of
// the state that was entered. `before` is the state that was left; empty where the case was opened.
[[nodiscard]] base::Result<> move_timers(const Circumstances& circumstances, Case& of, std::string_view action,
                                         std::string_view before, base::UnixTime moment);

}  // namespace yuxin::workflow
