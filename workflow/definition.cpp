#include "yuxin/workflow/definition.hpp"

#include <algorithm>

#include "yuxin/base/text.hpp"

namespace yuxin::workflow {

using base::Code;
using base::fail;
using base::Result;

namespace {

class Installation {
 public:
  Installation(const Workflow& workflow, const evidence::Organisation& organisation,
               std::span<const std::string> effects)
      : workflow_(workflow), organisation_(organisation), effects_(effects) {}

  Result<> check() const {
    for (const auto& transition : workflow_.transitions) {
      for (const auto& party : transition.by) {
        for (const auto& role : party.roles) TRY(check_role(role.text));
        TRY(check_place(party.place));
      }
      for (const auto& delivery : transition.deliveries) {
        TRY(check_role(delivery.to.text()));
        TRY(check_place(delivery.place));
      }
    }
    for (const auto& deadline : workflow_.deadlines) {
      for (const auto& step : deadline.overdue) {
        if (step.kind == Overdue::Kind::kEscalate || step.kind == Overdue::Kind::kNotify) TRY(check_role(step.what));
      }
    }
    for (const auto& effect : workflow_.effects()) {
      if (std::ranges::find(effects_, effect) != effects_.end()) continue;
      const std::vector<std::string> known(effects_.begin(), effects_.end());
      return fail(Code::kRefused, "Workflow {} carries out \"{}\", which this program does not know. There are: {}",
                  workflow_.name, effect, base::join(known, base::message(", ")));
    }
    return {};
  }

 private:
  [[nodiscard]] Result<> check_role(const std::string& text) const {
    std::vector<std::string> known;
    for (const auto& rule : organisation_.roles()) {
      if (rule.roles.meets({text})) return {};
      known.push_back(rule.roles.text);
    }
    if (const auto near = base::nearest(text, known))
      return fail(Code::kRefused,
                  "Workflow {} asks for role {}, which no [[role]] of organisation.toml describes; "
                  "did you mean {}?",
                  workflow_.name, text, *near);
    return fail(Code::kRefused, "Workflow {} asks for role {}, which no [[role]] of organisation.toml describes.",
                workflow_.name, text);
  }
  [[nodiscard]] Result<> check_place(const PlaceRule& place) const {
    if (place.kind != PlaceRule::Kind::kOrganisation) return {};
    const auto code = evidence::OrgCode::parse(place.name);
    if (code && organisation_.find(*code) != nullptr) return {};
    return fail(Code::kRefused, "Workflow {} names the organisation {}, which organisation.toml does not know.",
                workflow_.name, place.name);
  }

  const Workflow& workflow_;
  const evidence::Organisation& organisation_;
  std::span<const std::string> effects_;
};

}  // namespace

bool Transition::leads_from(std::string_view state) const {
  return state.empty() ? opens() : std::ranges::find(from, state) != from.end();
}

const TimeSpan& TimeLimit::of(const base::JsonObject& form, std::string_view policy) const {
  const auto found =
      std::ranges::find_if(choices, [&](const Choice& choice) { return choice.when.holds(form, policy); });
  return found == choices.end() ? choices.back().span : found->span;
}

const State* Workflow::state(std::string_view wanted) const {
  const auto found = std::ranges::find(states, wanted, &State::name);
  return found == states.end() ? nullptr : &*found;
}

const Field* Workflow::field(std::string_view wanted) const {
  const auto found = std::ranges::find(fields, wanted, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

std::vector<const Transition*> Workflow::steps_from(std::string_view from) const {
  std::vector<const Transition*> steps;
  for (const auto& transition : transitions) {
    if (transition.leads_from(from)) steps.push_back(&transition);
  }
  return steps;
}

bool Workflow::has_action(std::string_view action) const {
  return std::ranges::find(transitions, action, &Transition::action) != transitions.end();
}

std::vector<std::string> Workflow::effects() const {
  std::vector<std::string> names;
  const auto add = [&](const std::string& effect) {
    if (std::ranges::find(names, effect) == names.end()) names.push_back(effect);
  };
  for (const auto& transition : transitions) std::ranges::for_each(transition.effects, add);
  for (const auto& deadline : deadlines) {
    for (const auto& step : deadline.overdue) {
      if (step.kind == Overdue::Kind::kCarryOut) add(step.what);
    }
  }
  return names;
}

Result<> check_workflow(const Workflow& workflow, const evidence::Organisation& organisation,
                        std::span<const std::string> effects) {
  return Installation(workflow, organisation, effects).check();
}

}  // namespace yuxin::workflow
