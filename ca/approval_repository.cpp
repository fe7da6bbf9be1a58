#include "approval_repository.hpp"

namespace yuxin::ca::repository {

using base::Result;
using store::Next;
using store::Row;

Result<> insert_use(store::Session& session, const evidence::Hash& act, const UseRow& use, const ByWhom& by,
                    base::UnixTime now) {
  TRY(session.insert(
      "INSERT INTO approval_uses (act, authority, serial, service, used_at, organisation) VALUES ($1, $2, $3, $4, "
      "$5, $6)",
      {base::ByteView(act), use.authority, base::ByteView(use.serial), by.service, now.seconds, by.organisation}));
  return {};
}

Result<std::vector<UseRow>> uses_of(store::Session& session, const evidence::Hash& act) {
  std::vector<UseRow> uses;
  TRY(session.query("SELECT authority, serial FROM approval_uses WHERE act = $1 ORDER BY id", {base::ByteView(act)},
                    [&](const Row& row) {
                      uses.push_back({row.integer(0), base::to_bytes(row.blob(1))});
                      return Next::kRow;
                    }));
  return uses;
}

Result<std::string> organisation_behind(store::Session& session, std::int64_t authority, base::ByteView serial) {
  std::string organisation;
  TRY(session.query(
      "SELECT organisation FROM approval_uses WHERE authority = $1 AND serial = $2 AND organisation <> '' LIMIT 1",
      {authority, serial}, [&](const Row& row) {
        organisation = std::string(row.text(0));
        return Next::kStop;
      }));
  return organisation;
}

Result<std::int64_t> count_of_service(store::Session& session, std::string_view service, base::UnixTime since) {
  std::int64_t count = 0;
  TRY(session.query("SELECT count(*) FROM approval_uses WHERE service = $1 AND service <> '' AND used_at > $2",
                    {service, since.seconds}, [&](const Row& row) {
                      count = row.integer(0);
                      return Next::kStop;
                    }));
  return count;
}

}  // namespace yuxin::ca::repository
