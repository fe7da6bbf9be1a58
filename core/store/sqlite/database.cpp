#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <mutex>
#include <vector>

#include "group_writer.hpp"
#include "sqlite/connection.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::store {

namespace {

using base::Code;
using base::fail;
using base::fail_with;
using base::Result;
using sqlite::Connection;
using sqlite::Role;

constexpr int kCheckpointFrames = 4096;  // 32 MiB of 8 KiB pages

// SqliteCommitter is the writing connection as GroupWriter sees it.
class SqliteCommitter final : public Committer {
 public:
  explicit SqliteCommitter(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
  [[nodiscard]] Connection& connection() { return *connection_; }

  [[nodiscard]] Session& session() override { return *connection_; }
  // IMMEDIATE: the lock is taken before anything is read, so that what a body read is still true when it writes.
  [[nodiscard]] Result<> begin() override { return run("BEGIN IMMEDIATE"); }
  [[nodiscard]] Result<> commit() override { return connection_->commit(); }
  [[nodiscard]] bool is_unsure() const override { return connection_->is_unsure(); }
  void roll_back() override { connection_->roll_back(); }
  [[nodiscard]] Result<> savepoint() override { return run("SAVEPOINT one"); }
  [[nodiscard]] Result<> release() override { return run("RELEASE one"); }
  [[nodiscard]] Result<> roll_back_to_savepoint() override {
    TRY(run("ROLLBACK TO one"));
    return release();
  }
  [[nodiscard]] bool in_transaction() const override { return connection_->in_transaction(); }
  [[nodiscard]] std::int64_t writes() const override { return connection_->writes(); }
  void housekeeping() override {
    if (connection_->wal_frames() >= kCheckpointFrames) connection_->checkpoint();
  }

 private:
  [[nodiscard]] Result<> run(std::string_view sql) {
    TRY(connection_->execute(sql));
    return {};
  }
  std::unique_ptr<Connection> connection_;
};

// ReaderPool lends connections: one for every read that is going on.
class ReaderPool {
 public:
  ReaderPool(std::string path, Role role, int busy_timeout_ms)
      : path_(std::move(path)), role_(role), busy_timeout_ms_(busy_timeout_ms) {}

  [[nodiscard]] Result<std::unique_ptr<Connection>> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
      }
    }
    return Connection::open(path_, role_, busy_timeout_ms_);
  }
  void give_back(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  }

 private:
  const std::string path_;
  const Role role_;
  const int busy_timeout_ms_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

Result<> read_on(Connection& connection, const Transaction& body) {
  TRY(connection.execute("BEGIN"));
  auto result = body(connection);
  connection.roll_back();
  return result;
}

// FilePlace knows which file was at a path when it was opened.
class FilePlace {
 public:
  explicit FilePlace(std::string path) : path_(std::move(path)) { known_ = ::stat(path_.c_str(), &opened_) == 0; }
  [[nodiscard]] Result<> check() const {
    struct stat now{};
    const bool is_there = ::stat(path_.c_str(), &now) == 0;
    if (!is_there && errno != ENOENT && errno != ENOTDIR) return {};  // it cannot be told
    if (is_there && known_ && now.st_dev == opened_.st_dev && now.st_ino == opened_.st_ino) return {};
    if (!is_there)
      return fail(
          Code::kIntegrity,
          "The database {} was taken away while it was in use. Nothing is written any more. Put it back, then "
          "start again; if that is not possible, restore the newest backup of the home.",
          path_);
    return fail(Code::kIntegrity,
                "Another database was put in place of {} while it was in use. Nothing is written any more. Find out "
                "who did it and which of the two is the newer one; then start again with that one: yuxin doctor",
                path_);
  }

 private:
  std::string path_;
  struct stat opened_{};
  bool known_ = false;
};

// SqliteDatabase is a file that is written through one connection and read through others.
class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const SqliteOptions& options, FilePlace place, std::unique_ptr<Connection> writer)
      : place_(std::move(place)),
        readers_(options.path, Role::kReader, options.busy_timeout_ms),
        committer_(std::move(writer)),
        writer_(committer_, options.group_limit) {}

  [[nodiscard]] Result<> read(const Transaction& body) override {
    TRY(auto connection, readers_.take());
    auto result = read_on(*connection, body);
    readers_.give_back(std::move(connection));
    return result;
  }
  [[nodiscard]] Result<> write(Transaction body) override {
    TRY(place_.check());
    return writer_.write(std::move(body));
  }
  void submit(Transaction body, Completion done) override {
    auto checked = place_.check();
    if (!checked) return done(std::move(checked));
    writer_.submit(std::move(body), std::move(done));
  }
  [[nodiscard]] Result<> in_place() const override { return place_.check(); }
  // On a connection beside the writer's, which nobody waits for; other processes write to the log too.
  void settle() override {
    if (!place_.check()) return;
    auto connection = readers_.take();
    if (!connection) return;
    (*connection)->checkpoint();
    readers_.give_back(std::move(*connection));
  }

 private:
  const FilePlace place_;
  ReaderPool readers_;
  SqliteCommitter committer_;
  GroupWriter writer_;
};

// ReadOnlyDatabase is a file of which this process may change nothing.
class ReadOnlyDatabase final : public Database {
 public:
  ReadOnlyDatabase(const SqliteOptions& options, Role role)
      : path_(options.path), place_(options.path), readers_(options.path, role, options.busy_timeout_ms) {}

  [[nodiscard]] Result<> read(const Transaction& body) override {
    TRY(auto connection, readers_.take());
    auto result = read_on(*connection, body);
    readers_.give_back(std::move(connection));
    return result;
  }
  [[nodiscard]] Result<> write(Transaction /*body*/) override { return refusal(); }
  void submit(Transaction /*body*/, Completion done) override { done(refusal()); }
  [[nodiscard]] Result<> in_place() const override { return place_.check(); }

 private:
  [[nodiscard]] base::Failure refusal() const {
    return fail(Code::kUnavailable, "The database {} is open for reading only; nothing was changed.", path_);
  }
  const std::string path_;
  const FilePlace place_;
  ReaderPool readers_;
};

// PrivateDatabase has one connection, which nobody else can have: reads and groups take turns.
class PrivateDatabase final : public Database {
 public:
  PrivateDatabase(std::unique_ptr<Connection> connection, std::size_t group_limit)
      : committer_(std::move(connection), turn_), writer_(committer_, group_limit) {}

  [[nodiscard]] Result<> read(const Transaction& body) override {
    const std::lock_guard lock(turn_);
    auto& connection = committer_.connection();
    if (connection.in_transaction()) return body(connection);  // a read inside a read
    connection.set_query_only("ON");
    auto result = read_on(connection, body);
    connection.set_query_only("OFF");
    return result;
  }
  [[nodiscard]] Result<> write(Transaction body) override { return writer_.write(std::move(body)); }
  void submit(Transaction body, Completion done) override { writer_.submit(std::move(body), std::move(done)); }

 private:
  class TakingTurns final : public Committer {
   public:
    TakingTurns(std::unique_ptr<Connection> connection, std::recursive_mutex& turn)
        : inner_(std::move(connection)), turn_(turn) {}
    [[nodiscard]] Connection& connection() { return inner_.connection(); }
    [[nodiscard]] Session& session() override { return inner_.session(); }
    [[nodiscard]] Result<> begin() override {
      turn_.lock();
      auto begun = inner_.begin();
      if (!begun) turn_.unlock();
      return begun;
    }
    [[nodiscard]] Result<> commit() override {
      auto done = inner_.commit();
      turn_.unlock();
      return done;
    }
    [[nodiscard]] bool is_unsure() const override { return inner_.is_unsure(); }
    void roll_back() override {
      inner_.roll_back();
      turn_.unlock();
    }
    [[nodiscard]] Result<> savepoint() override { return inner_.savepoint(); }
    [[nodiscard]] Result<> release() override { return inner_.release(); }
    [[nodiscard]] Result<> roll_back_to_savepoint() override { return inner_.roll_back_to_savepoint(); }
    [[nodiscard]] bool in_transaction() const override { return inner_.in_transaction(); }
    [[nodiscard]] std::int64_t writes() const override { return inner_.writes(); }
    void housekeeping() override {}

   private:
    SqliteCommitter inner_;
    std::recursive_mutex& turn_;
  };

  std::recursive_mutex turn_;
  TakingTurns committer_;
  GroupWriter writer_;
};

void configure_library() {
  static std::once_flag once;
  // Counting allocations takes a lock that every thread would share. Refused when SQLite runs already, which is fine.
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

Result<> check_folder(const std::string& path) {
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  struct stat status{};
  if (stat(folder.c_str(), &status) != 0) {
    if (errno == EACCES) {
      return fail_with(Code::kNotAuthorised, base::system_error(),
                       "You may not look into the folder {}. Run the command as the owner of the home.",
                       folder.string());
    }
    return fail_with(Code::kNotFound, base::system_error(), "There is no folder {} for the database.",
                     folder.string());
  }
  if (!S_ISDIR(status.st_mode)) return fail(Code::kNotFound, "{} is not a folder.", folder.string());
  // Whoever may write to the folder may put another database in place of this one.
  if ((status.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH) {
    return fail(Code::kNotAuthorised,
                "Everybody may write to the folder {}, so it cannot hold a database: chmod o-w {}.", folder.string(),
                folder.string());
  }
  return {};
}

// make_file creates an empty file for this user alone. An existing one is not touched: to open and close it would
// drop the locks that this process holds on it through another Database.
Result<> make_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file >= 0) {
    ::close(file);
    return {};
  }
  if (errno == EEXIST) return {};
  return base::Failure(sqlite::describe(SQLITE_CANTOPEN, errno, path, base::system_error()));
}

// open_to_read reads the first page, so that a file that cannot be used is refused now.
Result<std::shared_ptr<Database>> open_to_read(const SqliteOptions& options, Role role) {
  auto database = std::make_shared<ReadOnlyDatabase>(options, role);
  TRY(database->read([](Session& session) {
    return session.query("SELECT count(*) FROM sqlite_master", {}, [](const Row&) { return Next::kRow; });
  }));
  return database;
}

std::int64_t size_of(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 ? status.st_size : 0;
}

// Whoever has the database open keeps two files beside it: a log, whose content would not be seen without them, and
// the shared memory, of 32 KiB at least unless it could not be made.
bool is_at_rest(const std::string& path) { return size_of(path + "-wal") == 0 && size_of(path + "-shm") < 32768; }

Result<std::shared_ptr<Database>> open_private(const std::string& path) {
  configure_library();
  TRY(auto connection, Connection::open(path, Role::kPrivate, 0));
  return std::make_shared<PrivateDatabase>(std::move(connection), SqliteOptions{}.group_limit);
}

}  // namespace

Result<std::shared_ptr<Database>> open_sqlite(const SqliteOptions& options) {
  configure_library();
  if (options.path.empty() || options.path.starts_with(':')) {
    return fail(Code::kUsage, "The database needs a file name, not \"{}\".", options.path);
  }
  TRY(check_folder(options.path));
  if (options.mode == SqliteOptions::Mode::kCopy && is_at_rest(options.path)) {
    if (auto at_rest = open_to_read(options, Role::kAtRest)) return at_rest;
  }
  if (options.mode != SqliteOptions::Mode::kReadWrite) {
    auto opened = open_to_read(options, Role::kOnlyReader);
    // Readers share memory through a file beside the database. Where there is no room for it, or nobody may write,
    // a database that nobody has open can be read without.
    if (!opened && opened.error().code != Code::kIntegrity && is_at_rest(options.path)) {
      if (auto at_rest = open_to_read(options, Role::kAtRest)) return at_rest;
    }
    return opened;
  }
  TRY(make_file(options.path));
  TRY(auto writer, Connection::open(options.path, Role::kWriter, options.busy_timeout_ms));
  FilePlace place(options.path);  // an overlay gives a file another inode when it is first opened for writing
  return std::make_shared<SqliteDatabase>(options, std::move(place), std::move(writer));
}

Result<> copy_sqlite(const std::string& from, const std::string& to) {
  configure_library();
  TRY(check_folder(from));
  constexpr int kPatienceMs = 10'000;
  auto source = Connection::open(from, Role::kOnlyReader, kPatienceMs);
  if (!source && source.error().code != Code::kIntegrity && is_at_rest(from))
    source = Connection::open(from, Role::kAtRest, kPatienceMs);
  if (!source) return tl::unexpected(std::move(source).error());
  base::Bytes salt(8);
  base::random_bytes(salt);
  const auto temporary = (std::filesystem::path(to).parent_path() / (".yuxin-" + base::hex(salt))).string();
  TRY(base::write_file(temporary, {}, base::Existing::kRefuse, base::Permissions::kPrivate));
  auto copied = (*source)->copy_into(temporary);
  if (copied) copied = base::place_file(temporary, to);
  if (!copied) {
    std::error_code ignored;
    for (const auto* rest : {"", "-journal", "-wal", "-shm"}) std::filesystem::remove(temporary + rest, ignored);
  }
  return copied;
}

Result<std::shared_ptr<Database>> open_memory() { return open_private(":memory:"); }

Result<std::shared_ptr<Database>> open_scratch() { return open_private(""); }

}  // namespace yuxin::store
