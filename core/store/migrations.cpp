#include "schema_steps.hpp"

namespace yuxin::store {

namespace {

using base::Code;
using base::fail;
using base::Result;

Result<> refuse_newer(const SchemaVersions& found, std::span<const Migration> migrations) {
  SchemaVersions known;
  for (const auto& step : migrations) {
    auto& highest = known[std::string(step.module)];
    highest = std::max<std::int64_t>(highest, step.number);
  }
  for (const auto& [module, highest] : known) {
    const auto at = found.find(module);
    if (at != found.end() && at->second > highest) {
      return fail(
          Code::kConflict,
          "This home belongs to a newer version of yuxin (its {} tables are at step {}, this version knows {}). "
          "Nothing was changed. Use the newer version.",
          module, at->second, highest);
    }
  }
  return {};
}

Result<> apply(Session& session, const Migration& step) {
  // what cannot be made for the first time is there already: the rows that say so were taken away
  if (auto made = session.execute(step.sql); !made) {
    if (made.error().code != Code::kInternal) return tl::unexpected(std::move(made).error());
    return base::fail_with(
        Code::kIntegrity, made.error().diagnostic,
        "The database has tables of the step {} {} already, and its own list of steps does not say so: "
        "the list was changed. Nothing was changed now. Restore the home from its latest backup.",
        step.module, step.number);
  }
  TRY(session.execute("INSERT INTO schema_steps (module, number) VALUES ($1, $2)",
                      {step.module, std::int64_t{step.number}}));
  return {};
}

}  // namespace

Result<SchemaVersions> schema_versions(Session& session) {
  bool exists = false;
  TRY(session.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_steps'", {},
                    [&](const Row&) {
                      exists = true;
                      return Next::kRow;
                    }));
  SchemaVersions found;
  if (!exists) return found;
  TRY(session.query("SELECT module, max(number) FROM schema_steps GROUP BY module", {}, [&](const Row& row) {
    found[std::string(row.text(0))] = row.integer(1);
    return Next::kRow;
  }));
  return found;
}

std::int64_t version_of(const SchemaVersions& found, std::string_view module) {
  const auto at = found.find(module);
  return at == found.end() ? 0 : at->second;
}

Result<> migrate(Database& database, std::span<const Migration> migrations) {
  return database.write([migrations](Session& session) -> Result<> {
    TRY(const auto found, schema_versions(session));
    TRY(refuse_newer(found, migrations));
    TRY(
        session.execute("CREATE TABLE IF NOT EXISTS schema_steps (module TEXT NOT NULL, number INTEGER NOT NULL, "
                        "PRIMARY KEY (module, number)) STRICT"));
    for (const auto& step : migrations) {
      if (step.number > version_of(found, step.module)) TRY(apply(session, step));
    }
    return {};
  });
}

Result<> check_version(Database& database, std::span<const Migration> migrations) {
  return database.read([migrations](Session& session) -> Result<> {
    TRY(const auto found, schema_versions(session));
    // an empty file is an empty database to SQLite
    if (found.empty()) return fail(Code::kIntegrity, "This database holds nothing of yuxin. Is it the right file?");
    TRY(refuse_newer(found, migrations));
    for (const auto& step : migrations) {
      if (step.number > version_of(found, step.module)) {
        return fail(
            Code::kConflict,
            "This home belongs to an older version of yuxin (its {} tables are at step {}, this version needs "
            "{}). Nothing was changed. Open it once as somebody who may write to it: yuxin --home DIR ca list",
            step.module, version_of(found, step.module), step.number);
      }
    }
    return {};
  });
}

}  // namespace yuxin::store
