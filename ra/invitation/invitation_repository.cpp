#include "invitation_repository.hpp"

namespace yuxin::ra::invitations {

using base::Result;
using store::Next;
using store::Row;

namespace {

InvitationRow row_of(const Row& row) {
  InvitationRow read;
  read.id = row.integer(0);
  read.case_id = row.text(1);
  read.code_key = row.text(2);
  read.wrong = row.integer(3);
  if (!row.is_null(4)) read.closed_at = base::UnixTime{row.integer(4)};
  read.request = base::to_bytes(row.blob(5));
  read.proof = base::to_bytes(row.blob(6));
  read.joined_at = base::UnixTime{row.integer(7)};
  return read;
}

}  // namespace

Result<> insert(store::Session& session, std::string_view locator, std::string_view case_id,
                std::string_view code_key) {
  TRY(session.insert("INSERT INTO invitations (locator, case_id, code_key, wrong) VALUES ($1, $2, $3, 0)",
                     {locator, case_id, code_key}));
  return {};
}

Result<InvitationRow> find(store::Session& session, std::string_view locator) {
  InvitationRow found;
  TRY(session.query(
      "SELECT id, case_id, code_key, wrong, closed_at, request, proof, joined_at FROM invitations WHERE "
      "locator = $1 OR id = 0 ORDER BY id DESC",
      {locator}, [&](const Row& row) {
        found = row_of(row);
        return Next::kStop;
      }));
  return found;
}

Result<std::optional<InvitationRow>> find_case(store::Session& session, std::string_view case_id) {
  std::optional<InvitationRow> found;
  TRY(session.query(
      "SELECT id, case_id, code_key, wrong, closed_at, request, proof, joined_at FROM invitations WHERE "
      "case_id = $1 AND id <> 0",
      {case_id}, [&](const Row& row) {
        found = row_of(row);
        return Next::kStop;
      }));
  return found;
}

Result<std::int64_t> count_wrong(store::Session& session, std::int64_t id) {
  TRY(session.execute("UPDATE invitations SET wrong = wrong + 1 WHERE id = $1", {id}));
  std::int64_t wrong = 0;
  TRY(session.query("SELECT wrong FROM invitations WHERE id = $1", {id}, [&](const Row& row) {
    wrong = row.integer(0);
    return Next::kStop;
  }));
  return wrong;
}

Result<> close(store::Session& session, std::int64_t id, base::UnixTime now) {
  TRY(session.execute("UPDATE invitations SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL",
                      {id, now.seconds}));
  return {};
}

Result<> join(store::Session& session, std::int64_t id, const Joining& joining, base::UnixTime now) {
  TRY(const auto changed,
      session.execute("UPDATE invitations SET request = $2, proof = $3, joined_at = $4 WHERE id = $1 AND request IS "
                      "NULL AND closed_at IS NULL",
                      {id, joining.request, joining.proof, now.seconds}));
  if (changed == 1) return {};
  return base::fail(base::Code::kConflict,
                    "Somebody else was quicker to answer this invitation, or it was closed meanwhile. Tell whoever "
                    "invited you.");
}

}  // namespace yuxin::ra::invitations
