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
              "Record {} of the ledger is missing or damaged. Find out what happened: yuxin audit verify", sequence);
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
  store::Value kept = std::monostate{};
  if (!attachment.empty()) kept = attachment;
  return session.insert(
      "INSERT INTO ledger (sequence, text, attachment, leaf) "
      "VALUES ((SELECT coalesce(max(sequence) + 1, 0) FROM ledger), $1, $2, $3)",
      {text, kept, base::ByteView(leaf)});
}

Result<> for_each_record(Session& session, std::int64_t from, std::int64_t to,
                         const std::function<Result<>(const StoredRecord&)>& visitor) {
  return session.query(
      "SELECT sequence, text, attachment, leaf FROM ledger WHERE sequence >= $1 AND sequence < $2 ORDER BY sequence",
      {from, to}, [&](const Row& row) -> Result<Next> {
        // A leaf of another size was tampered with: as zeroes it fits no text, so an audit names the record.
        const auto leaf = hash_from(row.blob(3)).value_or(Hash{});
        TRY(visitor({row.integer(0), std::string(row.text(1)), base::to_bytes(row.blob(2)), leaf}));
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
  if (!frontier) return fail(Code::kIntegrity, "The stored roots of the ledger are damaged. Run: yuxin audit verify");
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

Result<> insert_checkpoint(Session& session, std::int64_t size, std::string_view note) {
  TRY(session.execute("INSERT INTO ledger_checkpoints (size, note) VALUES ($1, $2)", {size, note}));
  return {};
}

namespace {

KeptCheckpoint checkpoint_from(const Row& row) {
  return {row.integer(0), row.integer(1), std::string(row.text(2)), base::to_bytes(row.blob(3))};
}

// One row of each: the checkpoint; its lines follow by its number.
Result<std::optional<KeptCheckpoint>> with_lines(Session& session, std::optional<KeptCheckpoint> checkpoint) {
  if (!checkpoint) return checkpoint;
  TRY(session.query("SELECT line FROM ledger_cosignatures WHERE checkpoint = $1 ORDER BY id", {checkpoint->id},
                    [&](const Row& row) {
                      checkpoint->note += row.text(0);
                      return Next::kRow;
                    }));
  return checkpoint;
}

}  // namespace

Result<std::vector<KeptCheckpoint>> checkpoints(Session& session) {
  std::vector<KeptCheckpoint> kept;
  TRY(
      session.query("SELECT c.id, c.size, c.note, t.token FROM ledger_checkpoints c LEFT JOIN ledger_time_stamps t "
                    "ON t.checkpoint = c.id ORDER BY c.id",
                    {}, [&](const Row& row) {
                      kept.push_back(checkpoint_from(row));
                      return Next::kRow;
                    }));
  auto at = kept.begin();
  TRY(session.query("SELECT checkpoint, line FROM ledger_cosignatures ORDER BY checkpoint, id", {},
                    [&](const Row& row) {
                      while (at != kept.end() && at->id < row.integer(0)) ++at;
                      if (at != kept.end() && at->id == row.integer(0)) at->note += row.text(1);
                      return Next::kRow;
                    }));
  return kept;
}

Result<std::optional<KeptCheckpoint>> newest_checkpoint(Session& session, std::optional<std::int64_t> size) {
  std::optional<KeptCheckpoint> found;
  const auto take = [&](const Row& row) {
    found = checkpoint_from(row);
    return Next::kStop;
  };
  if (size) {
    TRY(
        session.query("SELECT c.id, c.size, c.note, t.token FROM ledger_checkpoints c LEFT JOIN ledger_time_stamps t "
                      "ON t.checkpoint = c.id WHERE c.size = $1 ORDER BY c.id DESC LIMIT 1",
                      {*size}, take));
  } else {
    TRY(
        session.query("SELECT c.id, c.size, c.note, t.token FROM ledger_checkpoints c LEFT JOIN ledger_time_stamps t "
                      "ON t.checkpoint = c.id ORDER BY c.id DESC LIMIT 1",
                      {}, take));
  }
  return with_lines(session, std::move(found));
}

Result<std::optional<KeptCheckpoint>> checkpoint_by_id(Session& session, std::int64_t id) {
  std::optional<KeptCheckpoint> found;
  TRY(
      session.query("SELECT c.id, c.size, c.note, t.token FROM ledger_checkpoints c LEFT JOIN ledger_time_stamps t "
                    "ON t.checkpoint = c.id WHERE c.id = $1",
                    {id}, [&](const Row& row) {
                      found = checkpoint_from(row);
                      return Next::kStop;
                    }));
  return with_lines(session, std::move(found));
}

Result<> insert_cosignature(Session& session, std::int64_t checkpoint, std::string_view line) {
  TRY(session.execute("INSERT INTO ledger_cosignatures (checkpoint, line) VALUES ($1, $2)", {checkpoint, line}));
  return {};
}

Result<> insert_time_stamp(Session& session, std::int64_t checkpoint, base::ByteView token) {
  TRY(session.execute("INSERT INTO ledger_time_stamps (checkpoint, token) VALUES ($1, $2)", {checkpoint, token}));
  return {};
}

Result<std::optional<std::int64_t>> lowest_sequence(Session& session) {
  std::optional<std::int64_t> lowest;
  TRY(session.query("SELECT min(sequence) FROM ledger", {}, [&](const Row& row) {
    if (!row.is_null(0)) lowest = row.integer(0);
    return Next::kRow;
  }));
  return lowest;
}

namespace {

constexpr std::size_t kFactsAtOnce = 4096;

Result<> insert_fact(Session& session, const Fact& fact) {
  TRY(session.execute(
      "INSERT INTO facts (object, source, sequence, what, says, status) VALUES ($1, $2, $3, $4, $5, $6)",
      {fact.object, static_cast<std::int64_t>(fact.source), fact.sequence, static_cast<std::int64_t>(fact.what),
       fact.says, fact.status}));
  return {};
}

Fact fact_from(const Row& row) {
  return {std::string(row.text(0)), static_cast<Fact::Source>(row.integer(1)),
          row.integer(2),           static_cast<Fact::What>(row.integer(3)),
          std::string(row.text(4)), std::string(row.text(5))};
}

}  // namespace

Result<FactSorter> FactSorter::make() {
  TRY(auto scratch, store::open_scratch());
  TRY(scratch->write([](Session& session) -> Result<> {
    TRY(
        session.execute("CREATE TABLE facts (object TEXT, source INTEGER, sequence INTEGER, what INTEGER, says TEXT, "
                        "status TEXT) STRICT"));
    return {};
  }));
  return FactSorter(std::move(scratch));
}

Result<> FactSorter::add(Fact fact) {
  waiting_.push_back(std::move(fact));
  return waiting_.size() < kFactsAtOnce ? Result<>{} : flush();
}

Result<> FactSorter::flush() {
  TRY(scratch_->write([this](Session& session) -> Result<> {
    for (const auto& fact : waiting_) TRY(insert_fact(session, fact));
    return {};
  }));
  waiting_.clear();
  return {};
}

Result<> FactSorter::for_each_object(const std::function<void(const std::vector<Fact>&)>& visitor) {
  TRY(flush());
  std::vector<Fact> object;
  TRY(scratch_->read([&](Session& session) {
    return session.query(
        "SELECT object, source, sequence, what, says, status FROM facts ORDER BY object, source, sequence", {},
        [&](const Row& row) {
          auto fact = fact_from(row);
          if (!object.empty() && object.front().object != fact.object) {
            visitor(object);
            object.clear();
          }
          object.push_back(std::move(fact));
          return Next::kRow;
        });
  }));
  if (!object.empty()) visitor(object);
  return {};
}

}  // namespace yuxin::evidence::repository
