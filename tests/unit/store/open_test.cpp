// Opening, and what is said when a database cannot be used. Nothing here may change a file that it refuses.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <optional>

#include "command.hpp"
#include "yuxin/store/store.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using base::Code;
using base::Result;

constexpr auto kReadOnly = store::SqliteOptions::Mode::kReadOnly;

unsigned mode_of(const std::string& path) {
  struct stat status{};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

Result<std::shared_ptr<store::Database>> open(
    const std::string& path, store::SqliteOptions::Mode mode = store::SqliteOptions::Mode::kReadWrite) {
  return store::open_sqlite({.path = path, .mode = mode});
}

Code code_of(const Result<std::shared_ptr<store::Database>>& opened) {
  REQUIRE_FALSE(opened);
  CHECK_FALSE(opened.error().detail.empty());
  return opened.error().code;
}

// as_nobody runs a check in a process without the rights of root; its exit status says which check failed.
int as_nobody(const std::function<int()>& check) {
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(60);
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(99);
    _exit(check());
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Result<> set(store::Database& database, std::string_view value) {
  return database.write([value](store::Session& session) -> Result<> {
    TRY(session.execute(
        "INSERT INTO settings (name, value) VALUES ('a', $1) ON CONFLICT (name) DO UPDATE SET value = $1", {value}));
    return {};
  });
}

std::string get(store::Database& database) {
  std::string value;
  const auto done = database.read([&](store::Session& session) {
    return session.query("SELECT value FROM settings WHERE name = 'a'", {}, [&](const store::Row& row) {
      value = row.text(0);
      return store::Next::kRow;
    });
  });
  return done ? value : done.error().detail;
}

}  // namespace

TEST_CASE("a new database can be read by nobody else, with all that lies beside it") {
  const TemporaryFolder folder;
  const auto before = umask(0);
  const auto database = open(folder.file("yuxin.db")).value();
  REQUIRE(store::migrate(*database, store::migrations()));
  const auto store = store::Store::over(database, folder.file("status.signal")).value();
  umask(before);
  for (const auto* name : {"yuxin.db", "yuxin.db-wal", "yuxin.db-shm", "status.signal"}) {
    CAPTURE(name);
    CHECK(mode_of(folder.file(name)) == 0600);
  }
}

TEST_CASE("the file is in the form that was promised") {
  const TemporaryFolder folder;
  {
    const auto database = open(folder.file("yuxin.db")).value();
    REQUIRE(store::migrate(*database, store::migrations()));
  }
  const auto says = [&](const std::string& pragma) {
    return folder.run("sqlite3 yuxin.db 'PRAGMA " + pragma + "' | tail -1").output;
  };
  if (!has_command("sqlite3")) return;
  CHECK(says("journal_mode") == "wal\n");
  CHECK(says("page_size") == "8192\n");
  CHECK(says("integrity_check") == "ok\n");
  CHECK(folder
            .run("sqlite3 yuxin.db \"SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
                 "AND "
                 "strict = 0 AND name NOT LIKE 'sqlite_%'\"")
            .output == "0\n");
}

TEST_CASE("a folder that is missing, is none, or is open to everybody is refused") {
  const TemporaryFolder folder;
  CHECK(code_of(open(folder.file("nowhere/yuxin.db"))) == Code::kNotFound);
  write_octets(folder.file("file"), {1});
  CHECK(code_of(open(folder.file("file/yuxin.db"))) == Code::kNotFound);
  CHECK(code_of(open("")) == Code::kUsage);
  CHECK(code_of(open(":memory:")) == Code::kUsage);
  REQUIRE(mkdir(folder.file("open").c_str(), 0777) == 0);
  REQUIRE(chmod(folder.file("open").c_str(), 0777) == 0);
  CHECK(code_of(open(folder.file("open/yuxin.db"))) == Code::kNotAuthorised);
  CHECK_FALSE(std::filesystem::exists(folder.file("open/yuxin.db")));
}

TEST_CASE("a name that looks like a URI is a name") {
  const TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const auto opened = open("file:x.db?mode=memory");
  std::filesystem::current_path(before);
  REQUIRE(opened);
  CHECK(std::filesystem::exists(folder.file("file:x.db?mode=memory")));
}

TEST_CASE("a database that was replaced or taken away under its user is told, and nothing more is written") {
  const TemporaryFolder folder;
  const auto path = folder.file("yuxin.db");
  const auto database = open(path).value();
  REQUIRE(store::migrate(*database, store::migrations()));
  REQUIRE(set(*database, "first"));
  const auto reading = open(path, kReadOnly).value();
  CHECK(database->in_place());
  CHECK(reading->in_place());
  REQUIRE(store::copy_sqlite(path, folder.file("copy.db")));
  std::filesystem::rename(path, folder.file("away.db"));
  for (const bool replaced : {false, true}) {
    CAPTURE(replaced);
    if (replaced) std::filesystem::rename(folder.file("copy.db"), path);
    for (const auto& one : {database, reading}) {
      const auto placed = one->in_place();
      REQUIRE_FALSE(placed);
      CHECK(placed.error().code == Code::kIntegrity);
      CHECK(placed.error().detail.find(path) != std::string::npos);
    }
    const auto written = set(*database, "second");
    REQUIRE_FALSE(written);
    CHECK(written.error().code == Code::kIntegrity);
    std::optional<Result<>> submitted;
    database->submit([](store::Session&) -> Result<> { return {}; }, [&](Result<> done) { submitted = done; });
    REQUIRE(submitted);
    CHECK_FALSE(*submitted);
  }
  std::filesystem::remove(path);
  std::filesystem::rename(folder.file("away.db"), path);
  CHECK(database->in_place());
  CHECK(set(*database, "third"));
}

TEST_CASE("to read what does not exist is refused and makes nothing") {
  const TemporaryFolder folder;
  CHECK(code_of(open(folder.file("yuxin.db"), kReadOnly)) == Code::kNotFound);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("what is no database is refused and left as it is") {
  const TemporaryFolder folder;
  const std::vector<std::uint8_t> letter(5000, 'x');
  write_octets(folder.file("yuxin.db"), letter);
  for (const auto mode : {store::SqliteOptions::Mode::kReadWrite, kReadOnly}) {
    const auto opened = open(folder.file("yuxin.db"), mode);
    CHECK(code_of(opened) == Code::kIntegrity);
    CHECK(opened.error().detail.find("restore") != std::string::npos);
  }
  CHECK(read_octets(folder.file("yuxin.db")) == letter);
}

TEST_CASE("a damaged page is an integrity failure, not an answer") {
  const TemporaryFolder folder;
  {
    const auto database = open(folder.file("yuxin.db")).value();
    REQUIRE(store::migrate(*database, store::migrations()));
    REQUIRE(set(*database, "value"));
  }
  auto octets = read_octets(folder.file("yuxin.db"));
  for (std::size_t at = 8192; at < octets.size(); ++at) octets[at] = 0xee;
  write_octets(folder.file("yuxin.db"), octets);
  const auto database = open(folder.file("yuxin.db"), kReadOnly);
  REQUIRE(database);
  const auto read = (*database)->read([](store::Session& session) {
    return session.query("SELECT value FROM settings", {}, [](const store::Row&) { return store::Next::kRow; });
  });
  REQUIRE_FALSE(read);
  CHECK(read.error().code == Code::kIntegrity);
}

TEST_CASE("a reader sees what the writer of another object commits, and can write nothing") {
  const TemporaryFolder folder;
  const auto writer = open(folder.file("yuxin.db")).value();
  REQUIRE(store::migrate(*writer, store::migrations()));
  const auto reader = open(folder.file("yuxin.db"), kReadOnly).value();
  REQUIRE(set(*writer, "one"));
  CHECK(get(*reader) == "one");
  REQUIRE(set(*writer, "two"));
  CHECK(get(*reader) == "two");
  const auto refused = set(*reader, "three");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::kUnavailable);
  std::optional<Code> submitted;
  reader->submit([](store::Session&) -> Result<> { return {}; },
                 [&](const Result<>& result) { submitted = result.error().code; });
  CHECK(submitted == Code::kUnavailable);
  CHECK(get(*writer) == "two");
}

TEST_CASE("without the right to write, a database is refused for writing and unchanged") {
  const TemporaryFolder folder;
  REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
  {
    const auto database = open(folder.file("yuxin.db")).value();
    REQUIRE(store::migrate(*database, store::migrations()));
    REQUIRE(set(*database, "kept"));
  }
  REQUIRE(chmod(folder.file("yuxin.db").c_str(), 0444) == 0);
  const auto before = read_octets(folder.file("yuxin.db"));
  // A user who owns nothing here (and root, who may do anything, becomes one).
  if (geteuid() != 0) REQUIRE(chmod(folder.path().c_str(), 0555) == 0);
  CHECK(as_nobody([&] {
          const auto opened = open(folder.file("yuxin.db"));
          if (opened) return 1;
          return opened.error().code == Code::kUnavailable || opened.error().code == Code::kNotAuthorised ? 0 : 2;
        }) == 0);
  REQUIRE(chmod(folder.file("yuxin.db").c_str(), 0400) == 0);
  if (geteuid() == 0) {
    CHECK(as_nobody([&] {
            const auto opened = open(folder.file("yuxin.db"));
            return !opened && opened.error().code == Code::kNotAuthorised ? 0 : 1;
          }) == 0);
    CHECK(as_nobody([&] {
            const auto opened = open(folder.file("yuxin.db"), kReadOnly);
            return !opened && opened.error().code == Code::kNotAuthorised ? 0 : 1;
          }) == 0);
  }
  if (geteuid() != 0) REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
  CHECK(read_octets(folder.file("yuxin.db")) == before);
}

TEST_CASE("a responder with the right to read alone follows a running server") {
  if (geteuid() != 0) return;  // needs two users
  const TemporaryFolder folder;
  REQUIRE(chmod(folder.path().c_str(), 0755) == 0);
  write_octets(folder.file("yuxin.db"), {});
  REQUIRE(chmod(folder.file("yuxin.db").c_str(), 0644) == 0);
  int pipe_to_server[2];
  int pipe_to_reader[2];
  REQUIRE(pipe(pipe_to_server) == 0);
  REQUIRE(pipe(pipe_to_reader) == 0);
  // The server is the child: the one that opens the file first must not be forked afterwards.
  const pid_t server = fork();
  if (server == 0) {
    alarm(60);
    char c = 0;
    const auto database = open(folder.file("yuxin.db")).value();
    if (!store::migrate(*database, store::migrations()) || !set(*database, "served")) _exit(1);
    if (::write(pipe_to_reader[1], "r", 1) != 1 || ::read(pipe_to_server[0], &c, 1) != 1) _exit(2);
    _exit(0);
  }
  char c = 0;
  REQUIRE(::read(pipe_to_reader[0], &c, 1) == 1);
  CHECK(as_nobody([&] {
          const auto database = open(folder.file("yuxin.db"), kReadOnly);
          if (!database) return 1;
          return get(**database) == "served" ? 0 : 2;
        }) == 0);
  REQUIRE(::write(pipe_to_server[1], "g", 1) == 1);
  int status = 0;
  waitpid(server, &status, 0);
  CHECK(status == 0);
  for (const int end : {pipe_to_server[0], pipe_to_server[1], pipe_to_reader[0], pipe_to_reader[1]}) close(end);
}

TEST_CASE("a file that may not grow gives kUnavailable, keeps what it has, and works again afterwards") {
  const TemporaryFolder folder;
  const auto path = folder.file("yuxin.db");
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(60);
    signal(SIGXFSZ, SIG_IGN);
    const auto database = open(path).value();
    if (!store::migrate(*database, store::migrations()) || !set(*database, "before")) _exit(1);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    const auto free = limit.rlim_cur;
    limit.rlim_cur = 1U << 20U;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(2);
    const std::string large(4U << 20U, 'x');
    const auto refused = set(*database, large);
    if (refused || refused.error().code != Code::kUnavailable) _exit(3);
    if (refused.error().detail.find("size limit") == std::string::npos) _exit(4);
    if (get(*database) != "before") _exit(5);
    limit.rlim_cur = free;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || !set(*database, large)) _exit(6);
    _exit(get(*database) == large ? 0 : 7);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a rule that somebody put into the database stops what it hinders, swallows or takes back") {
  const TemporaryFolder folder;
  const auto database = open(folder.file("db")).value();
  const auto run = [&](const std::string& sql) {
    return database->write([&](store::Session& session) -> Result<> {
      TRY(session.execute(sql));
      return {};
    });
  };
  const auto count = [&] {
    std::int64_t rows = -1;
    REQUIRE(database->read([&](store::Session& session) {
      return session.query("SELECT count(*) FROM t", {}, [&](const store::Row& row) {
        rows = row.integer(0);
        return store::Next::kRow;
      });
    }));
    return rows;
  };
  REQUIRE(run("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT NOT NULL)"));
  const auto insert = [&] {
    return database->write([](store::Session& session) -> Result<> {
      TRY(session.insert("INSERT INTO t (text) VALUES ($1)", {std::string_view("x")}));
      return {};
    });
  };
  REQUIRE(insert());
  for (const auto* rule : {"BEFORE INSERT ON t BEGIN SELECT raise(ABORT, 'no'); END",
                           "BEFORE INSERT ON t BEGIN SELECT raise(IGNORE); END",
                           "AFTER INSERT ON t BEGIN DELETE FROM t WHERE id = new.id; END",
                           "AFTER INSERT ON t BEGIN UPDATE t SET text = 'y'; END"}) {
    CAPTURE(rule);
    REQUIRE(run(std::string("CREATE TRIGGER r ") + rule));
    const auto refused = insert();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::kIntegrity);
    CHECK(count() == 1);
    REQUIRE(run("DROP TRIGGER r"));
  }
  REQUIRE(insert());
  CHECK(count() == 2);
}
