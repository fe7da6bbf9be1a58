#include "repository.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::ra::acme::repository {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::Result;
using base::UnixTime;
using store::Next;
using store::Row;
using store::Value;

namespace {

constexpr std::string_view kOrder =
    "SELECT id, name, account, identifiers, profile, created, expires, status, error, request, certificate, "
    "replaces, chain FROM acme_orders ";

Value value_of(const Bytes& octets) { return octets.empty() ? Value(std::monostate()) : Value(ByteView(octets)); }

Result<std::vector<std::string>> read_identifiers(std::string_view text, std::string_view order) {
  const auto list = base::parse_json(text);
  std::vector<std::string> names;
  if (list && list->is_array()) {
    for (const auto& one : list->get_array()) {
      if (one.is_string()) names.emplace_back(one.get_string());
    }
  }
  if (names.empty()) return fail(Code::kIntegrity, "What is kept of ACME order {} is damaged.", order);
  return names;
}

Result<Order> order_from(const Row& row) {
  Order order;
  order.row = row.integer(0);
  order.name = row.text(1);
  order.account = row.integer(2);
  TRY(order.identifiers, read_identifiers(row.text(3), order.name));
  order.profile = row.text(4);
  order.created = {row.integer(5)};
  order.expires = {row.integer(6)};
  order.status = static_cast<Status>(row.integer(7));
  order.error = row.text(8);
  order.request = base::to_bytes(row.blob(9));
  order.certificate = base::to_bytes(row.blob(10));
  order.replaces = row.text(11);
  order.chain = row.text(12);
  return order;
}

Result<> read_authorizations(Session& session, Order& order) {
  std::vector<std::string> names;
  TRY(
      session.query("SELECT name FROM acme_authorizations WHERE id IN (SELECT authorization_id FROM "
                    "acme_order_authorizations WHERE "
                    "order_id = $1) ORDER BY id",
                    {order.row}, [&](const Row& row) {
                      names.emplace_back(row.text(0));
                      return Next::kRow;
                    }));
  for (const auto& name : names) {
    TRY(auto found, authorization_named(session, name));
    if (found) order.authorizations.push_back(std::move(*found));
  }
  return {};
}

Result<std::optional<Order>> one(Session& session, std::string_view where, std::initializer_list<Value> values) {
  std::optional<Order> found;
  TRY(session.query(std::string(kOrder).append(where), values, [&](const Row& row) -> Result<Next> {
    TRY(found, order_from(row));
    return Next::kStop;
  }));
  if (found) TRY(read_authorizations(session, *found));
  return found;
}

}  // namespace

Result<> insert_order(Session& session, const Order& order) {
  base::JsonArray identifiers;
  for (const auto& name : order.identifiers) identifiers.emplace_back(name);
  const auto text = base::print_json(identifiers);
  TRY(const auto row,
      session.insert("INSERT INTO acme_orders (name, account, identifiers, profile, created, expires, "
                     "status, error, replaces, chain) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')",
                     {order.name, order.account, text, order.profile, order.created.seconds, order.expires.seconds,
                      static_cast<std::int64_t>(order.status), order.error, order.replaces}));
  for (const auto& authorization : order.authorizations) {
    TRY(session.execute("INSERT INTO acme_order_authorizations (order_id, authorization_id) VALUES ($1, $2)",
                        {row, authorization.row}));
    TRY(session.execute("UPDATE acme_authorizations SET held = 1 WHERE id = $1 AND held = 0", {authorization.row}));
  }
  return {};
}

Result<std::optional<Order>> order_named(Session& session, std::string_view name) {
  return one(session, "WHERE name = $1", {name});
}

Result<std::optional<Order>> order_of_certificate(Session& session, ByteView fingerprint) {
  return one(session, "WHERE fingerprint = $1", {fingerprint});
}

Result<> update_order(Session& session, const Order& order, Status before) {
  Bytes fingerprint;
  if (!order.certificate.empty()) {
    const auto digest = x509::sha256(order.certificate);
    fingerprint.assign(digest.begin(), digest.end());
  }
  TRY(const auto changed,
      session.execute("UPDATE acme_orders SET status = $3, error = $4, request = $5, certificate = $6, fingerprint = "
                      "$7, chain = $8, expires = $9 WHERE id = $1 AND status = $2",
                      {order.row, static_cast<std::int64_t>(before), static_cast<std::int64_t>(order.status),
                       order.error, value_of(order.request), value_of(order.certificate), value_of(fingerprint),
                       order.chain, order.expires.seconds}));
  if (changed == 1) return {};
  return fail(Code::kConflict, "The order was taken further meanwhile. Fetch it again.");
}

Result<std::vector<OrderLine>> list_orders(Session& session, std::int64_t account, std::int64_t after,
                                           std::int64_t limit) {
  std::vector<OrderLine> lines;
  TRY(session.query(
      "SELECT id, name FROM acme_orders WHERE account = $1 AND id > $2 AND status <> $4 ORDER BY id LIMIT "
      "$3",
      {account, after, limit, static_cast<std::int64_t>(Status::kInvalid)}, [&](const Row& row) {
        lines.push_back({row.integer(0), std::string(row.text(1))});
        return Next::kRow;
      }));
  return lines;
}

Result<std::int64_t> count_orders(Session& session, std::int64_t account, UnixTime since) {
  std::int64_t count = 0;
  TRY(session.query("SELECT count(*) FROM acme_orders WHERE account = $1 AND created > $2", {account, since.seconds},
                    [&](const Row& row) {
                      count = row.integer(0);
                      return Next::kStop;
                    }));
  return count;
}

Result<std::int64_t> count_names(Session& session, std::int64_t account, UnixTime since) {
  std::int64_t count = 0;
  TRY(session.query(
      "SELECT count(*) FROM acme_order_authorizations WHERE order_id IN (SELECT id FROM acme_orders WHERE account = "
      "$1 AND created > $2)",
      {account, since.seconds}, [&](const Row& row) {
        count = row.integer(0);
        return Next::kStop;
      }));
  return count;
}

namespace {

// What no other order stands on is let go with it.
Result<> remove_order(Session& session, std::int64_t order) {
  TRY(session.execute(
      "UPDATE acme_authorizations SET held = 0 WHERE id IN (SELECT authorization_id FROM acme_order_authorizations "
      "WHERE order_id = $1) AND NOT EXISTS (SELECT 1 FROM acme_order_authorizations AS other WHERE "
      "other.authorization_id = acme_authorizations.id AND other.order_id <> $1)",
      {order}));
  TRY(session.execute("DELETE FROM acme_order_authorizations WHERE order_id = $1", {order}));
  TRY(session.execute("DELETE FROM acme_orders WHERE id = $1", {order}));
  return {};
}

}  // namespace

// An order brings 100 authorizations at the most, so that more goes than comes.
Result<> sweep(Session& session, UnixTime before) {
  std::vector<std::int64_t> orders;
  TRY(session.query("SELECT id FROM acme_orders WHERE expires < $1 ORDER BY expires LIMIT 10", {before.seconds},
                    [&](const Row& row) {
                      orders.push_back(row.integer(0));
                      return Next::kRow;
                    }));
  for (const auto order : orders) TRY(remove_order(session, order));
  std::vector<std::int64_t> authorizations;
  TRY(session.query("SELECT id FROM acme_authorizations WHERE held = 0 AND expires < $1 ORDER BY expires LIMIT 200",
                    {before.seconds}, [&](const Row& row) {
                      authorizations.push_back(row.integer(0));
                      return Next::kRow;
                    }));
  for (const auto authorization : authorizations) {
    TRY(session.execute("DELETE FROM acme_challenges WHERE authorization_id = $1", {authorization}));
    TRY(session.execute("DELETE FROM acme_authorizations WHERE id = $1", {authorization}));
  }
  return {};
}

Result<bool> is_replaced(Session& session, std::string_view identifier) {
  bool found = false;
  TRY(session.query("SELECT id FROM acme_orders WHERE replaces = $1 AND status <> $2 LIMIT 1",
                    {identifier, static_cast<std::int64_t>(Status::kInvalid)}, [&](const Row&) {
                      found = true;
                      return Next::kStop;
                    }));
  return found;
}

}  // namespace yuxin::ra::acme::repository
