// The matching beneath the gate, against every assignment there is.
#include "core/evidence/gate/assignment.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace {

using namespace yuxin::evidence;

bool has(PlaceSet set, std::size_t place) { return (set >> place & 1U) != 0; }

// is_sound says whether an assignment keeps every rule.
bool is_sound(const AssignmentProblem& problem, const std::vector<PlaceSet>& serves) {
  for (std::size_t p = 0; p < serves.size(); ++p) {
    if ((serves[p] & ~problem.candidates[p].eligible) != 0) return false;
    for (std::size_t r = 0; r < problem.quorums.size(); ++r) {
      if (has(serves[p], r) && (serves[p] & problem.apart[r]) != 0) return false;
    }
  }
  for (std::size_t r = 0; r < problem.quorums.size(); ++r) {
    std::set<std::size_t> organisations;
    std::size_t count = 0;
    for (std::size_t p = 0; p < serves.size(); ++p) {
      if (!has(serves[p], r)) continue;
      ++count;
      if (!organisations.insert(problem.candidates[p].organisation).second && has(problem.distinct, r)) return false;
    }
    if (count > problem.quorums[r]) return false;
  }
  return true;
}

std::vector<std::size_t> filled_by(const AssignmentProblem& problem, const std::vector<PlaceSet>& serves) {
  std::vector<std::size_t> filled(problem.quorums.size());
  for (const PlaceSet set : serves) {
    for (std::size_t r = 0; r < filled.size(); ++r) filled[r] += has(set, r) ? 1 : 0;
  }
  return filled;
}

// best_of_all goes through every assignment.
std::vector<std::size_t> best_of_all(const AssignmentProblem& problem) {
  std::vector<PlaceSet> serves(problem.candidates.size());
  std::pair<std::size_t, std::vector<std::size_t>> best{0, std::vector<std::size_t>(problem.quorums.size())};
  const PlaceSet end = PlaceSet{1} << problem.quorums.size();
  while (true) {
    if (is_sound(problem, serves)) {
      auto filled = filled_by(problem, serves);
      const auto sum = std::accumulate(filled.begin(), filled.end(), std::size_t{0});
      best = std::max(best, {sum, std::move(filled)});
    }
    std::size_t p = 0;
    while (p < serves.size() && ++serves[p] == end) serves[p++] = 0;
    if (p == serves.size()) return best.second;
  }
}

// Numbers that are the same at every run.
struct Dice {
  std::uint32_t state = 1;
  std::uint32_t below(std::uint32_t end) {
    state = state * 1664525U + 1013904223U;
    return (state >> 16U) % end;
  }
};

AssignmentProblem random_problem(Dice& dice) {
  AssignmentProblem problem;
  const std::size_t places = 1 + dice.below(3);
  problem.apart.resize(places);
  for (std::size_t r = 0; r < places; ++r) {
    problem.quorums.push_back(1 + dice.below(2));
    if (dice.below(4) == 0) problem.distinct |= PlaceSet{1} << r;
    for (std::size_t s = 0; s < r; ++s) {
      if (dice.below(2) == 0) continue;
      problem.apart[r] |= PlaceSet{1} << s;
      problem.apart[s] |= PlaceSet{1} << r;
    }
  }
  const std::size_t persons = dice.below(6);
  for (std::size_t p = 0; p < persons; ++p) {
    problem.candidates.push_back({dice.below(std::uint32_t{1} << places), 1 + dice.below(3)});
  }
  return problem;
}

TEST_CASE("every small problem is solved as well as going through all assignments solves it") {
  Dice dice;
  for (int i = 0; i < 3000; ++i) {
    const auto problem = random_problem(dice);
    const auto assignment = assign(problem);
    CAPTURE(i);
    REQUIRE(is_sound(problem, assignment.serves));
    REQUIRE(filled_by(problem, assignment.serves) == assignment.filled);
    REQUIRE(assignment.filled == best_of_all(problem));
  }
}

TEST_CASE("who could serve in two places is put where nobody else can") {
  // The first can do both, the second only the first place.
  const AssignmentProblem problem{{1, 1}, {0b10, 0b01}, 0, {{0b11, 0}, {0b01, 0}}};
  const auto assignment = assign(problem);
  CHECK(assignment.filled == std::vector<std::size_t>{1, 1});
  CHECK(assignment.serves == std::vector<PlaceSet>{0b10, 0b01});
}

TEST_CASE("of persons who are alike the first ones serve") {
  const AssignmentProblem problem{{2}, {0}, 0, {{1, 0}, {1, 0}, {1, 0}}};
  CHECK(assign(problem).serves == std::vector<PlaceSet>{1, 1, 0});
}

TEST_CASE("the largest gate with thousands of persons is decided at once") {
  AssignmentProblem problem;
  problem.quorums.assign(6, 2);
  problem.distinct = 0b11;
  for (std::size_t r = 0; r < 6; ++r) problem.apart.push_back(0x3fU & ~(PlaceSet{1} << r));
  for (std::size_t p = 0; p < 3000; ++p) problem.candidates.push_back({static_cast<PlaceSet>(p % 64), p % 5});
  const auto assignment = assign(problem);
  CHECK(is_sound(problem, assignment.serves));
  CHECK(assignment.filled == std::vector<std::size_t>(6, 2));

  for (auto& candidate : problem.candidates) candidate.organisation = 1;  // the distinct ones cannot be filled
  CHECK(assign(problem).filled == std::vector<std::size_t>{1, 1, 2, 2, 2, 2});
}

}  // namespace
