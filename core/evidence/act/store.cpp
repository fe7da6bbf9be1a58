// Accepted acts in the home: each is the attachment of its ledger record, so that it is kept once and bound by the
// tree.
#include "act/repository.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/evidence/canonical.hpp"

namespace yuxin::evidence {

using base::Code;
using base::fail;
using base::Result;

namespace {

Record record_of(const VerifiedAct& act, base::UnixTime now) {
  Record record;
  record.kind = "act.accepted";
  record.object = act.act().object;
  record.actor = act.actor().subject().text();
  record.time = now;
  ObjectWriter data;
  data.add("act", base::hex(act.digest()));
  data.add("key", base::hex(x509::sha256(act.actor().tbs().spki)));
  if (act.act().previous) data.add("previous", base::hex(*act.act().previous));
  if (act.act().role) data.add("role", act.act().role->text());
  data.add("stamped", base::rfc3339(act.moment()));
  data.add("type", act.act().type);
  record.data = data.finish();
  record.attachment = base::to_bytes(act.der());
  return record;
}

}  // namespace

Result<StoredAct> store_act(store::Writer& writer, const VerifiedAct& act, base::UnixTime now) {
  auto& session = writer.session();
  const auto& object = act.act().object;
  TRY(const bool is_known, repository::has_act(session, act.digest()));
  if (is_known) return fail(Code::kConflict, "This act on {} was accepted before; it counts once.", object);
  TRY(const auto last, repository::last_act(session, object));
  if (last != act.act().previous) {
    return fail(Code::kConflict,
                "Somebody else acted on {} in between, so this act was not accepted. Read what has happened and sign "
                "it again.",
                object);
  }
  StoredAct stored;
  stored.object = object;
  stored.type = act.act().type;
  stored.digest = act.digest();
  stored.der = base::to_bytes(act.der());
  TRY(stored.ledger_sequence, append(writer, record_of(act, now)));
  TRY(stored.id, repository::insert_act(session, stored));
  return stored;
}

Result<std::vector<StoredAct>> acts_of(store::Reader& reader, std::string_view object) {
  return repository::acts_of(reader.session(), object);
}

Result<FollowingActs> following_acts(store::Reader& reader, std::int64_t after, std::int64_t limit) {
  FollowingActs following;
  TRY(following.last, repository::nth_act_after(reader.session(), after, limit));
  TRY(following.acts, repository::following_acts(reader.session(), after, following.last));
  return following;
}

Result<std::optional<Hash>> last_act(store::Reader& reader, std::string_view object) {
  return repository::last_act(reader.session(), object);
}

}  // namespace yuxin::evidence
