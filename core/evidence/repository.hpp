// The tables of the ledger. All of this module's SQL is behind these functions.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "merkle.hpp"
#include "yuxin/evidence/checkpoint.hpp"

namespace yuxin::evidence::repository {

using store::Session;

[[nodiscard]] base::Result<std::int64_t> size(Session& session);
// insert gives the sequence: one more than the highest.
[[nodiscard]] base::Result<std::int64_t> insert(Session& session, std::string_view text, base::ByteView attachment,
                                                const Hash& leaf);
[[nodiscard]] base::Result<> for_each_record(Session& session, std::int64_t from, std::int64_t to,
                                             const std::function<base::Result<>(const StoredRecord&)>& visitor);
// for_each_leaf: kIntegrity when a record between is missing or its leaf is not 32 octets.
[[nodiscard]] base::Result<> for_each_leaf(Session& session, std::int64_t from, std::int64_t to,
                                           const std::function<void(const Hash&)>& visitor);

// latest_frontier: the empty one when none was stored.
[[nodiscard]] base::Result<Frontier> latest_frontier(Session& session);
[[nodiscard]] base::Result<> replace_frontier(Session& session, const Frontier& frontier);

[[nodiscard]] base::Result<> insert_checkpoint(Session& session, std::int64_t size, std::string_view note);
// checkpoints gives every stored checkpoint with its co-signatures and time stamp, oldest first.
[[nodiscard]] base::Result<std::vector<KeptCheckpoint>> checkpoints(Session& session);
// newest_checkpoint: of a size or of all; or nothing.
[[nodiscard]] base::Result<std::optional<KeptCheckpoint>> newest_checkpoint(Session& session,
                                                                            std::optional<std::int64_t> size);
[[nodiscard]] base::Result<std::optional<KeptCheckpoint>> checkpoint_by_id(Session& session, std::int64_t id);
[[nodiscard]] base::Result<> insert_cosignature(Session& session, std::int64_t checkpoint, std::string_view line);
[[nodiscard]] base::Result<> insert_time_stamp(Session& session, std::int64_t checkpoint, base::ByteView token);
// lowest_sequence: of the ledger, or nothing when it is empty. Records are numbered from 0.
[[nodiscard]] base::Result<std::optional<std::int64_t>> lowest_sequence(Session& session);

// Fact is one thing that a table or a record says about an object.
struct Fact {
  enum class Source : std::int64_t { kTable = 0, kRecord = 1 };
  enum class What : std::int64_t {
    kIssued,
    kVoid,
    kStatus,
    kIntent,
    kOutcome,
    kList,
    kAuthority,
    kGrant,
    kAct,
    kEntered
  };
  std::string object;
  Source source = Source::kRecord;
  std::int64_t sequence = 0;  // of the record; what comes from a table has none
  What what = What::kIssued;
  std::string says;  // digest of the certificate, or status in words
  std::string status;
};

// FactSorter brings together what was said about each object, in flat memory: facts go to a temporary file and come
// back sorted by object, tables before records, records in their order. Not thread-safe.
class FactSorter {
 public:
  [[nodiscard]] static base::Result<FactSorter> make();
  [[nodiscard]] base::Result<> add(Fact fact);
  // for_each_object visits the facts of one object at a time.
  [[nodiscard]] base::Result<> for_each_object(const std::function<void(const std::vector<Fact>&)>& visitor);

 private:
  explicit FactSorter(std::shared_ptr<store::Database> scratch) : scratch_(std::move(scratch)) {}
  [[nodiscard]] base::Result<> flush();
  std::shared_ptr<store::Database> scratch_;
  std::vector<Fact> waiting_;
};

}  // namespace yuxin::evidence::repository
