// A relational database behind a small interface: SQL in, rows out, one writer with group commit.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::store {

// Value is a parameter of a statement; views must live until the call returns.
using Value = std::variant<std::monostate, std::int64_t, std::string_view, base::ByteView>;

// Row is one row of an answer, valid only inside the visitor that it is given to. Columns count from 0. A getter of
// another type than the column's gives zero or an empty view.
class Row {
 public:
  virtual ~Row() = default;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  [[nodiscard]] virtual std::string_view text(int column) const = 0;
  [[nodiscard]] virtual base::ByteView blob(int column) const = 0;
};

enum class Next { kRow, kStop };
using RowVisitor = std::function<base::Result<Next>(const Row&)>;

// Session is a connection inside one transaction, for the length of one callback. Statements use $1, $2 ... for
// their parameters, name their columns, and are prepared once a connection. Not thread-safe. Errors: kConflict for a
// violated constraint, kUnavailable for a full or read-only disk or a lock that does not come free, kIntegrity for a
// damaged file, kInternal for wrong SQL.
class Session {
 public:
  virtual ~Session() = default;
  // execute runs a statement without rows and gives the number of rows changed.
  [[nodiscard]] virtual base::Result<std::int64_t> execute(std::string_view sql, std::span<const Value> values) = 0;
  // insert runs an INSERT of one row into a table whose primary key is one integer, and gives that key.
  [[nodiscard]] virtual base::Result<std::int64_t> insert(std::string_view sql, std::span<const Value> values) = 0;
  [[nodiscard]] virtual base::Result<> query(std::string_view sql, std::span<const Value> values,
                                             const RowVisitor& visitor) = 0;

  [[nodiscard]] base::Result<std::int64_t> execute(std::string_view sql, std::initializer_list<Value> values = {}) {
    return execute(sql, std::span<const Value>(values.begin(), values.size()));
  }
  [[nodiscard]] base::Result<std::int64_t> insert(std::string_view sql, std::initializer_list<Value> values) {
    return insert(sql, std::span<const Value>(values.begin(), values.size()));
  }
  [[nodiscard]] base::Result<> query(std::string_view sql, std::initializer_list<Value> values,
                                     const RowVisitor& visitor) {
    return query(sql, std::span<const Value>(values.begin(), values.size()), visitor);
  }
};

using Transaction = std::function<base::Result<>(Session&)>;
using Completion = std::function<void(base::Result<>)>;

// Database runs transactions. Thread-safe. Several processes may have one database open.
//
// Writing: transactions submitted at about the same time share one commit (group commit); one that fails is undone
// alone. A transaction may be run more than once (when another of its group failed after it had written, or when the
// shared commit fails and each is tried by itself), so it must have no effect but through its session, or one that
// the last run sets right. It runs on the writer's thread.
class Database {
 public:
  virtual ~Database() = default;

  // read runs `body` in a read-only transaction: one consistent state, on a connection of the calling thread.
  [[nodiscard]] virtual base::Result<> read(const Transaction& body) = 0;

  // write returns when the transaction is durable, or with the error that undid it.
  [[nodiscard]] virtual base::Result<> write(Transaction body) = 0;

  // submit is `write` without waiting: `done` is called once, on the writer's thread, after the transaction is
  // durable or undone. `done` must be short and must not call write.
  virtual void submit(Transaction body, Completion done) = 0;

  // settle moves what lies in a log beside the file into the file, as far as readers let it, so that the file alone
  // is nearly all there is. Best effort, and nobody has to call it: the log is as durable as the file.
  virtual void settle() {}

  // in_place says whether the file at the database's path is still the one that was opened. kIntegrity, with a
  // sentence, where there is another or none: what this process writes nobody else sees, and what others write it
  // does not see. SQLite itself never replaces the file. Nothing is written then: write and submit look too. Cheap; a
  // database without a file is always in place.
  [[nodiscard]] virtual base::Result<> in_place() const { return {}; }
};

struct SqliteOptions {
  std::string path;
  // kCopy: a file that nobody is working with, such as an auditor's copy. It is read as one that never changes, so
  // that nothing is left beside it; one that somebody has open is read as with kReadOnly.
  enum class Mode { kReadWrite, kReadOnly, kCopy } mode = Mode::kReadWrite;
  int busy_timeout_ms = 10'000;
  std::size_t group_limit = 256;  // transactions in one commit at the most
};
// open_sqlite opens or creates a SQLite 3 file (WAL, synchronous=FULL, foreign keys on, mode 0600). Errors: kNotFound
// in read-only mode, kNotAuthorised, kUnavailable, kIntegrity.
[[nodiscard]] base::Result<std::shared_ptr<Database>> open_sqlite(const SqliteOptions& options);
// copy_sqlite writes one consistent state of a SQLite file into a new file, which needs nothing beside it, whoever is
// working on the file meanwhile. kConflict when `to` exists; other errors as open_sqlite and base::write_file.
[[nodiscard]] base::Result<> copy_sqlite(const std::string& from, const std::string& to);
// open_memory makes a database that lives in memory as long as the object.
[[nodiscard]] base::Result<std::shared_ptr<Database>> open_memory();
// open_scratch makes one in a temporary file that nobody else can see and that goes with the object: for sorting more
// than fits into memory. Not durable.
[[nodiscard]] base::Result<std::shared_ptr<Database>> open_scratch();

// Migration is one numbered step of a module's schema; steps of a module run in order, once each.
struct Migration {
  std::string_view module;
  int number = 0;
  std::string_view sql;  // several statements, separated by semicolons
};
// migrate brings a database up to the steps given, in one transaction, and refuses (kConflict) one that already holds
// a higher number for any module: it belongs to a newer version of the program.
[[nodiscard]] base::Result<> migrate(Database& database, std::span<const Migration> migrations);
// check_version makes the same refusal without changing anything; also kConflict when steps are missing.
[[nodiscard]] base::Result<> check_version(Database& database, std::span<const Migration> migrations);

// schema_differences says, in sentences, which tables and indexes of a database are not what the steps that it names
// make: put in, changed, or missing. An index with another condition hides rows from whoever reads through it, and a
// table with another rule refuses them.
[[nodiscard]] base::Result<std::vector<std::string>> schema_differences(Session& session,
                                                                        std::span<const Migration> migrations);
// stored_damage reads the whole file (PRAGMA integrity_check) and says what does not fit, such as an index that says
// other than its table. At most 20 sentences.
[[nodiscard]] base::Result<std::vector<std::string>> stored_damage(Session& session);

}  // namespace yuxin::store
