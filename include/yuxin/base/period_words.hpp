// Periods as people read them.
#pragma once

#include <string>

#include "yuxin/base/time.hpp"

namespace yuxin::base {

// period_in_words prints every part of a period in the process's language: "5 years", "398 days", "1 day 12 hours" /
// "5 年". in_words of a span rounds down to one unit; what a rule says is not rounded.
[[nodiscard]] std::string period_in_words(const Period& period);

}  // namespace yuxin::base
