#include "step_gate.hpp"

#include <algorithm>
#include <set>

#include "yuxin/base/text.hpp"

namespace yuxin::workflow {

using base::Code;
using base::fail;
using base::Result;
using evidence::Requirement;
using evidence::VerifiedAct;

namespace {

std::optional<evidence::Hash> key_of(const Party& party, const base::JsonObject& values) {
  if (party.key.empty()) return std::nullopt;
  evidence::Hash key{};  // matches nobody where it was not filled in
  const auto octets = base::from_hex(base::json_string(values, party.key));
  if (octets && octets->size() == key.size()) std::ranges::copy(*octets, key.begin());
  return key;
}

// Earlier actions that somebody must not have signed become requirements of their own, which are met already: the
// gate then keeps the persons apart.
Result<evidence::GateRule> rule_of(const StepQuestion& question) {
  const auto& transition = question.transition;
  std::vector<Requirement> requirements;
  std::set<std::string> done;
  for (std::size_t i = 0; i < transition.by.size(); ++i) {
    const auto& party = transition.by[i];
    Requirement requirement;
    requirement.name = transition.action;
    if (transition.by.size() > 1) requirement.name += " " + std::to_string(i + 1);
    requirement.types = {question.act.act().type};
    requirement.roles = party.roles;
    requirement.quorum = party.count;
    if (party.organisations == Party::Organisations::kDistinct)
      requirement.organisations = Requirement::Organisations::kDistinct;
    TRY(requirement.place, place_of(question.circumstances, party.place, question.values));
    requirement.key = key_of(party, question.values);
    for (const auto& action : party.not_same_person_as) {
      const auto type = question.circumstances.workflow.act_type(action);
      const bool was = std::ranges::any_of(question.earlier, [&](const auto& act) { return act.act().type == type; });
      if (!was) continue;
      requirement.not_same_person_as.push_back(action);
      done.insert(action);
    }
    requirements.push_back(std::move(requirement));
  }
  for (const auto& action : done) {
    Requirement earlier;
    earlier.name = action;
    earlier.types = {question.circumstances.workflow.act_type(action)};
    requirements.push_back(std::move(earlier));
  }
  return evidence::GateRule::make(transition.action, std::move(requirements));
}

void add_once(std::vector<std::string>& list, const std::string& word) {
  if (std::ranges::find(list, word) == list.end()) list.push_back(word);
}

base::Failure refuse_signer(const StepQuestion& question, const evidence::GateDecision& decision, std::size_t act) {
  std::vector<std::string> reasons;
  std::vector<std::string> roles;
  for (const auto& missing : decision.missing) {
    for (const auto& passed : missing.passed_over) {
      if (passed.act == act) add_once(reasons, passed.reason);
    }
    for (const auto& role : missing.roles) add_once(roles, role);
  }
  const auto who = question.act.actor().subject().text();
  const auto& what = question.transition.title.text();
  if (reasons.empty())
    return fail(Code::kNotAuthorised, "{} may not sign \"{}\" of {}, or has signed it already.", who, what,
                question.of.id);
  if (roles.empty())
    return fail(Code::kNotAuthorised, "{} may not sign \"{}\" of {}: {}.", who, what, question.of.id,
                base::join(reasons, "; "));
  return fail(Code::kNotAuthorised, "{} may not sign \"{}\" of {}: {}. Who may: {}", who, what, question.of.id,
              base::join(reasons, "; "), base::join(roles, base::message(", ")));
}

}  // namespace

Result<std::optional<evidence::Place>> place_of(const Circumstances& circumstances, const PlaceRule& rule,
                                                const base::JsonObject& values) {
  if (rule.kind == PlaceRule::Kind::kCase) return std::optional<evidence::Place>();
  evidence::Place place;
  if (rule.kind == PlaceRule::Kind::kNowhere) return std::optional(place);
  const auto text = rule.kind == PlaceRule::Kind::kField ? base::json_string(values, rule.name) : rule.name;
  auto code = evidence::OrgCode::parse(text);
  if (!code) return fail(Code::kRefused, "The field \"{}\" names no organisation yet.", rule.name);
  if (const auto* unit = circumstances.organisation.find(*code)) place.district = unit->district;
  place.organisation = std::move(*code);
  return std::optional(std::move(place));
}

Result<evidence::GateDecision> ask_step_gate(const StepQuestion& question) {
  TRY(const auto rule, rule_of(question));
  std::vector<VerifiedAct> acts;
  for (const auto& act : question.earlier) {
    const bool waits = std::ranges::find(question.pending, &act) != question.pending.end();
    if (waits || act.act().type != question.act.act().type) acts.push_back(act);
  }
  const auto last = acts.size();
  acts.push_back(question.act);
  auto decision =
      evidence::decide(rule, {question.of.id, question.of.place, acts}, question.circumstances.organisation);
  if (std::ranges::find(decision.used, last) == decision.used.end()) return refuse_signer(question, decision, last);
  return decision;
}

}  // namespace yuxin::workflow
