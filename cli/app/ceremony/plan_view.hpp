// A plan as people read it before they agree to it.
#pragma once

#include "app/context.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/keymgmt/ceremony_plan.hpp"

namespace yuxin::cli {

void show_plan(const Context& context, const keymgmt::CeremonyPlan& plan);
[[nodiscard]] base::JsonObject plan_document(const keymgmt::CeremonyPlan& plan);

// step_title is the plan's title of a step, or that of its action.
[[nodiscard]] std::string step_title(const keymgmt::CeremonyStep& step);

}  // namespace yuxin::cli
