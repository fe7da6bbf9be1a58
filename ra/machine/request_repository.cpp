#include "machine/request_repository.hpp"

namespace yuxin::ra::requests {

using base::Result;
using store::Next;
using store::Row;

Result<std::optional<RequestRow>> find(store::Session& session, const x509::Digest256& digest) {
  std::optional<RequestRow> found;
  TRY(session.query("SELECT id, case_id, authority, serial FROM machine_requests WHERE digest = $1",
                    {base::ByteView(digest)}, [&](const Row& row) {
                      found = RequestRow{row.integer(0), std::string(row.text(1)), row.integer(2),
                                         base::to_bytes(row.blob(3))};
                      return Next::kStop;
                    }));
  return found;
}

Result<std::int64_t> insert(store::Session& session, const x509::Digest256& digest, std::string_view client,
                            std::string_view case_id, base::UnixTime now) {
  return session.insert("INSERT INTO machine_requests (digest, client, begun_at, case_id) VALUES ($1, $2, $3, $4)",
                        {base::ByteView(digest), client, now.seconds, case_id});
}

Result<> set_certificate(store::Session& session, std::int64_t id, std::int64_t authority, base::ByteView serial) {
  TRY(session.execute("UPDATE machine_requests SET authority = $2, serial = $3 WHERE id = $1",
                      {id, authority, serial}));
  return {};
}

Result<> remove(store::Session& session, std::int64_t id) {
  TRY(session.execute("DELETE FROM machine_requests WHERE id = $1", {id}));
  return {};
}

Result<> retire(store::Session& session, std::int64_t id) {
  // longer than a digest, so that none is ever equal to it
  TRY(session.execute("UPDATE machine_requests SET digest = randomblob(33) WHERE id = $1", {id}));
  return {};
}

Result<std::string> client_of(store::Session& session, std::int64_t authority, base::ByteView serial) {
  std::string client;
  TRY(session.query("SELECT client FROM machine_requests WHERE authority = $1 AND serial = $2 ORDER BY id LIMIT 1",
                    {authority, serial}, [&](const Row& row) {
                      client = std::string(row.text(0));
                      return Next::kStop;
                    }));
  return client;
}

Result<std::vector<KeyUse>> not_asked_for(store::Session& session, std::int64_t key_tag, std::string_view client) {
  std::vector<KeyUse> uses;
  // the parts are those of the index on the tags of keys (core/store/schema/04.sql)
  TRY(session.query(
      "WITH RECURSIVE part (number) AS (SELECT max(id) >> 10 FROM certificates UNION ALL SELECT number - 1 FROM part "
      "WHERE number > 0) SELECT c.subject, b.der FROM part CROSS JOIN certificates c ON c.id >> 10 = part.number AND "
      "c.key_tag = $1 JOIN certificate_bodies b ON b.id = c.id WHERE NOT EXISTS (SELECT 1 FROM machine_requests r "
      "WHERE r.authority = c.authority AND r.serial = c.serial AND r.client = $2) ORDER BY c.id DESC LIMIT 16",
      {key_tag, client}, [&](const Row& row) {
        uses.push_back({std::string(row.text(0)), base::to_bytes(row.blob(1))});
        return Next::kRow;
      }));
  return uses;
}

Result<std::int64_t> count_of_client(store::Session& session, std::string_view client, base::UnixTime since) {
  std::int64_t count = 0;
  TRY(session.query("SELECT count(*) FROM machine_requests WHERE client = $1 AND begun_at > $2",
                    {client, since.seconds}, [&](const Row& row) {
                      count = row.integer(0);
                      return Next::kStop;
                    }));
  return count;
}

}  // namespace yuxin::ra::requests
