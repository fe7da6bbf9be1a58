// The gate: from who must have acted, and who has, to allowed or what is missing. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "yuxin/evidence/act.hpp"
#include "yuxin/evidence/authority.hpp"
#include "yuxin/evidence/organisation.hpp"

namespace yuxin::evidence {

// Requirement asks for acts of some types by distinct persons in some roles.
struct Requirement {
  std::string name;                // "review"
  std::vector<std::string> types;  // act types that count
  std::vector<RolePattern> roles;  // any of them
  std::size_t quorum = 1;          // distinct persons
  // Persons who count here must not count for, or have acted under, these other requirements of the gate.
  std::vector<std::string> not_same_person_as;
  enum class Organisations { kAny, kDistinct } organisations = Organisations::kAny;  // kDistinct: no two of one scope
};

// GateRule is all that must be there. A person counts once in each requirement, and for one requirement only where
// `not_same_person_as` or an exclusion of reach kObject says so.
struct GateRule {
  std::string name;
  std::vector<Requirement> requirements;
};

struct GateQuestion {
  std::string object;
  Place place;
  std::span<const VerifiedAct> acts;  // acts on other objects, and of other types, are passed over with a remark
};

// Missing is one requirement that is not met.
struct Missing {
  std::string requirement;
  std::size_t have = 0;
  std::size_t need = 0;
  std::vector<std::string> roles;  // who could supply it
  std::string scope;               // and for what place
  struct PassedOver {
    std::size_t act = 0;  // index into the acts of the question
    std::string reason;   // why it does not count: "role RA.REVIEW does not cover profile device"
  };
  std::vector<PassedOver> passed_over;
};

struct GateDecision {
  bool allowed = false;
  std::vector<Missing> missing;
  std::vector<std::size_t> used;  // indexes of the acts that opened it
};

// decide finds an assignment of acts to requirements if there is one (a person who could serve in two places is put
// where needed), whatever the order of the acts. Deterministic.
[[nodiscard]] GateDecision decide(const GateRule& rule, const GateQuestion& question,
                                  const Organisation& organisation);

}  // namespace yuxin::evidence
