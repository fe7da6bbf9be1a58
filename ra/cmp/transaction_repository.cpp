#include "transaction_repository.hpp"

namespace yuxin::ra::cmp::transactions {

using base::Result;
using store::Next;
using store::Row;
using State = Transaction::State;

namespace {

Transaction transaction_from(const Row& row) {
  Transaction found;
  found.speaker = row.text(0);
  found.name = base::to_bytes(row.blob(1));
  found.client = row.text(2);
  found.state = static_cast<State>(row.integer(3));
  found.body = static_cast<Body>(row.integer(4));
  found.request_id = row.integer(5);
  found.request = base::to_bytes(row.blob(6));
  found.profile = row.text(7);
  found.implicit_confirm = row.integer(8) != 0;
  found.nonce = base::to_bytes(row.blob(9));
  found.certificate = base::to_bytes(row.blob(10));
  found.begun_at = {row.integer(11)};
  return found;
}

// One client's transactions push out no other client's, nor one key's those of another device, and what is over
// pushes out nothing that is open.
Result<> make_room(store::Session& session, const Transaction& transaction, SpokenBy by) {
  const bool done = transaction.state == State::kDone;
  const auto leave = [&](std::string_view whose, const std::string& name, const Room& room) -> Result<> {
    TRY(session.execute(
        std::string("DELETE FROM cmp_transactions WHERE id IN (SELECT id FROM cmp_transactions WHERE ")
            .append(whose)
            .append(" = $1 AND state ")
            .append(done ? "= 2" : "< 2")
            .append(" ORDER BY id DESC LIMIT 1000 OFFSET $2)"),
        {std::string_view(name), done ? room.done : room.open}));
    return {};
  };
  if (by == SpokenBy::kKey) TRY(leave("speaker", transaction.speaker, kRoomOfKey));
  return leave("client", transaction.client, kRoomOfClient);
}

}  // namespace

Result<std::optional<Transaction>> find(store::Session& session, std::string_view speaker, base::ByteView name) {
  std::optional<Transaction> found;
  TRY(
      session.query("SELECT speaker, name, client, state, body, request_id, request, profile, implicit, nonce, "
                    "certificate, begun_at FROM cmp_transactions WHERE speaker = $1 AND name = $2",
                    {speaker, name}, [&](const Row& row) {
                      found = transaction_from(row);
                      return Next::kStop;
                    }));
  return found;
}

Result<> keep(store::Session& session, const Transaction& transaction, SpokenBy by, base::UnixTime now) {
  TRY(session.execute("DELETE FROM cmp_transactions WHERE forget_at < $1", {now.seconds}));
  TRY(session.execute("DELETE FROM cmp_transactions WHERE speaker = $1 AND name = $2",
                      {std::string_view(transaction.speaker), base::ByteView(transaction.name)}));
  const auto until = now + (transaction.state == State::kWaiting ? kWaitingFor : kOthersFor);
  TRY(session.insert(
      "INSERT INTO cmp_transactions (speaker, name, client, state, body, request_id, request, profile, "
      "implicit, nonce, certificate, begun_at, forget_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
      "$11, $12, $13)",
      {std::string_view(transaction.speaker), base::ByteView(transaction.name), std::string_view(transaction.client),
       static_cast<std::int64_t>(transaction.state), static_cast<std::int64_t>(transaction.body),
       transaction.request_id, base::ByteView(transaction.request), std::string_view(transaction.profile),
       std::int64_t{transaction.implicit_confirm ? 1 : 0}, base::ByteView(transaction.nonce),
       base::ByteView(transaction.certificate), transaction.begun_at.seconds, until.seconds}));
  return make_room(session, transaction, by);
}

}  // namespace yuxin::ra::cmp::transactions
