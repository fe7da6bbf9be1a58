// Tree heads that were written down at the time, for an audit to pass by.
#pragma once

#include <map>

#include "findings.hpp"
#include "merkle.hpp"

namespace yuxin::evidence {

// Milestones are the heads of stored checkpoints and of the frontier. `compare` is called with the tree after every
// record, `compare_end` with the whole one.
class Milestones {
 public:
  // load names stored checkpoints that cannot be read or are filed under another size.
  [[nodiscard]] static base::Result<Milestones> load(store::Session& session, Findings& problems);
  void compare(const Frontier& tree, Findings& problems);
  void compare_end(const Frontier& tree, Findings& problems) const;

 private:
  std::multimap<std::int64_t, Hash> heads_;
};

}  // namespace yuxin::evidence
