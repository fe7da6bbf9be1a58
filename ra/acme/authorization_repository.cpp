#include "repository.hpp"

namespace yuxin::ra::acme::repository {

using base::Code;
using base::fail;
using base::Result;
using base::UnixTime;
using store::Next;
using store::Row;
using store::Value;

namespace {

constexpr std::string_view kAuthorization =
    "SELECT id, name, account, host, wildcard, status, expires FROM acme_authorizations ";

Value value_of(const std::optional<UnixTime>& time) { return time ? Value(time->seconds) : Value(std::monostate()); }

Authorization authorization_from(const Row& row) {
  Authorization found;
  found.row = row.integer(0);
  found.name = row.text(1);
  found.account = row.integer(2);
  found.host = row.text(3);
  found.wildcard = row.integer(4) != 0;
  found.status = static_cast<Status>(row.integer(5));
  found.expires = {row.integer(6)};
  return found;
}

Result<> read_challenges(Session& session, Authorization& authorization) {
  return session.query(
      "SELECT id, name, type, token, status, validated, error FROM acme_challenges WHERE authorization_id = $1 "
      "ORDER BY type",
      {authorization.row}, [&](const Row& row) {
        Challenge challenge;
        challenge.row = row.integer(0);
        challenge.name = row.text(1);
        challenge.type = static_cast<ChallengeType>(row.integer(2));
        challenge.token = row.text(3);
        challenge.status = static_cast<Status>(row.integer(4));
        if (!row.is_null(5)) challenge.validated = UnixTime{row.integer(5)};
        challenge.error = row.text(6);
        authorization.challenges.push_back(std::move(challenge));
        return Next::kRow;
      });
}

Result<std::optional<Authorization>> one(Session& session, std::string_view where,
                                         std::initializer_list<Value> values) {
  std::optional<Authorization> found;
  TRY(session.query(std::string(kAuthorization).append(where), values, [&](const Row& row) {
    found = authorization_from(row);
    return Next::kStop;
  }));
  if (found) TRY(read_challenges(session, *found));
  return found;
}

}  // namespace

Result<std::int64_t> insert_authorization(Session& session, const Authorization& authorization) {
  TRY(const auto row,
      session.insert(
          "INSERT INTO acme_authorizations (name, account, host, wildcard, status, expires) VALUES ($1, $2, "
          "$3, $4, $5, $6)",
          {authorization.name, authorization.account, authorization.host,
           std::int64_t{authorization.wildcard ? 1 : 0}, static_cast<std::int64_t>(authorization.status),
           authorization.expires.seconds}));
  for (const auto& challenge : authorization.challenges) {
    TRY(session.insert(
        "INSERT INTO acme_challenges (name, authorization_id, type, token, status, validated, error) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        {challenge.name, row, static_cast<std::int64_t>(challenge.type), challenge.token,
         static_cast<std::int64_t>(challenge.status), value_of(challenge.validated), challenge.error}));
  }
  return row;
}

Result<std::optional<Authorization>> authorization_named(Session& session, std::string_view name) {
  return one(session, "WHERE name = $1", {name});
}

Result<std::optional<Authorization>> authorization_of_challenge(Session& session, std::string_view challenge) {
  return one(session, "WHERE id = (SELECT authorization_id FROM acme_challenges WHERE name = $1)", {challenge});
}

Result<std::optional<Authorization>> valid_authorization(Session& session, const Wanted& wanted, UnixTime until) {
  return one(session,
             "WHERE account = $1 AND host = $2 AND wildcard = $3 AND status = $4 AND expires > $5 ORDER BY expires "
             "DESC LIMIT 1",
             {wanted.account, wanted.host, std::int64_t{wanted.wildcard ? 1 : 0},
              static_cast<std::int64_t>(Status::kValid), until.seconds});
}

Result<> update_authorization(Session& session, const Authorization& authorization, Status before) {
  TRY(const auto changed,
      session.execute("UPDATE acme_authorizations SET status = $3, expires = $4 WHERE id = $1 AND status = $2",
                      {authorization.row, static_cast<std::int64_t>(before),
                       static_cast<std::int64_t>(authorization.status), authorization.expires.seconds}));
  if (changed == 1) return {};
  return fail(Code::kConflict, "The authorization was decided meanwhile. Fetch it again.");
}

Result<> update_challenge(Session& session, const Challenge& challenge, std::optional<UnixTime> finished) {
  TRY(session.execute(
      "UPDATE acme_challenges SET status = $2, validated = $3, finished = $4, error = $5 WHERE id = $1",
      {challenge.row, static_cast<std::int64_t>(challenge.status), value_of(challenge.validated), value_of(finished),
       challenge.error}));
  return {};
}

Result<std::int64_t> count_failed(Session& session, std::int64_t account, UnixTime since, UnixTime now) {
  std::int64_t count = 0;
  TRY(session.query(
      "SELECT count(*) FROM acme_challenges AS c JOIN acme_authorizations AS a ON a.id = c.authorization_id WHERE "
      "a.account = $1 AND (c.finished > $2 OR (c.status = $3 AND a.status = $4 AND a.expires > $5))",
      {account, since.seconds, static_cast<std::int64_t>(Status::kProcessing),
       static_cast<std::int64_t>(Status::kPending), now.seconds},
      [&](const Row& row) {
        count = row.integer(0);
        return Next::kStop;
      }));
  return count;
}

}  // namespace yuxin::ra::acme::repository
