// The gate: from who must have acted, and who has, to allowed or what is missing. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/evidence/authority.hpp"
#include "yuxin/evidence/organisation.hpp"

namespace yuxin::evidence {

// Requirement asks for acts of some types by distinct persons in some roles.
struct Requirement {
  std::string name;                // "review"
  std::vector<std::string> types;  // act types that count
  std::vector<RolePattern> roles;  // any of them; empty: whoever it is, in a role or not
  std::size_t quorum = 1;          // distinct persons
  // Persons who count here must not count for these other requirements of the gate, nor have acted under them: made
  // an act that counts there and could not count here, or one of a type that belongs there and not here (who entered
  // a request does not review it, whether or not their entry counts).
  std::vector<std::string> not_same_person_as;
  // kDistinct: every person stands for another organisation, the one that the scope of their role names. A scope that
  // names none, or several, does not count then. A person stands for one organisation in the whole gate: that of
  // their first act that counts.
  enum class Organisations { kAny, kDistinct } organisations = Organisations::kAny;
  // The place for which roles must be good here, instead of the question's.
  std::optional<Place> place = std::nullopt;
  // SHA-256 of a SubjectPublicKeyInfo whose holder counts in any role or none, beside those in `roles`: whom the
  // matter is about. With no roles, nobody else counts.
  std::optional<Hash> key = std::nullopt;
};

// GateRule is all that must be there, valid by construction. A person counts once in each requirement, and for one
// requirement only where `not_same_person_as` says so.
class GateRule {
 public:
  static constexpr std::size_t kMostRequirements = 6;
  static constexpr std::size_t kMostPersons = 12;  // all quorums together
  static constexpr std::size_t kMostDistinct = 2;  // requirements of distinct organisations
  // make: kUsage for no requirement, a name twice, no types, a quorum of zero, `not_same_person_as` naming itself or
  // nobody, and more than the limits above.
  [[nodiscard]] static base::Result<GateRule> make(std::string name, std::vector<Requirement> requirements);
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::vector<Requirement>& requirements() const { return requirements_; }

 private:
  GateRule(std::string name, std::vector<Requirement> requirements)
      : name_(std::move(name)), requirements_(std::move(requirements)) {}
  std::string name_;
  std::vector<Requirement> requirements_;
};

struct GateQuestion {
  std::string object;
  Place place;
  std::span<const VerifiedAct> acts;  // in any order; acts on other objects, and of other types, are passed over
};

// PassedOver is an act that does not count, and why: "role RA.REVIEW does not cover profile device".
struct PassedOver {
  std::size_t act = 0;  // index into the acts of the question
  std::string reason;
};

// Missing is one requirement that is not met.
struct Missing {
  std::string requirement;
  std::size_t have = 0;
  std::size_t need = 0;
  std::vector<std::string> roles;       // who could supply it: patterns
  std::string place;                    // for what place, in words; empty when any scope does
  std::vector<PassedOver> passed_over;  // acts of its types that do not count for it
};

struct GateDecision {
  bool allowed = false;
  std::vector<Missing> missing;         // in the order of the rule
  std::vector<std::size_t> used;        // indexes of the acts that count, ascending
  std::vector<PassedOver> passed_over;  // acts that no requirement looks at
};

// decide finds an assignment of persons to requirements if there is one (a person who could serve in two places is
// put where needed), whatever the order of the acts; where there is none, one that fills as many places as can be
// filled, earlier requirements first.
//
// Exclusions of the organisation, of either reach, hold among all acts of one person on the object: the later act
// does not count, and neither do acts of the same moment that do not follow each other. Deterministic and exact. The
// search keeps one state for each way in which the quorums can be filled so far (within the limits of GateRule at
// most 3^6 x 2^2) and goes once over the persons, of whom no more than 12 for a requirement, or 144 where
// organisations must differ, are needed.
[[nodiscard]] GateDecision decide(const GateRule& rule, const GateQuestion& question,
                                  const Organisation& organisation);

}  // namespace yuxin::evidence
