// The status of certificates: how it is written, and what responders see of it.
#include "rows.hpp"

namespace yuxin::store {

using base::Code;
using base::fail;
using base::Result;

CertificateStatus status_from(const Row& row, int first_column) {
  CertificateStatus status;
  status.state = static_cast<CertificateState>(row.integer(first_column));
  status.revoked_at = {row.integer(first_column + 1)};
  status.reason = static_cast<int>(row.integer(first_column + 2));
  if (!row.is_null(first_column + 3)) status.invalidity_date = base::UnixTime{row.integer(first_column + 3)};
  return status;
}

Value optional_time(const std::optional<base::UnixTime>& time) {
  if (!time) return std::monostate{};
  return time->seconds;
}

base::Failure conflict(base::Error error, std::string detail) {
  if (error.code == Code::kConflict) error.detail = std::move(detail);
  return base::Failure(std::move(error));
}

Result<> Writer::change_status(std::int64_t id, const CertificateStatus& status) {
  // Set before the change: a revision that moves for nothing is harmless, one that does not move is not.
  status_changed_ = true;
  TRY(const auto changed,
      session().execute("UPDATE certificates SET state = $2, revoked_at = $3, reason = $4, invalidity_date = $5, "
                        "status_sequence = (SELECT max(status_sequence) + 1 FROM certificates) WHERE id = $1",
                        {id, static_cast<std::int64_t>(status.state), status.revoked_at.seconds,
                         std::int64_t{status.reason}, optional_time(status.invalidity_date)}));
  if (changed == 0) return fail(Code::kNotFound, "There is no certificate with the number {} in this home.", id);
  return remember_change(session(), id);
}

Result<> remember_change(Session& session, std::int64_t certificate) {
  TRY(session.execute(
      "UPDATE authorities SET changed_sequence = (SELECT status_sequence FROM certificates WHERE id = $1) "
      "WHERE id = (SELECT authority FROM certificates WHERE id = $1)",
      {certificate}));
  return {};
}

Result<std::int64_t> Reader::status_sequence() {
  std::int64_t highest = 0;
  TRY(session_.query("SELECT coalesce(max(status_sequence), 0) FROM certificates", {}, [&](const Row& row) {
    highest = row.integer(0);
    return Next::kRow;
  }));
  return highest;
}

Result<> Reader::for_each_revoked(
    std::int64_t authority, base::UnixTime still_valid_at,
    const std::function<Result<>(base::ByteView serial, const CertificateStatus&)>& visitor) {
  return session_.query("SELECT serial, " YUXIN_STATUS_COLUMNS
                        " FROM certificates WHERE authority = $1 AND state <> 0 AND not_after >= $2 ORDER BY id",
                        {authority, still_valid_at.seconds}, [&](const Row& row) -> Result<Next> {
                          TRY(visitor(row.blob(0), status_from(row, 1)));
                          return Next::kRow;
                        });
}

Result<std::int64_t> read_changes(Session& session, std::int64_t after,
                                  const std::function<void(const StatusChange&)>& visitor) {
  std::int64_t highest = after;
  TRY(session.query("SELECT status_sequence, authority, serial, not_after, " YUXIN_STATUS_COLUMNS
                    " FROM certificates WHERE status_sequence > $1 ORDER BY status_sequence",
                    {after}, [&](const Row& row) {
                      highest = row.integer(0);
                      visitor({highest, row.integer(1), row.blob(2), status_from(row, 4), {row.integer(3)}});
                      return Next::kRow;
                    }));
  return highest;
}

}  // namespace yuxin::store
