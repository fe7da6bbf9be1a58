// Reading a definition: every key is known, every name is there, and the steps make a whole.
#include <algorithm>

#include "definition_order.hpp"
#include "loader.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/gate.hpp"

namespace yuxin::workflow {

using base::ConfigTable;
using base::Result;

namespace {

constexpr std::size_t kLongestFile = 1U << 20U;
constexpr std::size_t kMostStates = 100;
constexpr std::size_t kMostFields = 300;
constexpr std::size_t kMostTransitions = 300;
constexpr std::size_t kMostDeadlines = 100;
constexpr std::size_t kLongestPrefix = 8;

bool is_prefix(std::string_view text) {
  return !text.empty() && text.size() <= kLongestPrefix &&
         std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_policy(std::string_view text) {
  return !text.empty() && text.size() <= 20 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

class WorkflowLoader {
 public:
  WorkflowLoader(ConfigTable table, std::string_view text) : table_(std::move(table)), made_(new Workflow()) {
    made_->text = text;
    made_->digest = x509::sha256(base::as_bytes(text));
  }

  Result<std::shared_ptr<const Workflow>> load() {
    TRY(load_head());
    TRY(load_states());
    TRY(load_fields());
    TRY(load_names_of_states());
    TRY(load_transitions());
    TRY(load_policies());
    TRY(load_deadlines());
    made_->has_no_enclosures = table_.has("no_enclosures");
    TRY(made_->no_enclosures, read_guard(table_, "no_enclosures", *made_));
    TRY(table_.finish());
    TRY(check_gates());
    TRY(check_order());
    return std::shared_ptr<const Workflow>(std::move(made_));
  }

 private:
  Result<> load_head() {
    TRY(made_->name, table_.required_string("name"));
    if (!is_name(made_->name, '-'))
      return table_.error("name", "\"{}\" cannot name a workflow: lower-case letters, digits and hyphens, at most 40",
                          made_->name);
    TRY(made_->code, table_.required_string("code"));
    if (made_->code.size() > 40 || !base::is_utf8(made_->code) || base::has_control_character(made_->code))
      return table_.error("code", "the code is too long, or has characters that cannot be shown");
    TRY(made_->prefix, table_.required_string("prefix"));
    if (!is_prefix(made_->prefix))
      return table_.error("prefix", "a prefix is 1 to {} upper-case letters: numbers of cases begin with it",
                          kLongestPrefix);
    TRY(made_->title, read_title(table_, "title"));
    TRY(made_->lead, table_.required_string("lead"));
    if (const auto code = evidence::OrgCode::parse(made_->lead); !code) return located(table_, "lead", code.error());
    TRY(made_->policies, table_.strings("policies"));
    if (!table_.has("policies")) made_->policies = {"2004", "2026"};
    if (made_->policies.empty()) return table_.error("policies", "name a policy at least: policies = [\"2026\"]");
    for (const auto& policy : made_->policies) {
      if (!is_policy(policy) || std::ranges::count(made_->policies, policy) > 1)
        return table_.error("policies", "\"{}\" cannot name a policy, or stands there twice", policy);
    }
    return {};
  }

  Result<> load_states() {
    TRY(states_, table_.tables("state"));
    if (states_.empty() || states_.size() > kMostStates)
      return table_.error("state", "a workflow has 1 to {} states, and this one has {}", kMostStates, states_.size());
    for (auto& table : states_) {
      State state;
      TRY(state.name, table.required_string("name"));
      if (!is_state_name(state.name))
        return table.error("name", "\"{}\" cannot name a state: upper-case letters, digits, '_' and '-'", state.name);
      if (made_->state(state.name) != nullptr) return table.error("name", "\"{}\" stands there twice.", state.name);
      TRY(state.title, read_title(table, "title"));
      TRY(const auto is_final, table.boolean("final"));
      state.is_final = is_final.value_or(false);
      made_->states.push_back(std::move(state));
    }
    return {};
  }

  Result<> load_fields() {
    TRY(auto tables, table_.tables("field"));
    if (tables.size() > kMostFields) return table_.error("field", "there are more than {} fields", kMostFields);
    for (auto& table : tables) {
      TRY(auto field, read_field(table));
      if (made_->field(field.name) != nullptr) return table.error("name", "\"{}\" stands there twice.", field.name);
      made_->fields.push_back(std::move(field));
    }
    return {};
  }

  // Conditions look at fields, which are known by now.
  Result<> load_names_of_states() {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      TRY(auto tables, states_[i].tables("named"));
      for (auto& table : tables) {
        State::Named named;
        TRY(named.when, read_guard(table, "when", *made_));
        TRY(named.title, read_title(table, "title"));
        made_->states[i].named.push_back(std::move(named));
      }
    }
    return {};
  }

  Result<> load_transitions() {
    TRY(transitions_, table_.tables("transition"));
    if (transitions_.empty() || transitions_.size() > kMostTransitions)
      return table_.error("transition", "a workflow has 1 to {} steps, and this one has {}", kMostTransitions,
                          transitions_.size());
    for (auto& table : transitions_) {
      TRY(auto transition, read_transition(table, *made_));
      made_->transitions.push_back(std::move(transition));
    }
    return {};
  }

  Result<> load_policies() {
    TRY(auto section, table_.table("policy"));
    if (!section) return {};
    for (const auto& name : section->keys()) {
      if (std::ranges::find(made_->policies, name) == made_->policies.end())
        return section->error(name, "there is no policy \"{}\"; name it in policies = […]", name);
      TRY(auto values, section->table(name));
      for (const auto& value : values->keys()) {
        TRY(auto limit, read_limit(*values, value, *made_));
        policies_[name].emplace(value, std::move(limit));
      }
    }
    return {};
  }

  Result<> load_deadlines() {
    TRY(auto tables, table_.tables("deadline"));
    if (tables.size() > kMostDeadlines)
      return table_.error("deadline", "there are more than {} deadlines", kMostDeadlines);
    for (auto& table : tables) {
      TRY(auto deadline, read_deadline(table, *made_, policies_));
      if (std::ranges::find(made_->deadlines, deadline.name, &Deadline::name) != made_->deadlines.end())
        return table.error("name", "\"{}\" stands there twice.", deadline.name);
      made_->deadlines.push_back(std::move(deadline));
    }
    return {};
  }

  // What the gate will be asked for each step can be asked (evidence/gate.hpp), with every earlier action done.
  Result<> check_gates() {
    for (std::size_t i = 0; i < made_->transitions.size(); ++i) {
      const auto& transition = made_->transitions[i];
      std::vector<evidence::Requirement> requirements;
      for (std::size_t p = 0; p < transition.by.size(); ++p) {
        const auto& party = transition.by[p];
        evidence::Requirement requirement;
        requirement.name = std::to_string(p);
        requirement.types = {made_->act_type(transition.action)};
        requirement.quorum = party.count;
        if (party.organisations == Party::Organisations::kDistinct)
          requirement.organisations = evidence::Requirement::Organisations::kDistinct;
        requirements.push_back(std::move(requirement));
        for (const auto& action : party.not_same_person_as) {
          if (action == transition.action || !made_->has_action(action))
            return transitions_[i].error("by", "not_same_person_as names \"{}\", which is no other action", action);
          const bool known = std::ranges::any_of(requirements, [&](const auto& one) { return one.name == action; });
          if (known) continue;
          evidence::Requirement earlier;
          earlier.name = action;
          earlier.types = {made_->act_type(action)};
          requirements.push_back(std::move(earlier));
        }
      }
      auto rule = evidence::GateRule::make(transition.action, std::move(requirements));
      if (!rule) return located(transitions_[i], "by", rule.error());
    }
    return {};
  }

  Result<> check_order() {
    const auto flaw = flaw_of(*made_);
    if (!flaw) return {};
    if (flaw->state) return states_[*flaw->state].error("name", "{}", flaw->why);
    if (flaw->transition) return transitions_[*flaw->transition].error("action", "{}", flaw->why);
    return table_.error("transition", "{}", flaw->why);
  }

  ConfigTable table_;
  std::shared_ptr<Workflow> made_;
  std::vector<ConfigTable> states_;
  std::vector<ConfigTable> transitions_;
  Policies policies_;
};

Result<std::shared_ptr<const Workflow>> Workflow::parse(std::string_view text, std::string file) {
  if (text.size() > kLongestFile)
    return base::fail(base::Code::kMalformed, "{}: a definition has at most {} octets", file, kLongestFile);
  TRY(auto table, ConfigTable::parse(text, std::move(file)));
  return WorkflowLoader(std::move(table), text).load();
}

}  // namespace yuxin::workflow
