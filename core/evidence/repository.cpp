#include "repository.hpp"

#include <algorithm>

namespace yuxin::evidence::repository {

using base::Code;
using base::fail;
using base::Result;
using store::Next;
using store::Row;

namespace {

std::optional<Hash> hash_from(base::ByteView octets) {
  Hash hash{};
  if (octets.size() != hash.size()) return std::nullopt;
  std::ranges::copy(octets, hash.begin());
  return hash;
}

base::Failure missing(std::int64_t sequence) {
  return fail(Code::kIntegrity,
              "Record {} of the ledger is missing or damaged. Find out what happened: yuxin audit verify.", sequence);
}

}  // namespace

Result<std::int64_t> size(Session& session) {
  std::int64_t size = 0;
  TRY(session.query("SELECT max(sequence) FROM ledger", {}, [&](const Row& row) {
    size = row.is_null(0) ? 0 : row.integer(0) + 1;
    return Next::kRow;
  }));
  return size;
}

Result<std::int64_t> insert(Session& session, std::string_view text, base::ByteView attachment, const Hash& leaf) {
  TRY(const auto sequence, size(session));
  store::Value kept = std::monostate{};
  if (!attachment.empty()) kept = attachment;
  TRY(session.execute("INSERT INTO ledger (sequence, text, attachment, leaf) VALUES ($1, $2, $3, $4)",
                      {sequence, text, kept, base::ByteView(leaf)}));
  return sequence;
}

Result<> for_each_record(Session& session, std::int64_t from, std::int64_t to,
                         const std::function<Result<>(const StoredRecord&)>& visitor) {
  return session.query(
      "SELECT sequence, text, attachment, leaf FROM ledger WHERE sequence >= $1 AND sequence < $2 ORDER BY sequence",
      {from, to}, [&](const Row& row) -> Result<Next> {
        const auto leaf = hash_from(row.blob(3));
        if (!leaf) return missing(row.integer(0));
        TRY(visitor({row.integer(0), std::string(row.text(1)), base::to_bytes(row.blob(2)), *leaf}));
        return Next::kRow;
      });
}

Result<> for_each_leaf(Session& session, std::int64_t from, std::int64_t to,
                       const std::function<void(const Hash&)>& visitor) {
  std::int64_t expected = from;
  TRY(session.query("SELECT sequence, leaf FROM ledger WHERE sequence >= $1 AND sequence < $2 ORDER BY sequence",
                    {from, to}, [&](const Row& row) -> Result<Next> {
                      const auto leaf = hash_from(row.blob(1));
                      if (row.integer(0) != expected || !leaf) return missing(expected);
                      ++expected;
                      visitor(*leaf);
                      return Next::kRow;
                    }));
  if (expected != to) return missing(expected);
  return {};
}

Result<Frontier> latest_frontier(Session& session) {
  std::optional<Frontier> frontier = Frontier{};
  TRY(session.query("SELECT size, hashes FROM ledger_frontier ORDER BY size DESC LIMIT 1", {}, [&](const Row& row) {
    const auto octets = row.blob(1);
    std::vector<Hash> hashes;
    for (std::size_t at = 0; at + sizeof(Hash) <= octets.size(); at += sizeof(Hash)) {
      hashes.push_back(*hash_from(octets.subspan(at, sizeof(Hash))));
    }
    frontier = Frontier::from_stored(row.integer(0), std::move(hashes));
    return Next::kRow;
  }));
  if (!frontier)
    return fail(Code::kIntegrity, "The stored roots of the ledger are damaged. Run: yuxin audit verify.");
  return std::move(*frontier);
}

Result<> replace_frontier(Session& session, const Frontier& frontier) {
  base::Bytes octets;
  for (const auto& hash : frontier.hashes()) base::append(octets, hash);
  TRY(session.execute("DELETE FROM ledger_frontier"));
  TRY(session.execute("INSERT INTO ledger_frontier (size, hashes) VALUES ($1, $2)",
                      {frontier.size(), base::ByteView(octets)}));
  return {};
}

Result<> insert_checkpoint(Session& session, const CheckpointRow& row) {
  TRY(session.execute("INSERT INTO ledger_checkpoints (size, root, note) VALUES ($1, $2, $3)",
                      {row.size, base::ByteView(row.root), row.note}));
  return {};
}

Result<> for_each_checkpoint(Session& session, const std::function<Result<>(const CheckpointRow&)>& visitor) {
  return session.query(
      "SELECT id, size, root, note FROM ledger_checkpoints ORDER BY id", {}, [&](const Row& row) -> Result<Next> {
        TRY(visitor({row.integer(0), row.integer(1), base::to_bytes(row.blob(2)), std::string(row.text(3))}));
        return Next::kRow;
      });
}

}  // namespace yuxin::evidence::repository
