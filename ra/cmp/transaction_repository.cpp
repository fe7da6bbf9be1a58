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
  found.polled_at = {row.integer(12)};
  return found;
}

// One client's transactions push out no other client's, those of a key none of another device, those that devices
// sign none of the secret's, and what is over, or is only not confirmed yet, none that waits.
Result<> make_room(store::Session& session, const Transaction& transaction, SpokenBy by) {
  const bool done = transaction.state == State::kDone;
  const auto leave = [&](std::string_view whose, const std::string& name, const Room& room) -> Result<> {
    TRY(session.execute(
        std::string("DELETE FROM cmp_transactions WHERE id IN (SELECT id FROM cmp_transactions WHERE ")
            .append(whose)
            .append(" AND state = $2 ORDER BY id DESC LIMIT 1000 OFFSET $3)"),
        {std::string_view(name), static_cast<std::int64_t>(transaction.state), done ? room.done : room.open}));
    return {};
  };
  if (by == SpokenBy::kSecret)
    return leave("client = $1 AND speaker LIKE 'client %'", transaction.client, kRoomOfClient);
  TRY(leave("speaker = $1", transaction.speaker, kRoomOfKey));
  return leave("client = $1 AND speaker LIKE 'key %'", transaction.client, kRoomOfClient);
}

}  // namespace

Result<std::optional<Transaction>> find(store::Session& session, std::string_view speaker, base::ByteView name) {
  std::optional<Transaction> found;
  TRY(
      session.query("SELECT speaker, name, client, state, body, request_id, request, profile, implicit, nonce, "
                    "certificate, begun_at, polled_at FROM cmp_transactions WHERE speaker = $1 AND name = $2",
                    {speaker, name}, [&](const Row& row) {
                      found = transaction_from(row);
                      return Next::kStop;
                    }));
  return found;
}

Result<> keep(store::Session& session, const Change& change, base::UnixTime now) {
  const auto& transaction = change.after;
  if (change.before) {
    TRY(const auto found,
        session.execute("DELETE FROM cmp_transactions WHERE speaker = $1 AND name = $2 AND nonce = $3 "
                        "AND state = $4",
                        {std::string_view(transaction.speaker), base::ByteView(transaction.name),
                         base::ByteView(change.before->nonce), static_cast<std::int64_t>(change.before->state)}));
    if (found == 0) return base::fail(base::Code::kConflict, "The transaction was changed meanwhile.");
  }
  TRY(session.execute("DELETE FROM cmp_transactions WHERE forget_at < $1", {now.seconds}));
  TRY(session.execute("DELETE FROM cmp_confirmed WHERE forget_at < $1", {now.seconds}));
  const auto until = now + (transaction.state == State::kWaiting ? kWaitingFor : kOthersFor);
  TRY(session.insert(
      "INSERT INTO cmp_transactions (speaker, name, client, state, body, request_id, request, profile, "
      "implicit, nonce, certificate, begun_at, polled_at, forget_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
      "$10, $11, $12, $13, $14)",
      {std::string_view(transaction.speaker), base::ByteView(transaction.name), std::string_view(transaction.client),
       static_cast<std::int64_t>(transaction.state), static_cast<std::int64_t>(transaction.body),
       transaction.request_id, base::ByteView(transaction.request), std::string_view(transaction.profile),
       std::int64_t{transaction.implicit_confirm ? 1 : 0}, base::ByteView(transaction.nonce),
       base::ByteView(transaction.certificate), transaction.begun_at.seconds, transaction.polled_at.seconds,
       until.seconds}));
  return make_room(session, transaction, change.by);
}

Result<> note_confirmed(store::Session& session, const x509::Digest256& certificate, base::UnixTime valid_until) {
  TRY(session.execute("INSERT INTO cmp_confirmed (certificate, forget_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                      {base::ByteView(certificate), valid_until.seconds}));
  return {};
}

Result<bool> is_confirmed(store::Session& session, const x509::Digest256& certificate) {
  bool found = false;
  TRY(session.query("SELECT 1 FROM cmp_confirmed WHERE certificate = $1", {base::ByteView(certificate)},
                    [&](const Row&) {
                      found = true;
                      return Next::kStop;
                    }));
  return found;
}

}  // namespace yuxin::ra::cmp::transactions
