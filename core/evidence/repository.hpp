// The tables of the ledger. All of this module's SQL is behind these functions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "merkle.hpp"

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

struct CheckpointRow {
  std::int64_t id = 0;
  std::int64_t size = 0;
  base::Bytes root;
  std::string note;
};
[[nodiscard]] base::Result<> insert_checkpoint(Session& session, const CheckpointRow& row);
[[nodiscard]] base::Result<> for_each_checkpoint(Session& session,
                                                 const std::function<base::Result<>(const CheckpointRow&)>& visitor);

}  // namespace yuxin::evidence::repository
