// Whether the steps of a definition make a whole.
#pragma once

#include <optional>
#include <string>

#include "yuxin/workflow/definition.hpp"

namespace yuxin::workflow {

// Flaw is what is wrong with the graph, and at which state or step.
struct Flaw {
  std::optional<std::size_t> state;       // index
  std::optional<std::size_t> transition;  // index
  std::string why;
};
// flaw_of finds the first: no way into a case, a state that cannot be reached, a state that is not final and has no
// way to a final one, a step out of a final state, two steps of one action from one state that no condition tells
// apart.
[[nodiscard]] std::optional<Flaw> flaw_of(const Workflow& workflow);

}  // namespace yuxin::workflow
