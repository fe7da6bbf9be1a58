// Whatever the moment at which the power fails: what was acknowledged is there, and the ledger verifies.
#include <cstdlib>
#include <thread>

#include "command.hpp"
#include "faulty_vfs.hpp"
#include "home.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using Operation = FaultyVfs::Operation;

// YUXIN_SEED replays a failure.
std::uint64_t seed() {
  const char* given = std::getenv("YUXIN_SEED");
  return given == nullptr ? 20261122 : std::strtoull(given, nullptr, 10);
}

// A folder in memory where there is one: nothing here waits for a real disk.
class FastFolder {
 public:
  FastFolder() {
    std::string pattern = "/dev/shm/yuxin-fault-XXXXXX";
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  FastFolder(const FastFolder&) = delete;
  FastFolder& operator=(const FastFolder&) = delete;
  ~FastFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path path() const { return path_.empty() ? fallback_.path() : path_; }

 private:
  TemporaryFolder fallback_;
  std::filesystem::path path_;
};

std::shared_ptr<store::Database> open(const std::filesystem::path& folder) {
  auto database = store::open_sqlite({.path = (folder / "yuxin.db").string()});
  if (!database) FAIL(database.error().detail, " ", database.error().diagnostic);
  return *database;
}

// checkpoint copies the log into the database file, as housekeeping does after some thousand pages.
void checkpoint(const std::filesystem::path& folder) {
  sqlite3* connection = nullptr;
  REQUIRE(sqlite3_open((folder / "yuxin.db").c_str(), &connection) == SQLITE_OK);
  CHECK(sqlite3_exec(connection, "PRAGMA synchronous=FULL; PRAGMA wal_checkpoint(RESTART)", nullptr, nullptr,
                     nullptr) == SQLITE_OK);
  sqlite3_close(connection);
}

// issue_some issues from four threads, so that commits have groups, and notes what was acknowledged.
void issue_some(Home& home, FaultyVfs& vfs, std::uint16_t first) {
  std::vector<std::jthread> threads;
  for (std::uint16_t t = 0; t < 4; ++t) {
    threads.emplace_back([&home, &vfs, first, t] {
      for (std::uint16_t i = 0; i < 3; ++i) {
        const auto number = static_cast<std::uint16_t>(first + t * 3 + i);
        if (home.try_issue(number)) vfs.note(number);
      }
    });
  }
}

std::vector<Operation> record_workload() {
  const FastFolder folder;
  FaultyVfs vfs;
  for (std::uint16_t opening = 0; opening < 3; ++opening) {
    Home home(open(folder.path()));
    const auto first = static_cast<std::uint16_t>(1 + opening * 40);
    issue_some(home, vfs, first);
    checkpoint(folder.path());
    issue_some(home, vfs, static_cast<std::uint16_t>(first + 12));
    home.remember();
    // Written over the start of the log, which is in the file by now.
    checkpoint(folder.path());
    issue_some(home, vfs, static_cast<std::uint16_t>(first + 24));
  }
  return vfs.operations();
}

void check_after_loss(const std::vector<Operation>& operations, std::size_t at, const Disk& disk,
                      std::mt19937_64& chance) {
  CAPTURE(at);
  const FastFolder folder;
  disk.lose_power(chance, folder.path());
  bool acknowledged = false;
  for (std::size_t i = 0; i < at; ++i) acknowledged = acknowledged || operations[i].kind == Operation::Kind::kNote;
  // Before the first acknowledgement there may be no tables yet; Home makes them then.
  Home home(open(folder.path()));
  for (std::size_t i = 0; i < at; ++i) {
    if (operations[i].kind != Operation::Kind::kNote) continue;
    REQUIRE_MESSAGE(home.has(static_cast<std::uint16_t>(operations[i].offset)), "lost: ", operations[i].offset);
  }
  const auto report = home.verify();
  for (const auto& problem : report.problems) FAIL_CHECK(problem);
}

}  // namespace

TEST_CASE("after a power failure at any write, everything acknowledged is there and the ledger verifies") {
  const auto operations = record_workload();
  MESSAGE("seed ", seed(), ", ", operations.size(), " operations");
  REQUIRE(operations.size() > 200);
  std::mt19937_64 chance(seed());
  Disk disk;
  for (std::size_t at = 0; at < operations.size(); ++at) {
    check_after_loss(operations, at, disk, chance);
    disk.apply(operations[at]);
  }
  check_after_loss(operations, operations.size(), disk, chance);
}

TEST_CASE("the test notices a store that does not flush") {
  // The same workload, its flushes of the log struck out: something acknowledged must be missing somewhere.
  auto operations = record_workload();
  std::erase_if(operations, [](const Operation& operation) {
    return operation.kind == Operation::Kind::kSync && operation.file.ends_with("-wal");
  });
  std::mt19937_64 chance(seed());
  Disk disk;
  bool lost = false;
  for (std::size_t at = 0; at < operations.size() && !lost; ++at) {
    disk.apply(operations[at]);
    if (operations[at].kind != Operation::Kind::kNote) continue;
    const FastFolder folder;
    disk.lose_power(chance, folder.path());
    Home home(open(folder.path()));
    lost = !home.has(static_cast<std::uint16_t>(operations[at].offset));
  }
  CHECK(lost);
}

TEST_CASE("a write or flush that fails undoes its transaction, says so, and the store goes on") {
  struct Way {
    int code;
    std::int64_t count;
  };
  for (const Way way :
       {Way{SQLITE_FULL, 1}, Way{SQLITE_FULL, 40}, Way{SQLITE_IOERR_WRITE, 1}, Way{SQLITE_IOERR_WRITE, 40}}) {
    CAPTURE(way.code);
    CAPTURE(way.count);
    const FastFolder folder;
    FaultyVfs vfs;
    Home home(open(folder.path()));
    std::uint16_t number = 1;
    int failed = 0;
    for (std::int64_t first = 0; first < 12; ++first) {
      CAPTURE(first);
      vfs.fail({first, way.count, way.code});
      std::vector<std::uint16_t> good;
      std::vector<std::uint16_t> bad;
      for (int i = 0; i < 6; ++i, ++number) {
        const auto issued = home.try_issue(number);
        (issued ? good : bad).push_back(number);
        if (!issued) REQUIRE(issued.error().code == Code::kUnavailable);
      }
      vfs.fail({});
      for (const auto n : good) CHECK(home.has(n));
      for (const auto n : bad) CHECK_FALSE(home.has(n));
      failed += static_cast<int>(bad.size());
      // Space is free again: the next one works.
      home.issue(number++);
    }
    CHECK((way.count == 1 || failed > 0));
    CHECK(home.verify().problems.empty());
  }
}

TEST_CASE("a full disk is named as such") {
  const FastFolder folder;
  FaultyVfs vfs;
  Home home(open(folder.path()));
  vfs.fail({0, 1'000'000, SQLITE_FULL});
  const auto issued = home.try_issue(1);
  REQUIRE_FALSE(issued);
  CHECK(issued.error().code == Code::kUnavailable);
  CHECK(issued.error().detail.find("is full; nothing was changed. Free space") != std::string::npos);
}

TEST_CASE("in a group that cannot be committed as one, those that can be stored alone are") {
  const FastFolder folder;
  FaultyVfs vfs;
  Home home(open(folder.path()));
  std::mutex gate;
  gate.lock();
  std::atomic<int> good = 0;
  std::atomic<int> finished = 0;
  const auto done = [&](const Result<>& result) {
    good += result ? 1 : 0;
    ++finished;
    finished.notify_all();
  };
  home.store().submit(
      [&](Writer&) -> Result<> {
        const std::lock_guard wait(gate);
        return {};
      },
      done);
  for (int i = 0; i < 20; ++i) {
    home.store().submit([i](Writer& writer) { return writer.set_setting("s" + std::to_string(i), "v"); }, done);
  }
  // The first write of the group's commit fails; afterwards the disk works.
  vfs.fail({0, 1, SQLITE_IOERR_WRITE});
  gate.unlock();
  for (int seen = finished; seen < 21; seen = finished) finished.wait(seen);
  CHECK(good >= 20);
  int stored = 0;
  home.read([&](Reader& reader) -> Result<> {
    for (int i = 0; i < 20; ++i) {
      TRY(const auto value, reader.setting("s" + std::to_string(i)));
      stored += value == "v" ? 1 : 0;
    }
    return {};
  });
  CHECK(stored + 1 >= good);
  CHECK(stored == 20);
}
