#include "sqlite/connection.hpp"

#include <unistd.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

namespace yuxin::store::sqlite {

namespace {

constexpr std::size_t kStatementsKept = 256;

// Frames of 8 KiB after which the log is copied into the file; a larger one means fewer copies of the same page.
constexpr int kRestartFrames = 32'768;  // 256 MiB: readers have kept the log from starting anew for long

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  [[nodiscard]] bool is_null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  [[nodiscard]] std::int64_t integer(int column) const override {
    if (sqlite3_column_type(statement_, column) != SQLITE_INTEGER) return 0;
    return sqlite3_column_int64(statement_, column);
  }
  [[nodiscard]] std::string_view text(int column) const override {
    if (sqlite3_column_type(statement_, column) != SQLITE_TEXT) return {};
    return base::as_text(octets(column));
  }
  [[nodiscard]] base::ByteView blob(int column) const override {
    if (sqlite3_column_type(statement_, column) != SQLITE_BLOB) return {};
    return octets(column);
  }

 private:
  [[nodiscard]] base::ByteView octets(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  sqlite3_stmt* statement_;
};

// The pointer of an empty view may be null, which SQLite would take for NULL.
const char* not_null(const void* data) { return data == nullptr ? "" : static_cast<const char*>(data); }

int bind_value(sqlite3_stmt* statement, int at, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, at, *number);
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    return sqlite3_bind_text64(statement, at, not_null(text->data()), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<base::ByteView>(&value)) {
    return sqlite3_bind_blob64(statement, at, not_null(blob->data()), blob->size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, at);
}

int remember_frames(void* frames, sqlite3* /*connection*/, const char* /*database*/, int count) {
  *static_cast<int*>(frames) = count;
  return SQLITE_OK;
}

int open_flags(Role role) {
  const int common = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (role) {
    case Role::kWriter:
    case Role::kPrivate:
      return common | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Role::kReader:
      return common | SQLITE_OPEN_READWRITE;
    case Role::kOnlyReader:
    case Role::kAtRest:
      break;
  }
  return common | SQLITE_OPEN_READONLY;
}

// A database at rest in a folder where SQLite cannot make the index of its log: a copy on a read-only disk, or
// somebody else's home. With an empty log the file is all there is, and can be read as one that never changes.
enum class Rest { kNo, kWhole, kWithLog };
Rest rest_of(const std::string& path) {
  std::error_code missing;
  auto folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (::access(folder.c_str(), W_OK) == 0 || std::filesystem::exists(path + "-shm", missing)) return Rest::kNo;
  const auto log = std::filesystem::file_size(path + "-wal", missing);
  return missing || log == 0 ? Rest::kWhole : Rest::kWithLog;
}

std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string()) {
    if (c == '%' || c == '?' || c == '#') {
      uri += '%' + base::hex_upper(base::as_bytes({&c, 1}));
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

// Use is a prepared statement while it runs: reset and emptied of its values when it goes, so that no lock and no
// view stays behind.
class Connection::Use {
 public:
  explicit Use(Prepared* kept) : prepared_(kept) { prepared_->busy = true; }
  explicit Use(std::unique_ptr<Prepared> own) : own_(std::move(own)), prepared_(own_.get()) {}
  Use(Use&& other) noexcept : own_(std::move(other.own_)), prepared_(std::exchange(other.prepared_, nullptr)) {}
  Use& operator=(Use&&) = delete;
  ~Use() {
    if (prepared_ == nullptr) return;
    sqlite3_reset(prepared_->statement.get());
    sqlite3_clear_bindings(prepared_->statement.get());
    prepared_->busy = false;
  }
  [[nodiscard]] const Prepared& operator*() const { return *prepared_; }
  [[nodiscard]] sqlite3_stmt* get() const { return prepared_->statement.get(); }

 private:
  std::unique_ptr<Prepared> own_;
  Prepared* prepared_;
};

base::Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Role role, int busy_timeout_ms) {
  sqlite3* handle = nullptr;
  // SQLite would read a name that begins with "file:" as a URI with options.
  std::string name = path.starts_with("file:") ? "./" + path : path;
  int flags = open_flags(role);
  auto rest = role == Role::kOnlyReader ? rest_of(path) : Rest::kNo;
  if (role == Role::kAtRest) rest = Rest::kWhole;
  if (rest == Rest::kWithLog) return base::Failure(describe(SQLITE_READONLY_CANTINIT, 0, path, {}));
  if (rest == Rest::kWhole) {
    name = immutable_uri(path);
    flags |= SQLITE_OPEN_URI;
  }
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(handle, path));
  if (code != SQLITE_OK) return connection->failure(code);
  // SQLite is content with reading where it may not write; a writer is not.
  if (role == Role::kWriter && sqlite3_db_readonly(handle, "main") == 1) return connection->failure(SQLITE_READONLY);
  TRY(connection->configure(role, busy_timeout_ms));
  return connection;
}

base::Result<std::string> Connection::journal_mode(Role role, int busy_timeout_ms) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(busy_timeout_ms);
  while (true) {
    std::string mode;
    const auto asked =
        query(role == Role::kWriter ? "PRAGMA journal_mode=WAL" : "PRAGMA journal_mode", {}, [&](const Row& row) {
          mode = row.text(0);
          return Next::kRow;
        });
    if (asked) return mode;
    // Of processes that make a database together one switches it to the log. The others hold what that one waits for,
    // so SQLite tells them at once that it is busy, whatever the timeout.
    if ((sqlite3_extended_errcode(handle_.get()) & 0xFF) != SQLITE_BUSY ||
        std::chrono::steady_clock::now() >= deadline)
      return tl::unexpected(asked.error());
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

base::Result<> Connection::configure(Role role, int busy_timeout_ms) {
  sqlite3_busy_timeout(handle_.get(), busy_timeout_ms);
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  TRY(execute("PRAGMA page_size=8192"));
  TRY(execute("PRAGMA foreign_keys=ON"));
  TRY(execute("PRAGMA trusted_schema=OFF"));
  if (role == Role::kPrivate) return {};

  TRY(const auto mode, journal_mode(role, busy_timeout_ms));
  if (mode != "wal" && role == Role::kWriter) {
    return base::fail(base::Code::kUnavailable,
                      "The database {} cannot keep a write-ahead log there: put the home on a local disk, not on a "
                      "network share.",
                      path_);
  }
  TRY(execute("PRAGMA synchronous=FULL"));
  TRY(execute("PRAGMA secure_delete=OFF"));
  if (role != Role::kWriter) {
    TRY(execute("PRAGMA cache_size=-8192"));
    return execute("PRAGMA query_only=ON").map([](std::int64_t) {});
  }
  TRY(execute("PRAGMA cache_size=-65536"));
  // What a savepoint needs to undo is kept in memory, not in a file beside the database.
  TRY(execute("PRAGMA temp_store=MEMORY"));
  TRY(execute("PRAGMA journal_size_limit=67108864"));
  // Checkpoints are made between commits, when nobody waits for an answer.
  sqlite3_wal_hook(handle_.get(), remember_frames, &wal_frames_);
  return {};
}

base::Result<std::unique_ptr<Connection::Prepared>> Connection::prepare(std::string_view sql) {
  auto prepared = std::make_unique<Prepared>();
  prepared->sql = sql;
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), prepared->sql.c_str(), static_cast<int>(sql.size() + 1),
                                      SQLITE_PREPARE_PERSISTENT, &statement, &tail);
  prepared->statement.reset(statement);
  if (code != SQLITE_OK) return failure(code);
  if (statement == nullptr) return base::fail(base::Code::kInternal, "The program made an empty database statement.");
  // Several statements, a step of a schema: to be run whole and not kept.
  if (std::string_view(tail).find_first_not_of(" \t\r\n;") != std::string_view::npos) return nullptr;
  prepared->writes = sqlite3_stmt_readonly(statement) == 0;
  const int count = sqlite3_bind_parameter_count(statement);
  for (int i = 1; i <= count; ++i) {
    const std::string_view name = sqlite3_bind_parameter_name(statement, i);
    std::size_t number = 0;
    std::from_chars(name.data() + 1, name.data() + name.size(), number);
    prepared->order.push_back(number - 1);
  }
  return prepared;
}

base::Result<std::optional<Connection::Use>> Connection::acquire(std::string_view sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end() && !found->second->busy) return Use(found->second.get());
  TRY(auto prepared, prepare(sql));
  if (prepared == nullptr) return std::nullopt;
  if (found != statements_.end() || statements_.size() >= kStatementsKept) return Use(std::move(prepared));
  auto* kept = prepared.get();
  statements_.emplace(std::string_view(kept->sql), std::move(prepared));
  return Use(kept);
}

base::Result<> Connection::bind(const Prepared& prepared, std::span<const Value> values) {
  if (prepared.writes) ++writes_;
  for (std::size_t i = 0; i < prepared.order.size(); ++i) {
    const std::size_t from = prepared.order[i];
    if (from >= values.size()) {
      return base::fail_with(base::Code::kInternal, prepared.sql, "The program gave a statement too few values.");
    }
    const int code = bind_value(prepared.statement.get(), static_cast<int>(i + 1), values[from]);
    if (code != SQLITE_OK) return failure(code);
  }
  return {};
}

base::Result<> Connection::run_script(std::string_view sql) {
  ++writes_;
  const int code = sqlite3_exec(handle_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return {};
}

base::Result<std::int64_t> Connection::execute(std::string_view sql, std::span<const Value> values) {
  const std::int64_t before = sqlite3_total_changes64(handle_.get());
  TRY(const auto statement, acquire(sql));
  if (statement) {
    TRY(bind(**statement, values));
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW) code = sqlite3_step(statement->get());
    if (code != SQLITE_DONE) return failure(code);
  } else if (values.empty()) {
    TRY(run_script(sql));
  } else {
    return base::fail(base::Code::kInternal, "The program ran several statements with values.");
  }
  return sqlite3_total_changes64(handle_.get()) - before;
}

base::Result<> Connection::commit() {
  unsure_ = false;
  auto done = execute("COMMIT", {});
  if (done) return {};
  const int code = sqlite3_extended_errcode(handle_.get());
  const int system_errno = sqlite3_system_errno(handle_.get());
  unsure_ = may_be_kept(code);
  auto error =
      unsure_ ? describe_unsure(code, system_errno, path_, done.error().diagnostic) : std::move(done).error();
  roll_back();
  return base::Failure(std::move(error));
}

base::Result<std::int64_t> Connection::insert(std::string_view sql, std::span<const Value> values) {
  TRY(const auto changed, execute(sql, values));
  // Fewer or more than the one row: a rule in the database swallowed it, or did something of its own.
  if (changed != 1)
    return base::Failure(describe(SQLITE_CONSTRAINT_TRIGGER, 0, path_, std::to_string(changed) + " rows changed"));
  return sqlite3_last_insert_rowid(handle_.get());
}

base::Result<> Connection::query(std::string_view sql, std::span<const Value> values, const RowVisitor& visitor) {
  TRY(const auto statement, acquire(sql));
  if (!statement) return base::fail(base::Code::kInternal, "The program asked for the rows of several statements.");
  TRY(bind(**statement, values));
  const SqliteRow row(statement->get());
  for (;;) {
    const int code = sqlite3_step(statement->get());
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return failure(code);
    TRY(const auto next, visitor(row));
    if (next == Next::kStop) return {};
  }
}

void Connection::roll_back() {
  if (in_transaction()) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Connection::checkpoint() {
  int mode = SQLITE_CHECKPOINT_PASSIVE;
  if (wal_frames_ > kRestartFrames) mode = SQLITE_CHECKPOINT_RESTART;
  sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, mode, nullptr, nullptr);
  wal_frames_ = 0;
}

base::Result<> Connection::copy_into(const std::string& file) {
  const auto open_file = [&]() -> base::Result<std::unique_ptr<Connection>> {
    sqlite3* handle = nullptr;
    const auto name = file.starts_with("file:") ? "./" + file : file;
    const int code = sqlite3_open_v2(name.c_str(), &handle, open_flags(Role::kReader), nullptr);
    std::unique_ptr<Connection> opened(new Connection(handle, file));
    if (code != SQLITE_OK) return opened->failure(code);
    return opened;
  };
  {
    TRY(auto target, open_file());
    // nobody sees the file before it is complete, and it is flushed then
    TRY(target->run_script("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"));
    auto* backup = sqlite3_backup_init(target->handle_.get(), "main", handle_.get(), "main");
    if (backup == nullptr) return target->failure(sqlite3_extended_errcode(target->handle_.get()));
    // all in one step is one state, and with a write-ahead log nobody waits for it
    const int stepped = sqlite3_backup_step(backup, -1);
    const int finished = sqlite3_backup_finish(backup);
    if (stepped != SQLITE_DONE) return target->failure(finished == SQLITE_OK ? stepped : finished);
  }
  // The copy says of itself that there is a log, and could not be read from a medium where none can be made.
  TRY(auto target, open_file());
  return target->run_script("PRAGMA journal_mode=DELETE;");
}

void Connection::set_query_only(std::string_view on_or_off) {
  const std::string pragma = "PRAGMA query_only=" + std::string(on_or_off);
  sqlite3_exec(handle_.get(), pragma.c_str(), nullptr, nullptr, nullptr);
}

base::Failure Connection::failure(int code) const {
  std::string diagnostic = "sqlite " + std::to_string(code);
  if (handle_ == nullptr) return base::Failure(describe(code, 0, path_, std::move(diagnostic)));
  diagnostic += std::string(": ") + sqlite3_errmsg(handle_.get());
  return base::Failure(describe(code, sqlite3_system_errno(handle_.get()), path_, std::move(diagnostic)));
}

}  // namespace yuxin::store::sqlite
