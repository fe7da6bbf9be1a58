// In what order the steps of a plan make a whole.
#pragma once

#include <optional>
#include <string>

#include "yuxin/keymgmt/ceremony_plan.hpp"

namespace yuxin::keymgmt {

// broken_order says what is wrong with the order of a plan's steps; nothing when it is good. There are at least
// three.
[[nodiscard]] std::optional<std::string> broken_order(const CeremonyPlan& plan);

}  // namespace yuxin::keymgmt
