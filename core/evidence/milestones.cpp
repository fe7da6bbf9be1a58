#include "milestones.hpp"

#include "note.hpp"
#include "repository.hpp"

namespace yuxin::evidence {

using base::message;
using base::Result;

Result<Milestones> Milestones::load(store::Session& session, Findings& problems) {
  Milestones milestones;
  TRY(const auto kept, repository::checkpoints(session));
  for (const auto& row : kept) {
    const auto parsed = parse_note(row.note);
    const auto checkpoint = parsed ? parse_checkpoint_text(parsed->text) : std::nullopt;
    if (!checkpoint) {
      problems.add(message("A stored checkpoint cannot be read: it was changed."));
      continue;
    }
    if (checkpoint->head.size != row.size) {
      problems.add(message("The stored checkpoint of {} records is filed under {}: its row was changed.",
                           checkpoint->head.size, row.size));
    }
    milestones.heads_.emplace(checkpoint->head.size, checkpoint->head.root);
  }
  if (const auto frontier = repository::latest_frontier(session); frontier) {
    milestones.heads_.emplace(frontier->size(), frontier->root());
  } else {
    problems.add(frontier.error().detail);
  }
  return milestones;
}

void Milestones::compare(const Frontier& tree, Findings& problems) {
  const auto [first, last] = heads_.equal_range(tree.size());
  for (auto at = first; at != last; ++at) {
    if (at->second != tree.root()) {
      problems.add(
          message("The first {} records are not the ones whose tree head was stored then: one of them was "
                  "changed, removed or moved.",
                  tree.size()));
    }
  }
  heads_.erase(first, last);
}

void Milestones::compare_end(const Frontier& tree, Findings& problems) const {
  if (heads_.empty()) return;
  const auto largest = heads_.rbegin()->first;
  if (largest <= tree.size()) return;
  problems.add(message("The ledger was cut off: it had {} records when a tree head was stored, and has {} now.",
                       largest, tree.size()));
}

}  // namespace yuxin::evidence
