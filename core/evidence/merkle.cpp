#include "merkle.hpp"

#include <bit>
#include <utility>

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::uint8_t kLeafPrefix[] = {0x00};
constexpr std::uint8_t kNodePrefix[] = {0x01};

// The largest power of two below n (n > 1): where RFC 6962 splits a tree.
std::int64_t split(std::int64_t n) {
  return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(n - 1)));
}

void add_inclusion(std::int64_t sequence, Range tree, std::vector<Range>& path) {
  const std::int64_t size = tree.to - tree.from;
  if (size <= 1) return;
  const std::int64_t middle = tree.from + split(size);
  const Range left{tree.from, middle};
  const Range right{middle, tree.to};
  const bool in_left = sequence < middle;
  add_inclusion(sequence, in_left ? left : right, path);
  path.push_back(in_left ? right : left);
}

// SUBPROOF(m, D[n], b) of section 2.1.2; `whole` is b: the older tree is a subtree that the verifier knows.
void add_consistency(std::int64_t older, Range tree, bool whole, std::vector<Range>& path) {
  if (older == tree.to) {
    if (!whole) path.push_back(tree);
    return;
  }
  const std::int64_t middle = tree.from + split(tree.to - tree.from);
  if (older <= middle) {
    add_consistency(older, {tree.from, middle}, whole, path);
    path.push_back({middle, tree.to});
  } else {
    add_consistency(older, {middle, tree.to}, false, path);
    path.push_back({tree.from, middle});
  }
}

base::Failure proof_fails() {
  return fail(Code::kIntegrity,
              "The proof does not hold: the records are not the ones that the tree head stands for.");
}

}  // namespace

Hash leaf_hash(base::ByteView record) { return x509::sha256(kLeafPrefix, record); }

Hash node_hash(const Hash& left, const Hash& right) { return x509::sha256(kNodePrefix, left, right); }

Hash empty_root() { return x509::sha256(base::ByteView{}); }

std::optional<Frontier> Frontier::from_stored(std::int64_t size, std::vector<Hash> hashes) {
  if (size < 0 || std::cmp_not_equal(std::popcount(static_cast<std::uint64_t>(size)), hashes.size()))
    return std::nullopt;
  Frontier frontier;
  frontier.size_ = size;
  frontier.hashes_ = std::move(hashes);
  return frontier;
}

void Frontier::push(const Hash& leaf) {
  Hash hash = leaf;
  // Every trailing one of the old size is a complete subtree that the new leaf completes to one of twice its size.
  for (auto bits = static_cast<std::uint64_t>(size_); (bits & 1U) != 0; bits >>= 1U) {
    hash = node_hash(hashes_.back(), hash);
    hashes_.pop_back();
  }
  hashes_.push_back(hash);
  ++size_;
}

Hash Frontier::root() const {
  if (hashes_.empty()) return empty_root();
  Hash root = hashes_.back();
  for (std::size_t i = hashes_.size() - 1; i > 0; --i) root = node_hash(hashes_[i - 1], root);
  return root;
}

std::vector<Range> inclusion_path(std::int64_t sequence, std::int64_t size) {
  std::vector<Range> path;
  add_inclusion(sequence, {0, size}, path);
  return path;
}

std::vector<Range> consistency_path(std::int64_t older, std::int64_t newer) {
  std::vector<Range> path;
  add_consistency(older, {0, newer}, true, path);
  return path;
}

// RFC 9162 section 2.1.3.2: the same trees, the checking spelled out.
Result<> verify_inclusion(const Hash& leaf, std::int64_t sequence, const TreeHead& head,
                          const std::vector<Hash>& proof) {
  if (sequence < 0 || sequence >= head.size) return proof_fails();
  std::int64_t fn = sequence;
  std::int64_t sn = head.size - 1;
  Hash root = leaf;
  for (const auto& step : proof) {
    if (sn == 0) return proof_fails();
    if ((fn & 1) != 0 || fn == sn) {
      root = node_hash(step, root);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      root = node_hash(root, step);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0 || root != head.root) return proof_fails();
  return {};
}

namespace {

// The loop of RFC 9162 section 2.1.4.2 over a path that begins with the root of a subtree of the older tree.
Result<> check_path(const TreeHead& older, const TreeHead& newer, std::vector<Hash> path) {
  std::int64_t fn = older.size - 1;
  std::int64_t sn = newer.size - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  Hash fr = path.front();
  Hash sr = path.front();
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (sn == 0) return proof_fails();
    if ((fn & 1) != 0 || fn == sn) {
      fr = node_hash(path[i], fr);
      sr = node_hash(path[i], sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(sr, path[i]);
    }
    fn >>= 1;
    sn >>= 1;
  }
  if (sn != 0 || fr != older.root || sr != newer.root) return proof_fails();
  return {};
}

}  // namespace

Result<> verify_consistency(const TreeHead& older, const TreeHead& newer, const std::vector<Hash>& proof) {
  if (older.size < 0 || older.size > newer.size) return proof_fails();
  if (older.size == newer.size) {
    if (older.root != newer.root || !proof.empty()) return proof_fails();
    return {};
  }
  if (older.size == 0) {
    // Every tree begins with the empty one, whose root is known.
    if (older.root != empty_root() || !proof.empty()) return proof_fails();
    return {};
  }
  if (proof.empty()) return proof_fails();
  std::vector<Hash> path = proof;
  if (std::has_single_bit(static_cast<std::uint64_t>(older.size))) path.insert(path.begin(), older.root);
  return check_path(older, newer, std::move(path));
}

}  // namespace yuxin::evidence
