// What can be said of a step before anybody signs it.
#include <algorithm>

#include "form_check.hpp"
#include "step_gate.hpp"
#include "yuxin/base/bytes.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/workflow/machine.hpp"
#include "yuxin/x509/name_match.hpp"

namespace yuxin::workflow {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using evidence::VerifiedAct;

namespace {

// may_hold: no policy that the definition knows excludes it.
bool may_hold(const Workflow& workflow, const Guard& guard, const base::JsonObject& values) {
  return std::ranges::any_of(
      workflow.policies, [&](const std::string& policy) { return guard.evaluate(values, policy) != Truth::kFalse; });
}

std::string who_may(const Transition& transition) {
  std::vector<std::string> parts;
  for (const auto& party : transition.by) {
    for (const auto& role : party.roles) parts.push_back(role.text);
    if (!party.key.empty()) parts.push_back(message("the subscriber"));
  }
  return base::join(parts, " / ");
}

// Eye looks at one step through the eyes of whoever is going to sign it.
class Eye {
 public:
  Eye(const Circumstances& circumstances, const evidence::Act& act, const Signer& signer,
      std::span<const VerifiedAct> earlier)
      : circumstances_(circumstances), act_(act), signer_(signer), earlier_(earlier) {}

  Result<const Transition*> look(const std::optional<Case>& before) {
    TRY(const auto body, read_body(act_.body));
    Case of;
    if (before) of = *before;
    if (!before && body.place) of.place = *body.place;
    auto values = of.values();
    for (const auto& [name, value] : body.form) values[name] = value;
    const auto action = std::string_view(act_.type).substr(act_.type.rfind('.') + 1);
    if (action == kReceiveAction) return nullptr;
    TRY(const auto* transition, step_for(of, action, values));
    TRY(may_sign(*transition, of, values, before ? act_.object : std::string()));
    TRY(check_form(circumstances_, *transition, body.form, values));
    TRY(check_enclosures(circumstances_, *transition, act_, body, values));
    if (before && transition->about == Transition::About::kSame && body.about != of.about)
      return fail(Code::kRefused, "The act is about something else than case {} is now. Read it and sign again.",
                  of.id);
    return transition;
  }

 private:
  Result<const Transition*> step_for(const Case& of, std::string_view action, const base::JsonObject& values) const {
    const Transition* shut_step = nullptr;
    for (const auto* step : circumstances_.workflow.steps_from(of.state)) {
      if (step->action != action) continue;
      if (step->when.holds(values, circumstances_.policy)) return step;
      shut_step = step;
    }
    if (shut_step == nullptr) return shut(circumstances_.workflow, of, action);
    return fail(Code::kRefused, "\"{}\" cannot be done to {}: it asks for {}.", shut_step->title.text(),
                of.id.empty() ? act_.object : of.id, shut_step->when.text());
  }

  Result<> may_sign(const Transition& transition, const Case& of, const base::JsonObject& values,
                    const std::string& object) const {
    std::vector<std::string> reasons;
    for (const auto& party : transition.by) {
      TRY(const auto elsewhere, place_of(circumstances_, party.place, values));
      const auto reason = reason_against(transition, party, elsewhere.value_or(of.place), values);
      if (!reason) return {};
      if (std::ranges::find(reasons, *reason) == reasons.end()) reasons.push_back(*reason);
    }
    const auto who = signer_.subject.text();
    const auto& what = transition.title.text();
    if (object.empty())
      return fail(Code::kNotAuthorised, "{} may not sign \"{}\": {}.", who, what, base::join(reasons, "; "));
    return fail(Code::kNotAuthorised, "{} may not sign \"{}\" of {}: {}.", who, what, object,
                base::join(reasons, "; "));
  }

  using Reason = std::optional<std::string>;

  [[nodiscard]] Reason reason_against(const Transition& transition, const Party& party, const evidence::Place& place,
                                      const base::JsonObject& values) const {
    if (auto reason = role_against(transition, party, place, values)) return reason;
    // an exclusion gives the city's own reason
    if (auto reason = exclusion_against()) return reason;
    return separation_against(party);
  }

  [[nodiscard]] Reason role_against(const Transition& transition, const Party& party, const evidence::Place& place,
                                    const base::JsonObject& values) const {
    const auto key = party.key.empty() ? std::string() : base::json_string(values, party.key);
    if (!key.empty() && key == base::hex(signer_.key)) return std::nullopt;
    const auto asked = [&](const evidence::RoleCode& role) {
      return std::ranges::any_of(party.roles, [&](const auto& pattern) { return pattern.matches(role); });
    };
    if (!act_.role || !asked(*act_.role)) return needs(transition);
    bool held = false;
    for (const auto& one : signer_.roles) {
      if (one.role != *act_.role) continue;
      if (evidence::covers(one.scope, place, circumstances_.organisation)) return std::nullopt;
      held = true;
    }
    if (!held) return needs(transition);
    return message("your role {} is not good for this registration point or profile", act_.role->text());
  }

  [[nodiscard]] std::string needs(const Transition& transition) const {
    std::vector<std::string> held;
    for (const auto& one : signer_.roles) held.push_back(one.role.text());
    if (held.empty()) return message("that needs {}; you hold no role here", who_may(transition));
    return message("that needs {}; you hold {}", who_may(transition), base::join(held, message(", ")));
  }

  [[nodiscard]] bool is_signer(const VerifiedAct& act) const {
    return x509::equal_names(act.actor().subject(), signer_.subject) ||
           x509::sha256(act.actor().tbs().spki) == signer_.key;
  }

  [[nodiscard]] Reason separation_against(const Party& party) const {
    for (const auto& action : party.not_same_person_as) {
      const auto type = circumstances_.workflow.act_type(action);
      const bool acted = std::ranges::any_of(
          earlier_, [&](const VerifiedAct& act) { return act.act().type == type && is_signer(act); });
      if (acted) return message("the same person acted for \"{}\"", title_of(action));
    }
    return std::nullopt;
  }

  [[nodiscard]] std::string title_of(std::string_view action) const {
    for (const auto& transition : circumstances_.workflow.transitions) {
      if (transition.action == action) return transition.title.text();
    }
    return std::string(action);
  }

  [[nodiscard]] Reason exclusion_against() const {
    if (!act_.role) return std::nullopt;
    using Reach = evidence::Exclusion::Reach;
    for (const auto& act : earlier_) {
      if (!act.act().role || !is_signer(act)) continue;
      for (const auto reach : {Reach::kObject, Reach::kPerson}) {
        const auto* exclusion = circumstances_.organisation.conflict(*act_.role, *act.act().role, reach);
        if (exclusion == nullptr) continue;
        return message("the same person acted here in role {}: {}", act.act().role->text(),
                       evidence::reason_of(*exclusion));
      }
    }
    return std::nullopt;
  }

  const Circumstances& circumstances_;
  const evidence::Act& act_;
  const Signer& signer_;
  std::span<const VerifiedAct> earlier_;
};

}  // namespace

const std::string& state_title(const Workflow& workflow, const Case& of) {
  const auto* state = workflow.state(of.state);
  if (state == nullptr) return of.state;
  const auto values = of.values();
  for (const auto& named : state->named) {
    const bool holds = std::ranges::all_of(
        workflow.policies, [&](const std::string& policy) { return named.when.holds(values, policy); });
    if (holds) return named.title.text();
  }
  return state->title.text();
}

const Transition* main_step(const Workflow& workflow, const Case& of) {
  const auto values = of.values();
  for (const auto* step : workflow.steps_from(of.state)) {
    if (may_hold(workflow, step->when, values)) return step;
  }
  return nullptr;
}

base::Failure shut(const Workflow& workflow, const Case& of, std::string_view action) {
  if (of.id.empty()) return fail(Code::kConflict, "\"{}\" opens no case of the workflow {}.", action, workflow.name);
  const auto& state = state_title(workflow, of);
  const auto* next = main_step(workflow, of);
  if (next == nullptr) return fail(Code::kConflict, "Case {} is {}; nothing more is done to it.", of.id, state);
  const auto meant = std::ranges::find(workflow.transitions, action, &Transition::action);
  const auto what =
      meant == workflow.transitions.end() ? std::string(action) : message("{} ({})", meant->title.text(), action);
  return fail(Code::kConflict, "Case {} is {}; \"{}\" is not done then. Next: {} ({}), by {}", of.id, state, what,
              next->title.text(), next->action, who_may(*next));
}

Result<const Transition*> foresee(const Circumstances& circumstances, const std::optional<Case>& before,
                                  const evidence::Act& act, const Signer& signer,
                                  std::span<const VerifiedAct> earlier) {
  return Eye(circumstances, act, signer, earlier).look(before);
}

}  // namespace yuxin::workflow
