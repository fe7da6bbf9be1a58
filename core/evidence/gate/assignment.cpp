#include "gate/assignment.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <ranges>
#include <tuple>

namespace yuxin::evidence {

namespace {

// State is what matters of the persons seen so far.
struct State {
  std::vector<std::uint8_t> filled;  // of each requirement
  PlaceSet taken = 0;                // distinct requirements that the present organisation serves
  friend auto operator<=>(const State&, const State&) = default;
};

// Step is how a state was reached: from which of the states before, with which requirements for the person.
struct Step {
  const State* before = nullptr;
  PlaceSet serves = 0;
};
using Layer = std::map<State, Step>;

bool has(PlaceSet set, std::size_t place) { return (set >> place & 1U) != 0; }

// Search goes over the persons, those of one organisation together.
class Search {
 public:
  explicit Search(const AssignmentProblem& problem) : problem_(problem) {
    const std::size_t places = std::accumulate(problem.quorums.begin(), problem.quorums.end(), std::size_t{0});
    std::map<std::tuple<std::size_t, PlaceSet>, std::size_t> alike;
    for (std::size_t i = 0; i < problem.candidates.size(); ++i) {
      const auto& person = problem.candidates[i];
      // More persons of one kind than there are places cannot be needed.
      if (person.eligible != 0 && alike[{person.organisation, person.eligible}]++ < places) order_.push_back(i);
    }
    std::ranges::stable_sort(order_, {}, [this](std::size_t i) { return problem_.candidates[i].organisation; });
  }

  Assignment run() {
    layers_.resize(order_.size() + 1);
    layers_[0].emplace(State{std::vector<std::uint8_t>(problem_.quorums.size()), 0}, Step{});
    for (std::size_t i = 0; i < order_.size(); ++i) advance(i);
    return trace(best());
  }

 private:
  void advance(std::size_t i) {
    const Candidate& person = candidate(i);
    const bool is_new = i == 0 || candidate(i - 1).organisation != person.organisation;
    // The fullest states first, so that of interchangeable persons those who come first serve.
    for (const auto& [state, step] : std::views::reverse(layers_[i])) {
      State next = state;
      if (is_new) next.taken = 0;
      place(i, state, next, person.eligible, 0, 0);
    }
  }

  // place tries every set of requirements that the person can serve together, beginning with those from `from` on.
  void place(std::size_t i, const State& before, const State& now, PlaceSet free, PlaceSet serves, std::size_t from) {
    layers_[i + 1].emplace(now, Step{&before, serves});
    for (std::size_t k = from; k < problem_.quorums.size(); ++k) {
      if (!has(free, k) || now.filled[k] >= problem_.quorums[k] || has(now.taken, k)) continue;
      State next = now;
      ++next.filled[k];
      if (has(problem_.distinct, k)) next.taken |= PlaceSet{1} << k;
      place(i, before, next, free & ~problem_.apart[k], serves | PlaceSet{1} << k, k + 1);
    }
  }

  [[nodiscard]] const State* best() const {
    const auto rank = [](const auto& entry) {
      const auto& filled = entry.first.filled;
      return std::tuple(std::accumulate(filled.begin(), filled.end(), 0U), filled);
    };
    return &std::ranges::max_element(layers_.back(), {}, rank)->first;
  }

  [[nodiscard]] Assignment trace(const State* state) const {
    Assignment assignment;
    assignment.serves.resize(problem_.candidates.size());
    assignment.filled.assign(state->filled.begin(), state->filled.end());
    for (std::size_t i = order_.size(); i > 0; --i) {
      const Step& step = layers_[i].at(*state);
      assignment.serves[order_[i - 1]] = step.serves;
      state = step.before;
    }
    return assignment;
  }

  [[nodiscard]] const Candidate& candidate(std::size_t i) const { return problem_.candidates[order_[i]]; }

  const AssignmentProblem& problem_;
  std::vector<std::size_t> order_;
  std::vector<Layer> layers_;
};

}  // namespace

Assignment assign(const AssignmentProblem& problem) { return Search(problem).run(); }

}  // namespace yuxin::evidence
