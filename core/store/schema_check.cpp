// Whether a database is as this program made it.
#include <map>
#include <utility>

#include "schema_steps.hpp"
#include "yuxin/base/language.hpp"

namespace yuxin::store {

using base::message;
using base::Result;

namespace {

// SQL by kind and name.
using Shape = std::map<std::pair<std::string, std::string>, std::string>;

// The text of a statement without what does not matter.
std::string squeezed(std::string_view sql) {
  std::string text;
  for (const char c : sql) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) {
      text += c;
    } else if (!text.empty() && text.back() != ' ') {
      text += ' ';
    }
  }
  return text;
}

// What ANALYZE leaves is SQLite's own and changes no answer; triggers and views are foreign_rules.
Result<Shape> shape_of(Session& session) {
  Shape shape;
  TRY(session.query(
      "SELECT type, name, coalesce(sql, '') FROM sqlite_master WHERE type IN ('table', 'index') AND name "
      "NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'",
      {}, [&](const Row& row) {
        shape[{std::string(row.text(0)), std::string(row.text(1))}] = squeezed(row.text(2));
        return Next::kRow;
      }));
  return shape;
}

// made_by gives the shape that the steps make which a database names.
Result<Shape> made_by(const SchemaVersions& versions, std::span<const Migration> migrations) {
  std::vector<Migration> steps;
  for (const auto& step : migrations) {
    if (step.number <= version_of(versions, step.module)) steps.push_back(step);
  }
  TRY(const auto fresh, open_memory());
  TRY(migrate(*fresh, steps));
  Shape shape;
  TRY(fresh->read([&](Session& session) -> Result<> {
    TRY(shape, shape_of(session));
    return {};
  }));
  return shape;
}

std::string word_of(const std::string& kind) { return kind == "index" ? message("index") : message("table"); }

}  // namespace

Result<std::vector<std::string>> schema_differences(Session& session, std::span<const Migration> migrations) {
  TRY(const auto versions, schema_versions(session));
  TRY(const auto made, made_by(versions, migrations));
  TRY(const auto found, shape_of(session));
  std::vector<std::string> sentences;
  for (const auto& [key, sql] : found) {
    const auto own = made.find(key);
    if (own == made.end()) {
      sentences.push_back(
          message("The database holds the {} \"{}\", which yuxin did not make.", word_of(key.first), key.second));
    } else if (own->second != sql) {
      sentences.push_back(
          message("The {} \"{}\" of the database is not as yuxin made it.", word_of(key.first), key.second));
    }
  }
  for (const auto& [key, sql] : made) {
    if (!found.contains(key))
      sentences.push_back(message("The {} \"{}\" of the database is missing.", word_of(key.first), key.second));
  }
  return sentences;
}

Result<std::vector<std::string>> stored_damage(Session& session) {
  std::vector<std::string> sentences;
  TRY(session.query("PRAGMA integrity_check(20)", {}, [&](const Row& row) {
    if (row.text(0) != "ok") sentences.push_back(message("The database contradicts itself: {}", row.text(0)));
    return Next::kRow;
  }));
  return sentences;
}

}  // namespace yuxin::store
