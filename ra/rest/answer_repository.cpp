#include "answer_repository.hpp"

namespace yuxin::ra::rest::repository {

using base::Result;
using store::Next;
using store::Row;

Result<std::optional<KeptAnswer>> find_answer(store::Session& session, const AnswerName& name, base::UnixTime since) {
  std::optional<KeptAnswer> found;
  TRY(session.query(
      "SELECT request, status, media, body FROM rest_answers WHERE client = $1 AND name = $2 AND at >= $3",
      {name.client, name.key, since.seconds}, [&](const Row& row) {
        found = KeptAnswer{base::to_bytes(row.blob(0)), static_cast<int>(row.integer(1)), std::string(row.text(2)),
                           base::to_bytes(row.blob(3))};
        return Next::kStop;
      }));
  return found;
}

Result<> keep_answer(store::Session& session, const AnswerName& name, const KeptAnswer& answer, base::UnixTime now) {
  TRY(session.execute(
      "INSERT INTO rest_answers (client, name, request, at, status, media, body) VALUES ($1, $2, $3, $4, "
      "$5, $6, $7) ON CONFLICT (client, name) DO UPDATE SET request = $3, at = $4, status = $5, media = "
      "$6, body = $7",
      {name.client, name.key, base::ByteView(answer.request), now.seconds, std::int64_t{answer.status}, answer.media,
       base::ByteView(answer.body)}));
  return {};
}

Result<> forget_answers(store::Session& session, base::UnixTime since) {
  TRY(session.execute("DELETE FROM rest_answers WHERE at < $1", {since.seconds}));
  return {};
}

}  // namespace yuxin::ra::rest::repository
