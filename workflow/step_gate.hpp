// Who may take a step: the parties of its definition as a rule of the gate.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "yuxin/workflow/machine.hpp"

namespace yuxin::workflow {

// StepQuestion is a step that an act would take, with what is known of the case. References must outlive the call.
struct StepQuestion {
  const Circumstances& circumstances;
  const Case& of;
  const Transition& transition;
  base::JsonObject values;  // of the case, with the act's over them
  const evidence::VerifiedAct& act;
  std::span<const evidence::VerifiedAct> earlier;
  std::span<const evidence::VerifiedAct* const> pending;  // those of `earlier` that wait for this step's others
};

// ask_step_gate decides from the act, from those that wait, and from all of other actions. kNotAuthorised says why
// the act does not count.
[[nodiscard]] base::Result<evidence::GateDecision> ask_step_gate(const StepQuestion& question);

// place_of is the place of a rule; nothing for that of the case. kRefused where a field names no organisation yet.
[[nodiscard]] base::Result<std::optional<evidence::Place>> place_of(const Circumstances& circumstances,
                                                                    const PlaceRule& rule,
                                                                    const base::JsonObject& values);

}  // namespace yuxin::workflow
