// The tables of ACME.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/store/database.hpp"

namespace yuxin::ra::acme::repository {

using store::Session;

// insert_account gives its row; kConflict when there is an account with this key.
[[nodiscard]] base::Result<std::int64_t> insert_account(Session& session, const Account& account);
[[nodiscard]] base::Result<std::optional<Account>> account_named(Session& session, std::string_view name);
[[nodiscard]] base::Result<std::optional<Account>> account_with_key(Session& session, base::ByteView thumbprint);
[[nodiscard]] base::Result<std::optional<Account>> account_in_row(Session& session, std::int64_t row);
// check_unchanged: kConflict where the key or the status of an account is not what was read before this transaction.
[[nodiscard]] base::Result<> check_unchanged(Session& session, const Account& before);
// update_account writes key, contacts and status; kConflict when the key is another account's.
[[nodiscard]] base::Result<> update_account(Session& session, const Account& account);
// bind_account writes what an account is bound by that is bound by nothing yet; false where it is.
[[nodiscard]] base::Result<bool> bind_account(Session& session, std::int64_t row, base::ByteView bound);
// count_accounts counts those of a client that are valid, and bound so.
[[nodiscard]] base::Result<std::int64_t> count_accounts(Session& session, std::string_view client,
                                                        base::ByteView bound);
[[nodiscard]] base::Result<std::int64_t> count_new_accounts(Session& session, std::string_view client,
                                                            base::UnixTime since);
// list_accounts gives the rows above `after`, in their order.
[[nodiscard]] base::Result<std::vector<Account>> list_accounts(Session& session, std::int64_t after,
                                                               std::int64_t limit);

// insert_order writes an order and which authorizations it stands on, which must have rows.
[[nodiscard]] base::Result<> insert_order(Session& session, const Order& order);
[[nodiscard]] base::Result<std::optional<Order>> order_named(Session& session, std::string_view name);
[[nodiscard]] base::Result<std::optional<Order>> order_of_certificate(Session& session, base::ByteView fingerprint);
// update_order writes status, expiry, error, request and certificate of an order that has the status `before`;
// kConflict when it has another.
[[nodiscard]] base::Result<> update_order(Session& session, const Order& order, Status before);
// OrderLine is an order in a list.
struct OrderLine {
  std::int64_t row = 0;
  std::string name;
};
[[nodiscard]] base::Result<std::vector<OrderLine>> list_orders(Session& session, std::int64_t account,
                                                               std::int64_t after, std::int64_t limit);
[[nodiscard]] base::Result<std::int64_t> count_orders(Session& session, std::int64_t account, base::UnixTime since);
// count_names counts the identifiers of the orders that an account has made since.
[[nodiscard]] base::Result<std::int64_t> count_names(Session& session, std::int64_t account, base::UnixTime since);
// sweep takes away orders that expired before a moment, and authorizations that did and that no order stands on any
// more: some of them, and without looking at what stays, so that it takes no time to speak of.
[[nodiscard]] base::Result<> sweep(Session& session, base::UnixTime before);
// is_replaced: an order that is not invalid says that it replaces this certificate.
[[nodiscard]] base::Result<bool> is_replaced(Session& session, std::string_view identifier);

// insert_authorization writes it with its challenges and gives its row.
[[nodiscard]] base::Result<std::int64_t> insert_authorization(Session& session, const Authorization& authorization);
[[nodiscard]] base::Result<std::optional<Authorization>> authorization_named(Session& session, std::string_view name);
[[nodiscard]] base::Result<std::optional<Authorization>> authorization_of_challenge(Session& session,
                                                                                    std::string_view challenge);
// valid_authorization gives the one that is good for longest, if it is good until `until`.
struct Wanted {
  std::int64_t account = 0;
  std::string_view host;
  bool wildcard = false;
};
[[nodiscard]] base::Result<std::optional<Authorization>> valid_authorization(Session& session, const Wanted& wanted,
                                                                             base::UnixTime until);
// update_authorization writes status and expiry of one that has the status `before`; kConflict when it has another.
[[nodiscard]] base::Result<> update_authorization(Session& session, const Authorization& authorization,
                                                  Status before);
// update_challenge writes status, times and error; `finished` is when it failed.
[[nodiscard]] base::Result<> update_challenge(Session& session, const Challenge& challenge,
                                              std::optional<base::UnixTime> finished);
// count_failed counts the challenges of an account that failed since, and those that are being looked at.
[[nodiscard]] base::Result<std::int64_t> count_failed(Session& session, std::int64_t account, base::UnixTime since,
                                                      base::UnixTime now);

}  // namespace yuxin::ra::acme::repository
