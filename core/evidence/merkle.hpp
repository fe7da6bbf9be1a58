// The arithmetic of RFC 6962 section 2.1 trees, without storage.
#pragma once

#include <cstdint>
#include <vector>

#include "yuxin/evidence/ledger.hpp"

namespace yuxin::evidence {

[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);
[[nodiscard]] Hash empty_root();

// Frontier is a tree that only grows: the roots of its complete subtrees, largest first, one for every bit of `size`.
class Frontier {
 public:
  Frontier() = default;
  // from_stored takes back what `size` and `hashes` gave; nothing when they do not fit together.
  [[nodiscard]] static std::optional<Frontier> from_stored(std::int64_t size, std::vector<Hash> hashes);
  void push(const Hash& leaf);
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] const std::vector<Hash>& hashes() const { return hashes_; }
  [[nodiscard]] Hash root() const;
  [[nodiscard]] TreeHead head() const { return {size_, root()}; }

 private:
  std::int64_t size_ = 0;
  std::vector<Hash> hashes_;
};

// Range is the subtree over the leaves from `from` to before `to`.
struct Range {
  std::int64_t from = 0;
  std::int64_t to = 0;
};
// inclusion_path and consistency_path name the subtrees whose roots are the audit path of section 2.1.1 and 2.1.2,
// in the order of the path. They cover disjoint parts of the tree. `sequence` < `size`; 0 < `older` <= `newer`.
[[nodiscard]] std::vector<Range> inclusion_path(std::int64_t sequence, std::int64_t size);
[[nodiscard]] std::vector<Range> consistency_path(std::int64_t older, std::int64_t newer);

}  // namespace yuxin::evidence
