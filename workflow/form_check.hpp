// What a step's form and enclosures must be.
#pragma once

#include <string_view>

#include "yuxin/workflow/machine.hpp"

namespace yuxin::workflow {

// check_form: every field of the act's form is one that the step takes, and well formed; what it needs is there.
// `values` are those of the case with the act's.
[[nodiscard]] base::Result<> check_form(const Circumstances& circumstances, const Transition& transition,
                                        const base::JsonObject& form, const base::JsonObject& values);
// check_enclosures: every attachment stands under one label that the step takes, as often as it may and must.
// `values` are those of the case with the act's.
[[nodiscard]] base::Result<> check_enclosures(const Circumstances& circumstances, const Transition& transition,
                                              const evidence::Act& act, const StepBody& body,
                                              const base::JsonObject& values);

}  // namespace yuxin::workflow
