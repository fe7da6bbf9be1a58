// One SQLite connection: opening, statements kept prepared, and what SQLite's errors mean to a person.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "yuxin/store/database.hpp"

namespace yuxin::store::sqlite {

struct ConnectionDeleter {
  void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};
struct StatementDeleter {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, StatementDeleter>;

enum class Role {
  kWriter,      // the one that changes the file; creates it when missing
  kReader,      // beside a writer in this process; refuses every change
  kOnlyReader,  // in a process that may not write
  kAtRest,      // likewise, of a file that nobody has open: needs no room beside it and takes no locks
  kPrivate,     // the only connection to a database in memory or in a temporary file
};

// Connection is a Session over SQLite. Used by one thread at a time.
class Connection final : public Session {
 public:
  // open makes the connection ready: WAL, synchronous=FULL, foreign keys. `path` is ":memory:" or empty (a temporary
  // file) for kPrivate.
  [[nodiscard]] static base::Result<std::unique_ptr<Connection>> open(const std::string& path, Role role,
                                                                      int busy_timeout_ms);

  [[nodiscard]] base::Result<std::int64_t> execute(std::string_view sql, std::span<const Value> values) override;
  [[nodiscard]] base::Result<std::int64_t> insert(std::string_view sql, std::span<const Value> values) override;
  [[nodiscard]] base::Result<> query(std::string_view sql, std::span<const Value> values,
                                     const RowVisitor& visitor) override;
  using Session::execute;
  using Session::insert;
  using Session::query;

  // in_transaction is false after SQLite itself gave a transaction up (full disk, damaged file).
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  // commit: after a failure the transaction is over, and is_unsure says of what it held whether nobody can know that
  // it was not kept.
  [[nodiscard]] base::Result<> commit();
  [[nodiscard]] bool is_unsure() const { return unsure_; }
  // roll_back leaves whatever transaction there is. It cannot fail in a way that matters: the next begin tells.
  void roll_back();
  // writes counts the statements run so far that may have changed something.
  [[nodiscard]] std::int64_t writes() const { return writes_; }
  // wal_frames is the length of the write-ahead log after the last commit.
  [[nodiscard]] int wal_frames() const { return wal_frames_; }
  // checkpoint copies the write-ahead log into the file. Best effort: the log is as durable as the file.
  void checkpoint();
  // copy_into makes an empty file a copy of this database as it is now, complete without anything beside it.
  [[nodiscard]] base::Result<> copy_into(const std::string& file);
  void set_query_only(std::string_view on_or_off);

 private:
  struct Prepared {
    std::string sql;
    StatementPtr statement;
    std::vector<std::size_t> order;  // which value each of SQLite's parameters takes: it numbers $2, $1 as 1, 2
    bool writes = true;
    bool busy = false;
  };
  class Use;
  Connection(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  [[nodiscard]] base::Result<> configure(Role role, int busy_timeout_ms);
  // journal_mode gives the journal's mode; for a writer it is the write-ahead log from here on, if that can be had.
  [[nodiscard]] base::Result<std::string> journal_mode(Role role, int busy_timeout_ms);
  // prepare, acquire: nothing when `sql` is several statements.
  [[nodiscard]] base::Result<std::unique_ptr<Prepared>> prepare(std::string_view sql);
  [[nodiscard]] base::Result<std::optional<Use>> acquire(std::string_view sql);
  [[nodiscard]] base::Result<> run_script(std::string_view sql);
  [[nodiscard]] base::Result<> bind(const Prepared& prepared, std::span<const Value> values);
  [[nodiscard]] base::Failure failure(int code) const;

  std::unique_ptr<sqlite3, ConnectionDeleter> handle_;
  std::string path_;
  std::unordered_map<std::string_view, std::unique_ptr<Prepared>> statements_;  // keys view Prepared::sql
  int wal_frames_ = 0;
  std::int64_t writes_ = 0;
  bool unsure_ = false;
};

// may_be_kept: a commit that failed with this code has perhaps reached the disk, and is found there later.
[[nodiscard]] bool may_be_kept(int code);
// describe_unsure is describe for such a commit.
[[nodiscard]] base::Error describe_unsure(int code, int system_errno, const std::string& path,
                                          std::string diagnostic);

// describe turns an SQLite result code into an error that says what to do.
[[nodiscard]] base::Error describe(int code, int system_errno, const std::string& path, std::string diagnostic);

}  // namespace yuxin::store::sqlite
