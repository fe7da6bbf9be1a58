#include "tree_repository.hpp"

namespace yuxin::keymgmt::repository {

using base::Result;
using store::Next;
using store::Row;
using store::Value;

namespace {

// The present version is the highest that was ever made: a rotation is in force from its first transaction on.
constexpr const char* kKeyColumns =
    "SELECT k.id, k.name, k.parent, k.level, k.kind, k.public_key, k.state, k.since, k.created_at, k.not_after, "
    "k.use_limit, k.uses, (SELECT coalesce(max(v.number), 0) FROM tree_versions v WHERE v.key = k.id) "
    "FROM tree_keys k ";
constexpr const char* kVersionColumns =
    "SELECT id, key, number, wrapper, wrapped, check_value, created_at, destroyed_at FROM tree_versions ";
constexpr std::string_view kWraps = "aes-256";

std::optional<std::int64_t> maybe(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.integer(column);
}

std::optional<base::UnixTime> maybe_time(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return base::UnixTime{row.integer(column)};
}

Value value_of(const std::optional<std::int64_t>& number) { return number ? Value(*number) : Value(); }
Value value_of(const std::optional<base::UnixTime>& time) { return time ? Value(time->seconds) : Value(); }

base::Failure damaged(std::string_view name) {
  return base::fail(base::Code::kIntegrity,
                    "The table of keys says what cannot be about \"{}\". Restore the database from a backup.", name);
}

Result<TreeKey> read_key(const Row& row) {
  TreeKey key;
  key.id = row.integer(0);
  key.name = row.text(1);
  key.parent = maybe(row, 2);
  const auto level = row.integer(3);
  const auto kind = row.text(4);
  const auto state = row.integer(6);
  if (level < 0 || level > static_cast<int>(KeyLevel::kUser) || !is_key_state(state)) return damaged(key.name);
  key.level = static_cast<KeyLevel>(level);
  if (kind != kWraps) {
    key.kind = x509::parse_key_kind(kind);
    if (!key.kind) return damaged(key.name);
  }
  key.public_key = base::to_bytes(row.blob(5));
  key.state = static_cast<KeyState>(state);
  key.since = {row.integer(7)};
  key.created_at = {row.integer(8)};
  key.not_after = maybe_time(row, 9);
  key.use_limit = maybe(row, 10);
  key.uses = row.integer(11);
  key.version = row.integer(12);
  return key;
}

VersionRow read_version(const Row& row) {
  return {.id = row.integer(0),
          .key = row.integer(1),
          .number = row.integer(2),
          .wrapper = maybe(row, 3),
          .wrapped = base::to_bytes(row.blob(4)),
          .check_value = base::to_bytes(row.blob(5)),
          .created_at = {row.integer(6)},
          .destroyed_at = maybe_time(row, 7)};
}

Result<std::vector<TreeKey>> select_keys(Session& session, const std::string& rest,
                                         std::initializer_list<Value> values) {
  std::vector<TreeKey> keys;
  TRY(session.query(kKeyColumns + rest, values, [&](const Row& row) -> Result<Next> {
    TRY(auto key, read_key(row));
    keys.push_back(std::move(key));
    return Next::kRow;
  }));
  return keys;
}

Result<std::vector<VersionRow>> select_versions(Session& session, const std::string& rest,
                                                std::initializer_list<Value> values) {
  std::vector<VersionRow> rows;
  TRY(session.query(kVersionColumns + rest, values, [&](const Row& row) {
    rows.push_back(read_version(row));
    return Next::kRow;
  }));
  return rows;
}

Result<std::int64_t> number(Session& session, std::string_view sql, std::initializer_list<Value> values) {
  std::int64_t value = 0;
  TRY(session.query(sql, values, [&](const Row& row) {
    value = row.integer(0);
    return Next::kStop;
  }));
  return value;
}

template <typename T>
std::optional<T> first_of(std::vector<T> rows) {
  if (rows.empty()) return std::nullopt;
  return std::move(rows.front());
}

}  // namespace

Result<std::optional<TreeKey>> find_key(Session& session, std::string_view name) {
  TRY(auto keys, select_keys(session, "WHERE k.name = $1", {name}));
  return first_of(std::move(keys));
}

Result<std::optional<TreeKey>> find_key(Session& session, std::int64_t id) {
  TRY(auto keys, select_keys(session, "WHERE k.id = $1", {id}));
  return first_of(std::move(keys));
}

Result<std::vector<TreeKey>> keys_below(Session& session, std::optional<std::int64_t> parent) {
  if (!parent) return select_keys(session, "WHERE k.parent IS NULL ORDER BY k.id", {});
  return select_keys(session, "WHERE k.parent = $1 ORDER BY k.id", {*parent});
}

Result<std::vector<TreeKey>> keys_after(Session& session, std::int64_t after, std::int64_t limit) {
  return select_keys(session, "WHERE k.id > $1 ORDER BY k.id LIMIT $2", {after, limit});
}

Result<std::int64_t> count_keys(Session& session) { return number(session, "SELECT count(*) FROM tree_keys", {}); }

Result<std::int64_t> insert_key(Session& session, const TreeKey& key) {
  const std::string kind = key.kind ? x509::print_key_kind(*key.kind) : std::string(kWraps);
  return session.insert(
      "INSERT INTO tree_keys (name, parent, level, kind, public_key, state, since, created_at, not_after, use_limit, "
      "uses) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      {std::string_view(key.name), value_of(key.parent), static_cast<std::int64_t>(key.level), std::string_view(kind),
       base::ByteView(key.public_key), static_cast<std::int64_t>(key.state), key.since.seconds,
       key.created_at.seconds, value_of(key.not_after), value_of(key.use_limit), key.uses});
}

Result<> set_state(Session& session, std::int64_t key, KeyState state, base::UnixTime since) {
  TRY(session.execute("UPDATE tree_keys SET state = $1, since = $2 WHERE id = $3",
                      {static_cast<std::int64_t>(state), since.seconds, key}));
  return {};
}

Result<> add_uses(Session& session, std::int64_t key, std::int64_t count) {
  TRY(session.execute("UPDATE tree_keys SET uses = uses + $1 WHERE id = $2", {count, key}));
  return {};
}

Result<std::vector<VersionRow>> versions(Session& session, std::int64_t key) {
  return select_versions(session, "WHERE key = $1 AND destroyed_at IS NULL ORDER BY number", {key});
}

Result<std::optional<VersionRow>> find_version(Session& session, std::int64_t id) {
  TRY(auto rows, select_versions(session, "WHERE id = $1", {id}));
  return first_of(std::move(rows));
}

Result<std::int64_t> last_number(Session& session, std::int64_t key) {
  return number(session, "SELECT coalesce(max(number), 0) FROM tree_versions WHERE key = $1", {key});
}

Result<std::int64_t> insert_version(Session& session, const VersionRow& row) {
  return session.insert(
      "INSERT INTO tree_versions (key, number, wrapper, wrapped, check_value, created_at) VALUES ($1, $2, $3, $4, "
      "$5, "
      "$6)",
      {row.key, row.number, value_of(row.wrapper), base::ByteView(row.wrapped), base::ByteView(row.check_value),
       row.created_at.seconds});
}

Result<std::vector<VersionRow>> wrapped_by_others(Session& session, std::int64_t parent, std::int64_t wrapper,
                                                  std::int64_t limit) {
  return select_versions(session,
                         "WHERE destroyed_at IS NULL AND wrapper IN (SELECT id FROM tree_versions WHERE key = $1 AND "
                         "id <> $2) ORDER BY id LIMIT $3",
                         {parent, wrapper, limit});
}

Result<std::int64_t> count_wrapped_by_others(Session& session, std::int64_t parent, std::int64_t wrapper) {
  return number(session,
                "SELECT count(*) FROM tree_versions WHERE destroyed_at IS NULL AND wrapper IN (SELECT id FROM "
                "tree_versions WHERE key = $1 AND id <> $2)",
                {parent, wrapper});
}

Result<> set_wrapped(Session& session, std::int64_t version, std::int64_t wrapper, base::ByteView wrapped) {
  TRY(session.execute("UPDATE tree_versions SET wrapper = $1, wrapped = $2 WHERE id = $3",
                      {wrapper, wrapped, version}));
  return {};
}

Result<> destroy_version(Session& session, std::int64_t version, base::UnixTime now) {
  // SQLite would leave the old octets in the free part of the page.
  TRY(session.execute("PRAGMA secure_delete=ON"));
  auto done = session.execute("UPDATE tree_versions SET wrapped = x'', destroyed_at = $1 WHERE id = $2",
                              {now.seconds, version});
  TRY(session.execute("PRAGMA secure_delete=OFF"));
  TRY(std::move(done));
  return {};
}

}  // namespace yuxin::keymgmt::repository
