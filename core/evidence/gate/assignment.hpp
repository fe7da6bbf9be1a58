// Putting persons in places: the matching problem beneath the gate, without acts and roles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace yuxin::evidence {

// Requirements are numbered; a set of them is a mask of bits.
using PlaceSet = std::uint32_t;

// Candidate is a person: the requirements that they can serve, and, for those that ask for distinct organisations,
// which one they stand for.
struct Candidate {
  PlaceSet eligible = 0;
  std::size_t organisation = 0;
};

struct AssignmentProblem {
  std::vector<std::size_t> quorums;  // of each requirement, each at least 1
  std::vector<PlaceSet> apart;       // for each requirement, those that the same person must not serve with it
  PlaceSet distinct = 0;             // requirements in which every person stands for another organisation
  std::vector<Candidate> candidates;
};

// Assignment says for each candidate which requirements they serve.
struct Assignment {
  std::vector<PlaceSet> serves;
  std::vector<std::size_t> filled;  // places of each requirement that are filled
};

// assign fills every place if that is possible; otherwise as many as possible, and of equally many the ones that fill
// earlier requirements. Deterministic. Exact: every way of filling the quorums is kept as one state, beside which
// distinct requirements the organisation in hand serves already. Bounded: the states, of which there are the product
// of all (quorum + 1) times two for each distinct requirement, are gone through once for each candidate; and of
// candidates no more are looked at than with S places can be needed, S for a requirement and S x S for a distinct
// one.
[[nodiscard]] Assignment assign(const AssignmentProblem& problem);

}  // namespace yuxin::evidence
