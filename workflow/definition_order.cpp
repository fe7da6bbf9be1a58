#include "definition_order.hpp"

#include <algorithm>
#include <set>

#include "yuxin/base/language.hpp"

namespace yuxin::workflow {

using base::message;

namespace {

using States = std::set<std::string, std::less<>>;

bool leads_on(const Transition& transition, const States& from) {
  return transition.opens() ||
         std::ranges::any_of(transition.from, [&](const std::string& state) { return from.contains(state); });
}

// reachable: from the opening of a case, as far as steps lead.
States reachable(const Workflow& workflow) {
  States known;
  for (bool more = true; more;) {
    more = false;
    for (const auto& transition : workflow.transitions) {
      if (transition.to.empty() || !leads_on(transition, known)) continue;
      more = known.insert(transition.to).second || more;
    }
  }
  return known;
}

// ending: from where a final state can be reached.
States ending(const Workflow& workflow) {
  States known;
  for (const auto& state : workflow.states) {
    if (state.is_final) known.insert(state.name);
  }
  for (bool more = true; more;) {
    more = false;
    for (const auto& transition : workflow.transitions) {
      if (!known.contains(transition.to)) continue;
      for (const auto& state : transition.from) more = known.insert(state).second || more;
    }
  }
  return known;
}

std::optional<Flaw> flaw_of_states(const Workflow& workflow) {
  const auto reached = reachable(workflow);
  const auto ends = ending(workflow);
  for (std::size_t i = 0; i < workflow.states.size(); ++i) {
    const auto& state = workflow.states[i];
    if (!reached.contains(state.name)) return Flaw{i, {}, message("no step leads to the state {}", state.name)};
    if (!ends.contains(state.name)) {
      return Flaw{
          i, {}, message("from the state {} no step leads to an end; write final = true, or a step", state.name)};
    }
  }
  return std::nullopt;
}

// Of several steps with one action from one state each needs a condition.
std::optional<Flaw> flaw_of_actions(const Workflow& workflow) {
  for (std::size_t i = 0; i < workflow.transitions.size(); ++i) {
    const auto& one = workflow.transitions[i];
    for (std::size_t j = 0; j < i; ++j) {
      const auto& other = workflow.transitions[j];
      const bool together =
          one.action == other.action &&
          ((one.opens() && other.opens()) ||
           std::ranges::any_of(one.from, [&](const std::string& state) { return other.leads_from(state); }));
      if (!together || (!one.when.always() && !other.when.always())) continue;
      return Flaw{
          {}, i, message("a second step \"{}\" leads from the same state; tell them apart by `when`", one.action)};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Flaw> flaw_of(const Workflow& workflow) {
  if (std::ranges::none_of(workflow.transitions, &Transition::opens))
    return Flaw{{}, {}, message("no step opens a case; one that does has no `from`")};
  for (std::size_t i = 0; i < workflow.transitions.size(); ++i) {
    for (const auto& name : workflow.transitions[i].from) {
      const auto* state = workflow.state(name);
      if (state != nullptr && state->is_final)
        return Flaw{{}, i, message("the state {} is final, so no step leads from it", name)};
    }
  }
  if (auto flaw = flaw_of_states(workflow)) return flaw;
  return flaw_of_actions(workflow);
}

}  // namespace yuxin::workflow
