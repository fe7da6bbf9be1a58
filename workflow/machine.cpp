// Judging an act that takes a step.
#include "yuxin/workflow/machine.hpp"

#include <algorithm>
#include <set>

#include "form_check.hpp"
#include "step_gate.hpp"
#include "timers.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::workflow {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using evidence::VerifiedAct;

namespace {

// action_of gives what stands behind the workflow's name in an act's type; empty for an act of something else.
std::string_view action_of(const Workflow& workflow, std::string_view type) {
  if (!type.starts_with(workflow.name) || type.size() < workflow.name.size() + 2) return {};
  type.remove_prefix(workflow.name.size());
  return type.front() == '.' ? type.substr(1) : std::string_view();
}

class Advance {
 public:
  Advance(const Circumstances& circumstances, const std::optional<Case>& before, const VerifiedAct& act,
          std::span<const VerifiedAct> earlier)
      : circumstances_(circumstances), workflow_(circumstances.workflow), act_(act), earlier_(earlier) {
    if (before) case_ = *before;
    opens_ = !before.has_value();
  }

  Result<Decision> run() {
    TRY(body_, read_body(act_.act().body));
    TRY(check_place_in_order());
    if (opens_) TRY(open());
    Decision decision;
    decision.happenings = tick(workflow_, case_, act_.moment());
    decision.action = action_of(workflow_, act_.act().type);
    ++case_.steps;
    case_.changed = act_.moment();
    if (decision.action == kReceiveAction) {
      TRY(receive());
      decision.complete = true;
      decision.after = std::move(case_);
      return decision;
    }
    if (body_.delivery) return fail(Code::kMalformed, "Only the act \"{}\" names a delivery.", kReceiveAction);
    TRY(choose(decision.action));
    TRY(check_content());
    TRY(const auto gate, ask_gate());
    decision.complete = gate.allowed;
    decision.missing = gate.missing;
    std::erase_if(decision.missing, [](const evidence::Missing& one) { return one.have >= one.need; });
    if (decision.complete) {
      TRY(take());
      decision.effects = transition_->effects;
    } else if (opens_) {
      // whoever opens it together with others must be able to read what the first one signed
      case_.form = body_.form;
      case_.about = body_.about;
    }
    decision.after = std::move(case_);
    return decision;
  }

 private:
  Result<> check_place_in_order() {
    if (action_of(workflow_, act_.act().type).empty()) {
      return fail(Code::kMalformed, "An act \"{}\" takes no step of the workflow {}.", act_.act().type,
                  workflow_.name);
    }
    if (body_.workflow != workflow_.digest) {
      return fail(
          Code::kConflict,
          "The act was signed for another version of the workflow {} than the one this case follows. Read the "
          "case and sign again.",
          workflow_.name);
    }
    if (opens_) return {};
    if (act_.act().object != case_.id)
      return fail(Code::kConflict, "The act is about {}, not about {}.", act_.act().object, case_.id);
    if (body_.state != case_.state || body_.step != case_.steps + 1) {
      return fail(Code::kConflict,
                  "Case {} went on meanwhile: it is {} now, after {} acts. Read what has happened and sign again.",
                  case_.id, state_title(workflow_, case_), case_.steps);
    }
    if (body_.place) return fail(Code::kMalformed, "Only the act that opens a case says for what place it is.");
    return {};
  }

  Result<> open() {
    if (!body_.state.empty() || body_.step != 1 || !body_.place || act_.act().previous)
      return fail(Code::kMalformed, "The act does not open a case: it is no first step, or names no place.");
    if (!is_case_id(act_.act().object, workflow_.prefix)) {
      return fail(Code::kMalformed, "\"{}\" is no number of a case of the workflow {}; it begins with {}-.",
                  act_.act().object, workflow_.name, workflow_.prefix);
    }
    case_.id = act_.act().object;
    case_.workflow = workflow_.name;
    case_.definition = workflow_.digest;
    case_.place = *body_.place;
    case_.opened = act_.moment();
    if (!case_.place.organisation) return {};
    const auto* unit = circumstances_.organisation.find(*case_.place.organisation);
    if (unit == nullptr || !unit->exists_at(act_.moment())) {
      return fail(Code::kRefused, "There is no organisation {} now. See organisation.toml.",
                  case_.place.organisation->text());
    }
    if (case_.place.district != unit->district) {
      return fail(Code::kRefused, "The organisation {} does not lie in the district \"{}\".", unit->code.text(),
                  case_.place.district);
    }
    return {};
  }

  // values are those of the case with the act's own over them.
  [[nodiscard]] base::JsonObject values() const {
    auto values = case_.values();
    for (const auto& [name, value] : body_.form) values[name] = value;
    return values;
  }

  Result<> choose(const std::string& action) {
    const auto known = values();
    const Transition* barred = nullptr;
    for (const auto* step : workflow_.steps_from(opens_ ? std::string() : case_.state)) {
      if (step->action != action) continue;
      if (!step->when.holds(known, circumstances_.policy)) {
        barred = step;
        continue;
      }
      if (transition_ != nullptr)
        return fail(Code::kConflict, "Two steps \"{}\" are open at once; the definition does not say which.", action);
      transition_ = step;
    }
    if (transition_ != nullptr) return {};
    if (barred != nullptr) {
      return fail(Code::kRefused, "\"{}\" cannot be done to {}: it asks for {}.", barred->title.text(), case_.id,
                  barred->when.text());
    }
    if (opens_) return fail(Code::kConflict, "\"{}\" opens no case of the workflow {}.", action, workflow_.name);
    return shut(workflow_, case_, action);
  }

  Result<> check_content() {
    TRY(check_form(circumstances_, *transition_, body_.form, values()));
    TRY(check_enclosures(circumstances_, *transition_, act_.act(), body_, values()));
    if (transition_->about == Transition::About::kSame && body_.about != case_.about) {
      return fail(Code::kRefused, "The act is about something else than case {} is now. Read it and sign again.",
                  case_.id);
    }
    TRY(find_pending());
    if (transition_->forms == Transition::Forms::kOwn) return {};
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      const auto& body = pending_bodies_[i];
      const bool same = body.form == body_.form && body.files == body_.files && body.about == body_.about &&
                        digests(*pending_[i]) == digests(act_);
      if (!same) {
        return fail(Code::kRefused,
                    "{} has signed \"{}\" with another form or other attachments. All who sign it sign the same.",
                    pending_[i]->actor().subject().text(), transition_->title.text());
      }
    }
    return {};
  }
  static std::set<base::Bytes> digests(const VerifiedAct& act) {
    std::set<base::Bytes> digests;
    for (const auto& attachment : act.act().attachments) digests.insert(attachment.value);
    return digests;
  }

  // find_pending gathers the acts of this step that wait for others: since the state was entered and since the last
  // time that the action was completed in it.
  Result<> find_pending() {
    const auto taken = case_.taken.find(transition_->action);
    const auto since = std::max(case_.entered, taken == case_.taken.end() ? std::int64_t{0} : taken->second);
    for (const auto& act : earlier_) {
      if (act.act().type != act_.act().type) continue;
      TRY(auto body, read_body(act.act().body));
      if (body.step > since) {
        pending_.push_back(&act);
        pending_bodies_.push_back(std::move(body));
      }
    }
    return {};
  }

  Result<evidence::GateDecision> ask_gate() {
    return ask_step_gate({circumstances_, case_, *transition_, values(), act_, earlier_, pending_});
  }

  Result<> take() {
    const auto before = opens_ ? std::string() : case_.state;
    if (transition_->forms == Transition::Forms::kOne) {
      for (const auto& [name, value] : body_.form) case_.form[name] = value;
    }
    if (transition_->about == Transition::About::kNew) case_.about = body_.about;
    case_.taken[transition_->action] = case_.steps;
    if (!transition_->to.empty() && transition_->to != case_.state) {
      case_.state = transition_->to;
      case_.entered = case_.steps;
      case_.taken.clear();
    }
    TRY(hand_over());
    return move_timers(circumstances_, case_, transition_->action, before, act_.moment());
  }

  Result<> hand_over() {
    const auto known = values();
    for (const auto& delivery : transition_->deliveries) {
      if (!delivery.when.holds(known, circumstances_.policy)) continue;
      TRY(const auto place, place_of(circumstances_, delivery.place, known));
      Handed handed{.kind = delivery.kind,
                    .to = delivery.to,
                    .place = place ? *place : case_.place,
                    .step = case_.steps,
                    .at = act_.moment(),
                    .due = std::nullopt,
                    .received = std::nullopt};
      if (delivery.within) handed.due = circumstances_.calendar.after(act_.moment(), *delivery.within);
      case_.handed.push_back(std::move(handed));
    }
    return {};
  }

  Result<> receive() {
    if (opens_ || !body_.delivery || static_cast<std::size_t>(*body_.delivery) >= case_.handed.size())
      return fail(Code::kRefused, "The act names no delivery of this case.");
    auto& handed = case_.handed[static_cast<std::size_t>(*body_.delivery)];
    if (handed.kind != Delivery::Kind::kReceipt)
      return fail(Code::kRefused, "A copy is for information; nobody signs for it.");
    if (handed.received) {
      return fail(Code::kConflict, "This was received already, at {}.", base::local_time(*handed.received));
    }
    if (!body_.form.empty() || !body_.files.empty() || !act_.act().attachments.empty() ||
        body_.about != case_.about) {
      return fail(Code::kRefused, "A receipt has no form and no attachments, and is about what the case is about.");
    }
    evidence::Requirement requirement;
    requirement.name = std::string(kReceiveAction);
    requirement.types = {act_.act().type};
    requirement.roles = {{handed.to.text()}};
    TRY(const auto gate_rule, evidence::GateRule::make(requirement.name, {requirement}));
    const auto decision =
        evidence::decide(gate_rule, {case_.id, handed.place, {&act_, 1}}, circumstances_.organisation);
    if (!decision.allowed) {
      const auto& passed = decision.missing.front().passed_over;
      return fail(Code::kNotAuthorised, "{} may not sign for what was delivered to {}: {}.",
                  act_.actor().subject().text(), handed.to.text(),
                  passed.empty() ? message("it was made in no role") : passed.front().reason);
    }
    handed.received = act_.moment();
    return {};
  }

  const Circumstances& circumstances_;
  const Workflow& workflow_;
  const VerifiedAct& act_;
  std::span<const VerifiedAct> earlier_;
  Case case_;
  bool opens_ = false;
  StepBody body_;
  const Transition* transition_ = nullptr;
  std::vector<const VerifiedAct*> pending_;  // of this step, that wait for others
  std::vector<StepBody> pending_bodies_;
};

}  // namespace

Result<Decision> advance(const Circumstances& circumstances, const std::optional<Case>& before,
                         const VerifiedAct& act, std::span<const VerifiedAct> earlier) {
  return Advance(circumstances, before, act, earlier).run();
}

std::optional<base::UnixTime> next_due(const Case& of) {
  std::optional<base::UnixTime> due;
  for (const auto& timer : of.timers) {
    if (!timer.ended && !timer.stopped && (!due || timer.due < *due)) due = timer.due;
  }
  return due;
}

std::int64_t last_step(const Case& of) {
  auto last = of.entered;
  for (const auto& [action, step] : of.taken) last = std::max(last, step);
  return last;
}

std::vector<Option> options(const Workflow& workflow, const Case& of, std::string_view policy) {
  std::vector<Option> list;
  const auto values = of.values();
  for (const auto* step : workflow.steps_from(of.state)) list.push_back({step, step->when.evaluate(values, policy)});
  return list;
}

}  // namespace yuxin::workflow
