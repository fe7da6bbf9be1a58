// Whether the clock can be believed, by what the ledger bears: nothing is issued on a clock that was set back.
#pragma once

#include "command.hpp"
#include "context.hpp"
#include "home.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// accept_clock_option is the option of every command that issues.
[[nodiscard]] OptionSpec accept_clock_option();

// tell_of_rest says, once for a home, that the clock is more than 35 days after the latest time of the ledger: the
// home has rested, or the clock runs ahead. Silent where the ledger cannot be read, which whoever works on it says.
void tell_of_rest(const Context& context, Home& home);
// meet_rest also asks the person (kUsage when the answer is no) where an offline root is worked with at a terminal.
// For lists, which wait for no clock.
[[nodiscard]] base::Result<> meet_rest(const Context& context, Home& home);

// meet_clock looks at the clock before a command issues something in an unlocked home. A clock that is more than five
// minutes before the latest time of the ledger is refused (kConflict), unless --accept-clock was given: then the
// ledger records that somebody finds its earlier times wrong, and counts anew. With --dry-run nothing is recorded. A
// clock that is more than 35 days later is only told, because a home may have rested; where an offline root is worked
// with at a terminal, the person is asked (kUsage when the answer is no).
[[nodiscard]] base::Result<> meet_clock(const Context& context, const Arguments& arguments, Home& home);

}  // namespace yuxin::cli
