#include "act/repository.hpp"

#include <algorithm>

namespace yuxin::evidence::repository {

using base::Code;
using base::fail;
using base::Result;
using store::Next;
using store::Row;

namespace {

Result<Hash> digest_from(base::ByteView octets, std::string_view object) {
  Hash hash{};
  if (octets.size() != hash.size()) {
    return fail(Code::kIntegrity, "The table of acts is damaged at {}. Find out what happened: yuxin audit verify",
                object);
  }
  std::ranges::copy(octets, hash.begin());
  return hash;
}

}  // namespace

Result<bool> has_act(store::Session& session, const Hash& digest) {
  bool found = false;
  TRY(session.query("SELECT id FROM acts WHERE digest = $1", {base::ByteView(digest)}, [&](const Row&) {
    found = true;
    return Next::kStop;
  }));
  return found;
}

Result<std::int64_t> insert_act(store::Session& session, const StoredAct& act) {
  return session.insert("INSERT INTO acts (object, type, digest, ledger_sequence) VALUES ($1, $2, $3, $4)",
                        {act.object, act.type, base::ByteView(act.digest), act.ledger_sequence});
}

namespace {

constexpr std::string_view kSelect =
    "SELECT acts.id, acts.object, acts.type, acts.digest, acts.ledger_sequence, ledger.attachment FROM acts "
    "JOIN ledger ON ledger.sequence = acts.ledger_sequence ";

Result<std::vector<StoredAct>> read_acts(store::Session& session, std::string_view where,
                                         std::initializer_list<store::Value> values) {
  std::vector<StoredAct> acts;
  TRY(session.query(std::string(kSelect).append(where), values, [&](const Row& row) -> Result<Next> {
    StoredAct act;
    act.id = row.integer(0);
    act.object = row.text(1);
    act.type = row.text(2);
    TRY(act.digest, digest_from(row.blob(3), act.object));
    act.ledger_sequence = row.integer(4);
    act.der = base::to_bytes(row.blob(5));
    acts.push_back(std::move(act));
    return Next::kRow;
  }));
  return acts;
}

}  // namespace

Result<std::vector<StoredAct>> acts_of(store::Session& session, std::string_view object) {
  return read_acts(session, "WHERE acts.object = $1 ORDER BY acts.id", {object});
}

Result<std::int64_t> nth_act_after(store::Session& session, std::int64_t after, std::int64_t count) {
  auto last = after;
  TRY(session.query("SELECT coalesce(max(id), $1) FROM (SELECT id FROM acts WHERE id > $1 ORDER BY id LIMIT $2)",
                    {after, count}, [&](const Row& row) {
                      last = row.integer(0);
                      return Next::kStop;
                    }));
  return last;
}

Result<std::vector<StoredAct>> following_acts(store::Session& session, std::int64_t after, std::int64_t last) {
  return read_acts(
      session,
      "WHERE acts.id > $1 AND acts.id <= $2 AND EXISTS (SELECT 1 FROM acts AS before WHERE before.object "
      "= acts.object AND before.id < acts.id) ORDER BY acts.id",
      {after, last});
}

Result<> for_each_act(store::Session& session, const std::function<Result<>(const ActRow&)>& visitor) {
  return session.query("SELECT ledger_sequence, object, type, digest FROM acts ORDER BY id", {},
                       [&](const Row& row) -> Result<Next> {
                         TRY(visitor({row.integer(0), row.text(1), row.text(2), row.blob(3)}));
                         return Next::kRow;
                       });
}

Result<std::optional<Hash>> last_act(store::Session& session, std::string_view object) {
  std::optional<Hash> last;
  TRY(session.query("SELECT digest FROM acts WHERE object = $1 ORDER BY id DESC LIMIT 1", {object},
                    [&](const Row& row) -> Result<Next> {
                      TRY(last, digest_from(row.blob(0), object));
                      return Next::kStop;
                    }));
  return last;
}

}  // namespace yuxin::evidence::repository
