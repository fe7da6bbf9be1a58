#include "repository.hpp"

#include <algorithm>

namespace yuxin::tsa::repository {

using base::Result;
using store::Next;
using store::Row;

namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;

Result<std::int64_t> number(Session& session, std::string_view sql) {
  std::int64_t value = 0;
  TRY(session.query(sql, {}, [&](const Row& row) {
    value = row.integer(0);
    return Next::kStop;
  }));
  return value;
}

}  // namespace

Result<std::int64_t> last_block(Session& session) {
  return number(session, "SELECT coalesce(max(id), 0) FROM tsa_blocks");
}

Result<> insert_block(Session& session, const BlockRow& row) {
  TRY(session.execute("INSERT INTO tsa_blocks (id, first, count, reserved_at, until) VALUES ($1, $2, $3, $4, $5)",
                      {row.id, row.first, row.count, row.reserved_at.seconds, row.until.seconds}));
  return {};
}

Result<std::int64_t> latest_time(Session& session) {
  TRY(const auto written, number(session, "SELECT microseconds FROM tsa_latest WHERE id = 1"));
  TRY(const auto reserved, number(session, "SELECT coalesce(max(reserved_at), 0) FROM tsa_blocks"));
  return std::max(written, reserved * kMicroseconds);
}

Result<> raise_latest_time(Session& session, std::int64_t microseconds) {
  TRY(
      session.execute("INSERT INTO tsa_latest (id, microseconds) VALUES (1, $1) "
                      "ON CONFLICT (id) DO UPDATE SET microseconds = max(microseconds, excluded.microseconds)",
                      {microseconds}));
  return {};
}

}  // namespace yuxin::tsa::repository
