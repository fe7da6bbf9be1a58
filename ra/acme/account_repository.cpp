#include <algorithm>

#include "repository.hpp"
#include "yuxin/base/json.hpp"

namespace yuxin::ra::acme::repository {

using base::Code;
using base::fail;
using base::Result;
using store::Next;
using store::Row;
using store::Value;

namespace {

constexpr std::string_view kAccount =
    "SELECT id, name, jwk, thumbprint, client, contacts, status, created, bound FROM acme_accounts ";

std::string contacts_text(const Account& account) {
  base::JsonArray list;
  for (const auto& contact : account.contacts) list.emplace_back(contact);
  return base::print_json(list);
}

Result<Account> account_from(const Row& row) {
  Account account;
  account.row = row.integer(0);
  account.name = row.text(1);
  account.jwk = row.text(2);
  account.thumbprint = base::to_bytes(row.blob(3));
  account.client = row.text(4);
  const auto contacts = base::parse_json(row.text(5));
  if (!contacts || !contacts->is_array())
    return fail(Code::kIntegrity, "What is kept of ACME account {} is damaged.", account.name);
  for (const auto& contact : contacts->get_array()) {
    if (contact.is_string()) account.contacts.emplace_back(contact.get_string());
  }
  account.status = static_cast<Status>(row.integer(6));
  account.created = {row.integer(7)};
  account.bound = base::to_bytes(row.blob(8));
  return account;
}

Result<std::vector<Account>> gather(Session& session, std::string_view where, std::initializer_list<Value> values) {
  std::vector<Account> accounts;
  TRY(session.query(std::string(kAccount).append(where), values, [&](const Row& row) -> Result<Next> {
    TRY(auto account, account_from(row));
    accounts.push_back(std::move(account));
    return Next::kRow;
  }));
  return accounts;
}

Result<std::optional<Account>> one(Session& session, std::string_view where, std::initializer_list<Value> values) {
  TRY(auto accounts, gather(session, where, values));
  if (accounts.empty()) return std::optional<Account>();
  return std::optional<Account>(std::move(accounts.front()));
}

}  // namespace

Result<std::int64_t> insert_account(Session& session, const Account& account) {
  return session.insert(
      "INSERT INTO acme_accounts (name, jwk, thumbprint, client, contacts, status, created, bound) VALUES ($1, $2, "
      "$3, $4, $5, $6, $7, $8)",
      {account.name, account.jwk, base::ByteView(account.thumbprint), account.client, contacts_text(account),
       static_cast<std::int64_t>(account.status), account.created.seconds,
       account.bound.empty() ? Value(std::monostate()) : Value(base::ByteView(account.bound))});
}

Result<std::optional<Account>> account_named(Session& session, std::string_view name) {
  return one(session, "WHERE name = $1", {name});
}

Result<std::optional<Account>> account_with_key(Session& session, base::ByteView thumbprint) {
  return one(session, "WHERE thumbprint = $1", {thumbprint});
}

Result<std::optional<Account>> account_in_row(Session& session, std::int64_t row) {
  return one(session, "WHERE id = $1", {row});
}

Result<> check_unchanged(Session& session, const Account& before) {
  TRY(const auto now, account_in_row(session, before.row));
  if (now && now->status == before.status && base::equal(now->thumbprint, before.thumbprint)) return {};
  return fail(Code::kConflict, "The ACME account {} was changed at this moment. Ask again.", before.name);
}

Result<> update_account(Session& session, const Account& account) {
  const auto contacts = contacts_text(account);
  TRY(const auto changed,
      session.execute("UPDATE acme_accounts SET jwk = $2, thumbprint = $3, contacts = $4, status = $5 WHERE id = $1",
                      {account.row, account.jwk, base::ByteView(account.thumbprint), contacts,
                       static_cast<std::int64_t>(account.status)}));
  if (changed == 1) return {};
  return fail(Code::kNotFound, "There is no ACME account {}.", account.name);
}

Result<bool> bind_account(Session& session, std::int64_t row, base::ByteView bound) {
  TRY(const auto changed,
      session.execute("UPDATE acme_accounts SET bound = $2 WHERE id = $1 AND bound IS NULL", {row, bound}));
  return changed == 1;
}

namespace {

Result<std::int64_t> count(Session& session, std::string_view where, std::initializer_list<Value> values) {
  std::int64_t count = 0;
  TRY(session.query(std::string("SELECT count(*) FROM acme_accounts WHERE ").append(where), values,
                    [&](const Row& row) {
                      count = row.integer(0);
                      return Next::kStop;
                    }));
  return count;
}

}  // namespace

Result<std::int64_t> count_accounts(Session& session, std::string_view client, base::ByteView bound) {
  return count(session, "client = $1 AND status = $2 AND (bound IS NULL OR bound = $3)",
               {client, static_cast<std::int64_t>(Status::kValid), bound});
}

Result<std::int64_t> count_new_accounts(Session& session, std::string_view client, base::UnixTime since) {
  return count(session, "client = $1 AND created > $2", {client, since.seconds});
}

Result<std::vector<Account>> list_accounts(Session& session, std::int64_t after, std::int64_t limit) {
  return gather(session, "WHERE id > $1 ORDER BY id LIMIT $2", {after, limit});
}

}  // namespace yuxin::ra::acme::repository
