// The table of orders that were carried out.
#include "yuxin/base/text.hpp"
#include "yuxin/ca/order_use.hpp"

namespace yuxin::ca {

using base::Code;
using base::Result;
using store::Next;
using store::Row;

Result<std::optional<std::string>> outcome_of(store::Reader& reader, const OrderUse& order) {
  std::optional<std::string> outcome;
  TRY(reader.session().query("SELECT outcome FROM orders_used WHERE act = $1 AND effect = $2",
                             {base::ByteView(order.act), order.effect}, [&](const Row& row) {
                               outcome = std::string(row.text(0));
                               return Next::kStop;
                             }));
  return outcome;
}

Result<> use_order(store::Writer& writer, const OrderUse& order, std::string_view outcome, base::UnixTime now) {
  TRY(const auto before, outcome_of(writer, order));
  if (before) return base::fail(Code::kConflict, "This order was carried out already.");
  TRY(writer.session().execute("INSERT INTO orders_used (act, effect, outcome, done_at) VALUES ($1, $2, $3, $4)",
                               {base::ByteView(order.act), order.effect, outcome, now.seconds}));
  return {};
}

Result<bool> was_enrolled_by(store::Reader& reader, std::int64_t authority, base::ByteView serial,
                             std::string_view service) {
  bool found = false;
  TRY(reader.session().query(
      "SELECT 1 FROM approval_uses WHERE service = $1 AND service <> '' AND authority = $2 AND serial = $3",
      {service, authority, serial}, [&](const Row&) {
        found = true;
        return Next::kStop;
      }));
  return found;
}

}  // namespace yuxin::ca
