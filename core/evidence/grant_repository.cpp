#include "grant_repository.hpp"

#include <algorithm>
#include <iterator>

#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/name_match.hpp"

namespace yuxin::evidence::grants {

using base::Result;
using store::Next;
using store::Row;

namespace {

constexpr std::string_view kSelect =
    "SELECT id, serial, role, scope, holder, holder_key, not_before, not_after, granted_at, revoked_at, reason, der "
    "FROM role_grants ";

GrantRow grant_from(const Row& row) {
  GrantRow grant;
  grant.id = row.integer(0);
  grant.serial = base::to_bytes(row.blob(1));
  grant.role = row.text(2);
  grant.scope = row.text(3);
  grant.holder = row.text(4);
  grant.holder_key = base::to_bytes(row.blob(5));
  grant.not_before = {row.integer(6)};
  grant.not_after = {row.integer(7)};
  grant.granted_at = {row.integer(8)};
  if (!row.is_null(9)) grant.revoked_at = base::UnixTime{row.integer(9)};
  grant.reason = static_cast<int>(row.integer(10));
  grant.der = base::to_bytes(row.blob(11));
  return grant;
}

ListRow list_from(const Row& row) {
  return {row.integer(0), {row.integer(1)}, {row.integer(2)}, base::to_bytes(row.blob(3))};
}

Result<> visit(Session& session, std::string_view where, std::initializer_list<store::Value> values,
               const Visitor& visitor) {
  std::string sql(kSelect);
  sql += where;
  return session.query(sql, values, [&](const Row& row) -> Result<Next> {
    TRY(visitor(grant_from(row)));
    return Next::kRow;
  });
}

Result<std::vector<GrantRow>> gather(Session& session, std::string_view where,
                                     std::initializer_list<store::Value> values) {
  std::vector<GrantRow> rows;
  TRY(visit(session, where, values, [&](const GrantRow& row) -> Result<> {
    rows.push_back(row);
    return {};
  }));
  return rows;
}

// The text of a subject is compared and not its octets, so that rows of every age are found. One that cannot be read
// again must say the same.
bool is_name(std::string_view text, const x509::Name& wanted) {
  const auto name = x509::Name::parse(text);
  if (name) return x509::equal_names(*name, wanted);
  return x509::comparable_text(text) == x509::comparable_text(wanted.text());
}

}  // namespace

Person person_of(const x509::Certificate& certificate) {
  return {x509::sha256(certificate.tbs().subject), x509::sha256(certificate.tbs().spki)};
}

Result<std::int64_t> insert(Session& session, const GrantRow& row, const Person& holder) {
  return session.insert(
      "INSERT INTO role_grants (serial, role, scope, holder, holder_subject, holder_key, not_before, not_after, "
      "granted_at, reason, der) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10)",
      {base::ByteView(row.serial), row.role, row.scope, row.holder, base::ByteView(holder.subject),
       base::ByteView(holder.key), row.not_before.seconds, row.not_after.seconds, row.granted_at.seconds,
       base::ByteView(row.der)});
}

Result<bool> set_revoked(Session& session, std::int64_t id, base::UnixTime at, int reason) {
  TRY(const auto changed,
      session.execute("UPDATE role_grants SET revoked_at = $2, reason = $3 WHERE id = $1 AND revoked_at IS NULL",
                      {id, at.seconds, std::int64_t{reason}}));
  return changed == 1;
}

Result<std::optional<GrantRow>> find(Session& session, base::ByteView serial) {
  TRY(auto rows, gather(session, "WHERE serial = $1", {serial}));
  if (rows.empty()) return std::optional<GrantRow>();
  return std::optional(std::move(rows.front()));
}

Result<std::vector<GrantRow>> list(Session& session, const GrantFilter& filter) {
  TRY(auto rows, gather(session,
                        "WHERE ($1 = '' OR role = $1) AND ($2 = '' OR instr(holder, $2) > 0) "
                        "ORDER BY id",
                        {filter.role, filter.holder}));
  return rows;
}

Result<std::vector<GrantRow>> of_holder(Session& session, const Person& holder) {
  return gather(session, "WHERE holder_key = $1 AND holder_subject = $2 ORDER BY id",
                {base::ByteView(holder.key), base::ByteView(holder.subject)});
}

Result<std::vector<GrantRow>> of_person(Session& session, const x509::Certificate& person) {
  TRY(auto rows, gather(session, "WHERE holder_key = $1", {base::ByteView(person_of(person).key)}));
  std::vector<std::string> names;
  TRY(session.query("SELECT DISTINCT holder FROM role_grants", {}, [&](const Row& row) -> Result<Next> {
    std::string text(row.text(0));
    if (is_name(text, person.subject())) names.push_back(std::move(text));
    return Next::kRow;
  }));
  for (const auto& name : names) {
    TRY(auto more,
        gather(session, "WHERE holder = $1 AND holder_key != $2", {name, base::ByteView(person_of(person).key)}));
    std::ranges::move(more, std::back_inserter(rows));
  }
  std::ranges::sort(rows, {}, &GrantRow::id);
  return rows;
}

Result<std::vector<GrantRow>> of_role(Session& session, std::string_view role) {
  return gather(session, "WHERE role = $1 ORDER BY id", {role});
}

Result<> for_each(Session& session, const Visitor& visitor) { return visit(session, "ORDER BY id", {}, visitor); }

Result<> for_each_revoked(Session& session, base::UnixTime still_valid_at, const Visitor& visitor) {
  return visit(session, "WHERE revoked_at IS NOT NULL AND not_after >= $1 ORDER BY id", {still_valid_at.seconds},
               visitor);
}

Result<> insert_list(Session& session, const ListRow& row) {
  TRY(session.execute("INSERT INTO role_lists (number, this_update, next_update, der) VALUES ($1, $2, $3, $4)",
                      {row.number, row.this_update.seconds, row.next_update.seconds, base::ByteView(row.der)}));
  return {};
}

Result<> for_each_list(Session& session, const std::function<Result<>(const ListRow&)>& visitor) {
  return session.query("SELECT number, this_update, next_update, der FROM role_lists ORDER BY number", {},
                       [&](const Row& row) -> Result<Next> {
                         TRY(visitor(list_from(row)));
                         return Next::kRow;
                       });
}

Result<std::optional<ListRow>> latest_list(Session& session) {
  std::optional<ListRow> found;
  TRY(session.query("SELECT number, this_update, next_update, der FROM role_lists ORDER BY number DESC LIMIT 1", {},
                    [&](const Row& row) {
                      found =
                          ListRow{row.integer(0), {row.integer(1)}, {row.integer(2)}, base::to_bytes(row.blob(3))};
                      return Next::kStop;
                    }));
  return found;
}

Result<> forget_lists(Session& session, base::UnixTime before) {
  TRY(session.execute(
      "DELETE FROM role_lists WHERE next_update < $1 AND number < (SELECT max(number) FROM role_lists)",
      {before.seconds}));
  return {};
}

}  // namespace yuxin::evidence::grants
