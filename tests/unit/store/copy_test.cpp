// Copies of a database that is worked with, and how much of it the file alone holds.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "command.hpp"
#include "need.hpp"
#include "yuxin/store/store.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using base::Code;
using base::Result;

std::shared_ptr<store::Database> open(const std::string& path,
                                      store::SqliteOptions::Mode mode = store::SqliteOptions::Mode::kReadWrite) {
  auto database = need(store::open_sqlite({.path = path, .mode = mode}));
  if (mode == store::SqliteOptions::Mode::kReadWrite) need(store::migrate(*database, store::migrations()));
  return database;
}

// Two rows that always change together.
Result<> count_up(store::Database& database, std::int64_t to) {
  return database.write([to](store::Session& session) -> Result<> {
    const auto text = std::to_string(to);
    for (const std::string_view name : {"one", "other"}) {
      TRY(session.execute(
          "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2",
          {name, std::string_view(text)}));
    }
    return {};
  });
}

std::string value(store::Database& database, std::string_view name) {
  std::string value;
  need(database.read([&](store::Session& session) {
    return session.query("SELECT value FROM settings WHERE name = $1", {name}, [&](const store::Row& row) {
      value = row.text(0);
      return store::Next::kRow;
    });
  }));
  return value;
}

std::size_t files_in(const TemporaryFolder& folder) {
  const auto files = std::filesystem::directory_iterator(folder.file(""));
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

}  // namespace

TEST_CASE("a copy of a database that somebody works on is one state of it, and needs nothing beside it") {
  const TemporaryFolder folder;
  const auto database = open(folder.file("yuxin.db"));
  need(count_up(*database, 0));
  std::atomic<bool> enough = false;
  std::thread writer([&] {
    for (std::int64_t i = 1; !enough; ++i) need(count_up(*database, i));
  });
  for (int i = 0; i < 20; ++i) {
    const auto copy = folder.file("copy-" + std::to_string(i) + ".db");
    need(store::copy_sqlite(folder.file("yuxin.db"), copy));
    struct stat status{};
    REQUIRE(stat(copy.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
    // the file format of SQLite, section 1.3.3: 1 says that no write-ahead log belongs to it
    CHECK(read_octets(copy).at(18) == 1);
    const auto read = open(copy, store::SqliteOptions::Mode::kCopy);
    CHECK(value(*read, "one") == value(*read, "other"));
    CHECK_FALSE(std::filesystem::exists(copy + "-wal"));
    CHECK_FALSE(std::filesystem::exists(copy + "-journal"));
  }
  enough = true;
  writer.join();
  const auto last = value(*database, "one");
  need(store::copy_sqlite(folder.file("yuxin.db"), folder.file("last.db")));
  CHECK(value(*open(folder.file("last.db"), store::SqliteOptions::Mode::kCopy), "one") == last);
}

TEST_CASE("a copy is written over nothing, and one that fails leaves nothing") {
  const TemporaryFolder folder;
  const auto database = open(folder.file("yuxin.db"));
  need(count_up(*database, 1));
  write_octets(folder.file("precious"), {1, 2, 3});
  const auto before = files_in(folder);
  const auto code = [&](const std::string& from, const std::string& to) {
    const auto copied = store::copy_sqlite(from, to);
    REQUIRE_FALSE(copied);
    CHECK_FALSE(copied.error().detail.empty());
    return copied.error().code;
  };
  CHECK(code(folder.file("yuxin.db"), folder.file("precious")) == Code::kConflict);
  CHECK(read_octets(folder.file("precious")) == base::Bytes{1, 2, 3});
  CHECK(code(folder.file("yuxin.db"), folder.file("yuxin.db")) == Code::kConflict);
  CHECK(code(folder.file("yuxin.db"), folder.file("nowhere/copy.db")) == Code::kNotFound);
  CHECK(code(folder.file("missing.db"), folder.file("copy.db")) == Code::kNotFound);
  CHECK(code(folder.file("precious"), folder.file("copy.db")) == Code::kIntegrity);
  CHECK(files_in(folder) == before);
  CHECK(value(*database, "one") == "1");
}

TEST_CASE("settling moves what lies in the log into the file, also what another process wrote there") {
  const TemporaryFolder folder;
  const auto database = open(folder.file("yuxin.db"));
  const auto other = open(folder.file("yuxin.db"));
  const auto of_the_file_alone = [&](const std::string& name) {
    std::filesystem::copy_file(folder.file("yuxin.db"), folder.file(name));
    return value(*open(folder.file(name), store::SqliteOptions::Mode::kCopy), "one");
  };
  need(count_up(*database, 1));
  database->settle();
  CHECK(of_the_file_alone("first.db") == "1");
  need(count_up(*other, 2));
  CHECK(of_the_file_alone("unsettled.db") == "1");
  database->settle();
  CHECK(of_the_file_alone("settled.db") == "2");
}
