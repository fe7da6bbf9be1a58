// The tables of the key tree. All of this module's SQL is behind these functions.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "yuxin/keymgmt/key_tree.hpp"

namespace yuxin::keymgmt::repository {

using store::Session;

// VersionRow is what a key consists of since a rotation.
struct VersionRow {
  std::int64_t id = 0;
  std::int64_t key = 0;
  std::int64_t number = 0;
  std::optional<std::int64_t> wrapper;  // id of a version of the parent; nothing for the root's
  base::Bytes wrapped;                  // empty for the root's, and once destroyed
  base::Bytes check_value;
  base::UnixTime created_at;
  std::optional<base::UnixTime> destroyed_at;
};

[[nodiscard]] base::Result<std::optional<TreeKey>> find_key(Session& session, std::string_view name);
[[nodiscard]] base::Result<std::optional<TreeKey>> find_key(Session& session, std::int64_t id);
[[nodiscard]] base::Result<std::vector<TreeKey>> keys_below(Session& session, std::optional<std::int64_t> parent);
// keys_after gives up to `limit` keys with ids above `after`, by id.
[[nodiscard]] base::Result<std::vector<TreeKey>> keys_after(Session& session, std::int64_t after, std::int64_t limit);
[[nodiscard]] base::Result<std::int64_t> count_keys(Session& session);
[[nodiscard]] base::Result<std::int64_t> insert_key(Session& session, const TreeKey& key);  // kConflict: name taken
[[nodiscard]] base::Result<> set_state(Session& session, std::int64_t key, KeyState state, base::UnixTime since);
[[nodiscard]] base::Result<> add_uses(Session& session, std::int64_t key, std::int64_t count);

// versions gives those of a key that are not destroyed, oldest first.
[[nodiscard]] base::Result<std::vector<VersionRow>> versions(Session& session, std::int64_t key);
[[nodiscard]] base::Result<std::optional<VersionRow>> find_version(Session& session, std::int64_t id);
[[nodiscard]] base::Result<std::int64_t> last_number(Session& session, std::int64_t key);  // destroyed ones too
[[nodiscard]] base::Result<std::int64_t> insert_version(Session& session, const VersionRow& row);
// wrapped_by_others gives up to `limit` versions that are wrapped by any version of `parent` but `wrapper`.
[[nodiscard]] base::Result<std::vector<VersionRow>> wrapped_by_others(Session& session, std::int64_t parent,
                                                                      std::int64_t wrapper, std::int64_t limit);
[[nodiscard]] base::Result<std::int64_t> count_wrapped_by_others(Session& session, std::int64_t parent,
                                                                 std::int64_t wrapper);
[[nodiscard]] base::Result<> set_wrapped(Session& session, std::int64_t version, std::int64_t wrapper,
                                         base::ByteView wrapped);
// destroy_version overwrites the wrapped octets in the pages of the database as well.
[[nodiscard]] base::Result<> destroy_version(Session& session, std::int64_t version, base::UnixTime now);

}  // namespace yuxin::keymgmt::repository
