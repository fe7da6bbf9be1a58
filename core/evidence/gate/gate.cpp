#include "yuxin/evidence/gate.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>

#include "gate/assignment.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/name_match.hpp"
#include "yuxin/x509/same_key.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

using Reason = std::optional<std::string>;  // why an act does not count

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

std::vector<std::string> texts(const std::vector<RolePattern>& patterns) {
  std::vector<std::string> list;
  for (const auto& pattern : patterns) list.push_back(pattern.text);
  return list;
}

std::string place_in_words(const Place& place) {
  std::vector<std::string> parts;
  if (place.organisation) parts.push_back(message("organisation {}", place.organisation->text()));
  if (!place.district.empty()) parts.push_back(message("district {}", place.district));
  if (!place.profile.empty()) parts.push_back(message("profile {}", place.profile));
  return base::join(parts, message(", "));
}

// Persons says which acts are by one person: same subject or same key, and so on through all of them.
std::vector<std::size_t> persons_of(std::span<const VerifiedAct> acts) {
  std::vector<std::size_t> person(acts.size());
  std::iota(person.begin(), person.end(), std::size_t{0});
  for (std::size_t i = 0; i < acts.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (person[i] == person[j] || !same_person(acts[i], acts[j])) continue;
      const auto [low, high] = std::minmax(person[i], person[j]);
      std::ranges::replace(person, high, low);
    }
  }
  return person;
}

// Gate is one question being decided.
class Gate {
 public:
  Gate(const GateRule& rule, const GateQuestion& question, const Organisation& organisation)
      : rules_(rule.requirements()),
        question_(question),
        organisation_(organisation),
        acts_(question.acts),
        person_(persons_of(acts_)) {
    for (std::size_t a = 0; a < acts_.size(); ++a) order_.push_back(a);
    std::ranges::sort(order_, [this](std::size_t a, std::size_t b) { return comes_first(a, b); });
    for (std::size_t r = 0; r < rules_.size(); ++r) {
      reasons_.emplace_back();
      for (std::size_t a = 0; a < acts_.size(); ++a) reasons_[r].push_back(reason_against(rules_[r], a));
    }
    choose_organisations();
    keep_apart();
  }

  GateDecision decide() {
    const auto problem = problem_of();
    const auto assignment = assign(problem);
    GateDecision decision;
    for (std::size_t r = 0; r < rules_.size(); ++r) {
      if (assignment.filled[r] < rules_[r].quorum) decision.missing.push_back(missing(r, assignment));
    }
    decision.allowed = decision.missing.empty();
    decision.used = used(assignment);
    for (std::size_t a = 0; a < acts_.size(); ++a) {
      if (auto reason = reason_to_pass_over(a)) decision.passed_over.push_back({a, std::move(*reason)});
    }
    return decision;
  }

 private:
  [[nodiscard]] const Act& act(std::size_t a) const { return acts_[a].act(); }
  [[nodiscard]] bool is_here(std::size_t a) const { return act(a).object == question_.object; }
  [[nodiscard]] bool counts(std::size_t r, std::size_t a) const { return !reasons_[r][a].has_value(); }

  [[nodiscard]] bool follows(std::size_t later, std::size_t earlier) const {
    std::optional<Hash> at = act(later).previous;
    for (std::size_t steps = 0; at && steps < acts_.size(); ++steps) {
      if (*at == acts_[earlier].digest()) return true;
      const auto before = std::ranges::find(acts_, *at, &VerifiedAct::digest);
      at = before == acts_.end() ? std::nullopt : before->act().previous;
    }
    return false;
  }
  // By the time stamps, and within one second by the chain of `previous`.
  [[nodiscard]] bool is_before(std::size_t a, std::size_t b) const {
    if (acts_[a].moment() != acts_[b].moment()) return acts_[a].moment() < acts_[b].moment();
    return follows(b, a);
  }
  // comes_first is an order of all acts that does not depend on how they were given.
  [[nodiscard]] bool comes_first(std::size_t a, std::size_t b) const {
    if (acts_[a].moment() != acts_[b].moment()) return acts_[a].moment() < acts_[b].moment();
    const auto depth_a = depth(a);
    const auto depth_b = depth(b);
    return depth_a != depth_b ? depth_a < depth_b : acts_[a].digest() < acts_[b].digest();
  }
  [[nodiscard]] std::size_t depth(std::size_t a) const {
    std::size_t steps = 0;
    std::optional<Hash> at = act(a).previous;
    for (; at && steps < acts_.size(); ++steps) {
      const auto before = std::ranges::find(acts_, *at, &VerifiedAct::digest);
      if (before == acts_.end()) break;
      at = before->act().previous;
    }
    return steps;
  }

  // Exclusions of both reaches: who must not hold two roles together must not act in both on one object either.
  [[nodiscard]] Reason exclusion_against(std::size_t a) const {
    if (!act(a).role) return std::nullopt;
    for (std::size_t b = 0; b < acts_.size(); ++b) {
      if (person_[a] != person_[b] || !is_here(b) || !act(b).role || is_before(a, b)) continue;
      for (const auto reach : {Exclusion::Reach::kObject, Exclusion::Reach::kPerson}) {
        const auto* exclusion = organisation_.conflict(*act(a).role, *act(b).role, reach);
        if (exclusion == nullptr) continue;
        return message("the same person acted here in role {}: {}", act(b).role->text(), reason_of(*exclusion));
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] const Place& place_of(const Requirement& rule) const {
    return rule.place ? *rule.place : question_.place;
  }

  [[nodiscard]] Reason role_against(const Requirement& rule, std::size_t a) const {
    if (rule.key && x509::sha256(acts_[a].actor().tbs().spki) == *rule.key) return std::nullopt;
    if (rule.roles.empty() && rule.key) return message("it was not made with the key that is asked for");
    if (rule.roles.empty()) return std::nullopt;
    const auto& grant = acts_[a].role();
    if (!grant && rule.key) return message("it was made in no role, and not with the key that is asked for");
    if (!grant) return message("it was made in no role");
    if (std::ranges::none_of(rule.roles, [&](const auto& pattern) { return pattern.matches(grant->role); })) {
      return message("role {} is not one that is asked for", grant->role.text());
    }
    if (!covers(grant->scope, place_of(rule), organisation_)) {
      const auto place = place_in_words(place_of(rule));
      if (place.empty()) return message("role {} is limited to {}", grant->role.text(), print_scope(grant->scope));
      return message("role {} does not cover {}", grant->role.text(), place);
    }
    return std::nullopt;
  }

  [[nodiscard]] const OrgCode* organisation_of(std::size_t a) const {
    const auto& grant = acts_[a].role();
    return grant && grant->scope.organisations.size() == 1 ? &grant->scope.organisations.front().organisation
                                                           : nullptr;
  }

  [[nodiscard]] Reason reason_against(const Requirement& rule, std::size_t a) const {
    if (!is_here(a)) return message("it is about {}", act(a).object);
    if (!contains(rule.types, act(a).type)) return message("acts of type {} are not asked for", act(a).type);
    if (auto reason = role_against(rule, a)) return reason;
    if (rule.organisations == Requirement::Organisations::kDistinct && organisation_of(a) == nullptr) {
      return message("its role stands for no single organisation");
    }
    return exclusion_against(a);
  }

  [[nodiscard]] bool is_distinct(std::size_t r) const {
    return rules_[r].organisations == Requirement::Organisations::kDistinct;
  }

  // A person stands for one organisation: that of their first act that counts where organisations must differ.
  void choose_organisations() {
    for (const std::size_t a : order_) {
      for (std::size_t r = 0; r < rules_.size(); ++r) {
        if (!is_distinct(r) || !counts(r, a)) continue;
        const auto [chosen, is_first] = organisation_of_person_.emplace(person_[a], *organisation_of(a));
        if (is_first || chosen->second == *organisation_of(a)) continue;
        reasons_[r][a] = message("the same person stands here for {} already", chosen->second.text());
      }
    }
  }

  [[nodiscard]] std::size_t index_of(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::find(rules_, name, &Requirement::name) - rules_.begin());
  }

  // keep_apart takes persons out of a requirement who have acted under one that must be served by others.
  void keep_apart() {
    const auto before = reasons_;
    for (std::size_t r = 0; r < rules_.size(); ++r) {
      for (const auto& name : rules_[r].not_same_person_as) {
        const std::size_t s = index_of(name);
        for (std::size_t a = 0; a < acts_.size(); ++a) {
          if (!is_here(a) || !acted_only_there(before, r, s, a)) continue;
          bar(r, person_[a], message("the same person acted for \"{}\"", name));
        }
      }
    }
  }
  [[nodiscard]] bool acted_only_there(const std::vector<std::vector<Reason>>& reasons, std::size_t here,
                                      std::size_t there, std::size_t a) const {
    const auto& type = act(a).type;
    return (!reasons[there][a] && reasons[here][a]) ||
           (contains(rules_[there].types, type) && !contains(rules_[here].types, type));
  }
  void bar(std::size_t r, std::size_t person, const std::string& reason) {
    for (std::size_t a = 0; a < acts_.size(); ++a) {
      if (person_[a] == person && counts(r, a)) reasons_[r][a] = reason;
    }
  }

  // problem_of makes the persons candidates, in the order of their first acts.
  AssignmentProblem problem_of() {
    AssignmentProblem problem;
    for (std::size_t r = 0; r < rules_.size(); ++r) {
      problem.quorums.push_back(rules_[r].quorum);
      problem.apart.push_back(0);
      if (is_distinct(r)) problem.distinct |= PlaceSet{1} << r;
    }
    for (std::size_t r = 0; r < rules_.size(); ++r) {
      for (const auto& name : rules_[r].not_same_person_as) {
        problem.apart[r] |= PlaceSet{1} << index_of(name);
        problem.apart[index_of(name)] |= PlaceSet{1} << r;
      }
    }
    std::map<std::string, std::size_t> organisations;
    for (const std::size_t a : order_) {
      const auto [position, is_first] = candidate_of_.emplace(person_[a], problem.candidates.size());
      if (is_first) problem.candidates.push_back({0, organisation_number(organisations, person_[a])});
      auto& candidate = problem.candidates[position->second];
      for (std::size_t r = 0; r < rules_.size(); ++r) {
        if (counts(r, a)) candidate.eligible |= PlaceSet{1} << r;
      }
    }
    return problem;
  }
  [[nodiscard]] std::size_t organisation_number(std::map<std::string, std::size_t>& numbers,
                                                std::size_t person) const {
    const auto chosen = organisation_of_person_.find(person);
    if (chosen == organisation_of_person_.end()) return 0;
    return numbers.emplace(chosen->second.text(), numbers.size() + 1).first->second;
  }

  [[nodiscard]] bool serves(const Assignment& assignment, std::size_t r, std::size_t a) const {
    return (assignment.serves[candidate_of_.at(person_[a])] >> r & 1U) != 0;
  }

  // used takes, for each place that a person fills, their first act that counts there.
  [[nodiscard]] std::vector<std::size_t> used(const Assignment& assignment) const {
    std::vector<std::size_t> used;
    for (std::size_t r = 0; r < rules_.size(); ++r) {
      std::vector<std::size_t> seen;
      for (const std::size_t a : order_) {
        if (!counts(r, a) || !serves(assignment, r, a) || std::ranges::find(seen, person_[a]) != seen.end()) continue;
        seen.push_back(person_[a]);
        used.push_back(a);
      }
    }
    std::ranges::sort(used);
    used.erase(std::ranges::unique(used).begin(), used.end());
    return used;
  }

  [[nodiscard]] Missing missing(std::size_t r, const Assignment& assignment) const {
    const auto& rule = rules_[r];
    Missing missing;
    missing.requirement = rule.name;
    missing.have = assignment.filled[r];
    missing.need = rule.quorum;
    missing.roles = texts(rule.roles);
    missing.place = place_in_words(place_of(rule));
    for (std::size_t a = 0; a < acts_.size(); ++a) {
      if (!is_here(a) || !contains(rule.types, act(a).type)) continue;
      if (!counts(r, a)) {
        missing.passed_over.push_back({a, *reasons_[r][a]});
      } else if (!serves(assignment, r, a)) {
        missing.passed_over.push_back({a, reason_not_to_serve(r, a, assignment)});
      }
    }
    return missing;
  }
  [[nodiscard]] std::string reason_not_to_serve(std::size_t r, std::size_t a, const Assignment& assignment) const {
    for (std::size_t s = 0; s < rules_.size(); ++s) {
      const bool apart = contains(rules_[r].not_same_person_as, rules_[s].name) ||
                         contains(rules_[s].not_same_person_as, rules_[r].name);
      if (apart && serves(assignment, s, a)) return message("the same person counts for \"{}\"", rules_[s].name);
    }
    return message("another person of the same organisation counts already");
  }

  [[nodiscard]] Reason reason_to_pass_over(std::size_t a) const {
    if (!is_here(a)) return message("it is about {}", act(a).object);
    const bool looked_at =
        std::ranges::any_of(rules_, [&](const auto& rule) { return contains(rule.types, act(a).type); });
    if (looked_at) return std::nullopt;
    return message("acts of type {} are not asked for", act(a).type);
  }

  const std::vector<Requirement>& rules_;
  const GateQuestion& question_;
  const Organisation& organisation_;
  std::span<const VerifiedAct> acts_;
  std::vector<std::size_t> person_;           // of each act: the index of one of their acts
  std::vector<std::size_t> order_;            // acts in their order
  std::vector<std::vector<Reason>> reasons_;  // [requirement][act]: why it does not count
  std::map<std::size_t, OrgCode> organisation_of_person_;
  std::map<std::size_t, std::size_t> candidate_of_;  // person -> candidate
};

Result<> check(const std::vector<Requirement>& requirements, const Requirement& one) {
  if (std::ranges::count(requirements, one.name, &Requirement::name) != 1) {
    return fail(Code::kUsage, "Two requirements of a gate are both called \"{}\".", one.name);
  }
  if (one.types.empty() || one.quorum == 0) {
    return fail(Code::kUsage, "The requirement \"{}\" asks for no type of act, or for nobody.", one.name);
  }
  for (const auto& other : one.not_same_person_as) {
    if (other == one.name || std::ranges::count(requirements, other, &Requirement::name) == 0) {
      return fail(Code::kUsage, "The requirement \"{}\" is kept apart from \"{}\", which is no other requirement.",
                  one.name, other);
    }
  }
  return {};
}

}  // namespace

Result<GateRule> GateRule::make(std::string name, std::vector<Requirement> requirements) {
  std::size_t persons = 0;
  std::size_t distinct = 0;
  for (const auto& one : requirements) {
    TRY(check(requirements, one));
    persons += std::min(one.quorum, kMostPersons + 1);
    distinct += one.organisations == Requirement::Organisations::kDistinct ? 1 : 0;
  }
  if (requirements.empty() || requirements.size() > kMostRequirements || persons > kMostPersons ||
      distinct > kMostDistinct) {
    return fail(Code::kUsage,
                "The gate \"{}\" needs 1 to {} requirements that ask for {} persons at most, and for distinct "
                "organisations in {} of them at most.",
                name, kMostRequirements, kMostPersons, kMostDistinct);
  }
  return GateRule(std::move(name), std::move(requirements));
}

bool same_person(const VerifiedAct& a, const VerifiedAct& b) {
  return x509::equal_names(a.actor().subject(), b.actor().subject()) ||
         x509::is_same_key(a.actor().tbs().spki, b.actor().tbs().spki);
}

GateDecision decide(const GateRule& rule, const GateQuestion& question, const Organisation& organisation) {
  return Gate(rule, question, organisation).decide();
}

}  // namespace yuxin::evidence
