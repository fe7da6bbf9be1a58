#include "repository.hpp"

#include "yuxin/base/language.hpp"

namespace yuxin::notify::targets {

using base::Result;
using store::Next;

const std::string& Reason::text() const {
  return base::language() == base::Language::kChinese && !chinese.empty() ? chinese : english;
}

Result<std::vector<std::string>> names(store::Session& session) {
  std::vector<std::string> all;
  TRY(session.query("SELECT name FROM notification_targets ORDER BY name", {}, [&](const store::Row& row) {
    all.emplace_back(row.text(0));
    return Next::kRow;
  }));
  return all;
}

Result<std::optional<Row>> find(store::Session& session, std::string_view name) {
  std::optional<Row> found;
  TRY(session.query(
      "SELECT next, failures, failing_since, retry_at, reason, reason_zh FROM notification_targets WHERE name = $1",
      {name}, [&](const store::Row& row) {
        found = Row{row.integer(0),
                    row.integer(1),
                    row.integer(2),
                    row.integer(3),
                    {std::string(row.text(4)), std::string(row.text(5))}};
        return Next::kStop;
      }));
  return found;
}

Result<> insert(store::Session& session, std::string_view name, std::int64_t next) {
  TRY(
      session.execute("INSERT INTO notification_targets (name, next, failures, failing_since, retry_at, reason) "
                      "VALUES ($1, $2, 0, 0, 0, '')",
                      {name, next}));
  return {};
}

Result<> remove(store::Session& session, std::string_view name) {
  TRY(session.execute("DELETE FROM notification_targets WHERE name = $1", {name}));
  return {};
}

Result<bool> set(store::Session& session, std::string_view name, std::int64_t was, const Row& row) {
  TRY(const auto changed,
      session.execute("UPDATE notification_targets SET next = $3, failures = $4, failing_since = $5, retry_at = $6, "
                      "reason = $7, reason_zh = $8 WHERE name = $1 AND next = $2",
                      {name, was, row.next, row.failures, row.failing_since, row.retry_at,
                       std::string_view(row.reason.english), std::string_view(row.reason.chinese)}));
  return changed > 0;
}

}  // namespace yuxin::notify::targets
