#include "gate/assignment.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <ranges>
#include <set>
#include <tuple>

namespace yuxin::evidence {

namespace {

bool has(PlaceSet set, std::size_t place) { return (set >> place & 1U) != 0; }

// needed gives the candidates that an assignment can be made of, in their order. With S places in all, S candidates
// for a requirement are enough: whoever else serves there can be replaced by one of them that serves nowhere, because
// the other places take S - 1 at most. Where organisations differ, S organisations are enough, or S candidates of
// each of fewer.
std::vector<std::size_t> needed(const AssignmentProblem& problem) {
  const std::size_t places = std::accumulate(problem.quorums.begin(), problem.quorums.end(), std::size_t{0});
  std::set<std::size_t> chosen;
  for (std::size_t r = 0; r < problem.quorums.size(); ++r) {
    std::map<std::size_t, std::vector<std::size_t>> by_organisation;
    for (std::size_t i = 0; i < problem.candidates.size(); ++i) {
      const auto& candidate = problem.candidates[i];
      if (!has(candidate.eligible, r)) continue;
      auto& alike = by_organisation[has(problem.distinct, r) ? candidate.organisation : 0];
      if (alike.size() < places) alike.push_back(i);
    }
    const bool one_of_each = has(problem.distinct, r) && by_organisation.size() >= places;
    for (const auto& [organisation, alike] : by_organisation) {
      chosen.insert(alike.begin(), one_of_each ? alike.begin() + 1 : alike.end());
    }
  }
  return {chosen.begin(), chosen.end()};
}

// States numbers what matters of the persons seen so far: how far each requirement is filled, and which distinct ones
// the organisation in hand serves already.
class States {
 public:
  explicit States(const AssignmentProblem& problem) : problem_(problem) {
    std::size_t step = 1;
    for (const std::size_t quorum : problem.quorums) {
      filled_.push_back(step);
      step *= quorum + 1;
    }
    fillings_ = step;
    for (std::size_t r = 0; r < problem.quorums.size(); ++r) {
      taken_.push_back(step);
      if (has(problem.distinct, r)) step *= 2;
    }
    count_ = step;
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::size_t full() const { return fillings_ - 1; }  // every quorum filled
  [[nodiscard]] std::size_t filling(std::size_t state) const { return state % fillings_; }
  [[nodiscard]] std::size_t filled(std::size_t state, std::size_t r) const {
    return filling(state) / filled_[r] % (problem_.quorums[r] + 1);
  }
  [[nodiscard]] bool is_open(std::size_t state, std::size_t r) const {
    const bool is_taken = has(problem_.distinct, r) && state / taken_[r] % 2 == 1;
    return filled(state, r) < problem_.quorums[r] && !is_taken;
  }
  [[nodiscard]] std::size_t fill(std::size_t state, std::size_t r) const {
    return state + filled_[r] + (has(problem_.distinct, r) ? taken_[r] : 0);
  }

 private:
  const AssignmentProblem& problem_;
  std::vector<std::size_t> filled_;  // what one more person for a requirement adds
  std::vector<std::size_t> taken_;
  std::size_t fillings_ = 1;
  std::size_t count_ = 1;
};

// Step is how a state was reached: from which state before, with which requirements for the person.
struct Step {
  bool reached = false;
  std::size_t before = 0;
  PlaceSet serves = 0;
};
using Layer = std::vector<Step>;

// Search goes over the persons once, those of one organisation together.
class Search {
 public:
  explicit Search(const AssignmentProblem& problem) : problem_(problem), states_(problem), order_(needed(problem)) {
    std::ranges::stable_sort(order_, {}, [this](std::size_t i) { return problem_.candidates[i].organisation; });
  }

  Assignment run() {
    layers_.emplace_back(states_.count());
    layers_[0][0].reached = true;
    for (std::size_t i = 0; i < order_.size() && !is_full(layers_.back()); ++i) advance(i);
    return trace(best());
  }

 private:
  [[nodiscard]] bool is_full(const Layer& layer) const {
    for (std::size_t state = states_.full(); state < layer.size(); state += states_.full() + 1) {
      if (layer[state].reached) return true;
    }
    return false;
  }

  void advance(std::size_t i) {
    const bool is_new = i == 0 || candidate(i - 1).organisation != candidate(i).organisation;
    layers_.emplace_back(states_.count());
    // The fullest states first, so that of persons who are alike those who come first serve.
    for (std::size_t state = states_.count(); state-- > 0;) {
      if (!layers_[i][state].reached) continue;
      place(state, is_new ? states_.filling(state) : state, candidate(i).eligible, 0, 0);
    }
  }

  // place tries every set of requirements that the person can serve together, beginning with those from `from` on.
  void place(std::size_t before, std::size_t now, PlaceSet free, PlaceSet serves, std::size_t from) {
    if (auto& step = layers_.back()[now]; !step.reached) step = {true, before, serves};
    for (std::size_t r = from; r < problem_.quorums.size(); ++r) {
      if (!has(free, r) || !states_.is_open(now, r)) continue;
      place(before, states_.fill(now, r), free & ~problem_.apart[r], serves | PlaceSet{1} << r, r + 1);
    }
  }

  [[nodiscard]] std::size_t best() const {
    std::size_t best = 0;
    std::pair<std::size_t, std::vector<std::size_t>> best_rank;
    for (std::size_t state = 0; state < states_.count(); ++state) {
      if (!layers_.back()[state].reached) continue;
      auto filled = filled_in(state);
      const auto sum = std::accumulate(filled.begin(), filled.end(), std::size_t{0});
      if (auto rank = std::pair(sum, std::move(filled)); best_rank < rank) {
        best_rank = std::move(rank);
        best = state;
      }
    }
    return best;
  }
  [[nodiscard]] std::vector<std::size_t> filled_in(std::size_t state) const {
    std::vector<std::size_t> filled;
    for (std::size_t r = 0; r < problem_.quorums.size(); ++r) filled.push_back(states_.filled(state, r));
    return filled;
  }

  [[nodiscard]] Assignment trace(std::size_t state) const {
    Assignment assignment{std::vector<PlaceSet>(problem_.candidates.size()), filled_in(state)};
    for (std::size_t i = layers_.size() - 1; i > 0; --i) {
      const Step& step = layers_[i][state];
      assignment.serves[order_[i - 1]] = step.serves;
      state = step.before;
    }
    return assignment;
  }

  [[nodiscard]] const Candidate& candidate(std::size_t i) const { return problem_.candidates[order_[i]]; }

  const AssignmentProblem& problem_;
  States states_;
  std::vector<std::size_t> order_;
  std::vector<Layer> layers_;  // one more than persons gone over
};

}  // namespace

Assignment assign(const AssignmentProblem& problem) { return Search(problem).run(); }

}  // namespace yuxin::evidence
