// Several processes on one home: they see each other's revocations, take turns at writing, and survive each other's
// death.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "command.hpp"
#include "yuxin/store/store.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using base::Result;
using store::Writer;

// Child runs a function in a process of its own. It must be started before this process opens a database: SQLite's
// locks do not survive a fork.
class Child {
 public:
  explicit Child(const std::function<int(Child&)>& work) {
    REQUIRE(pipe(to_child_) == 0);
    REQUIRE(pipe(to_parent_) == 0);
    pid_ = fork();
    if (pid_ == 0) {
      alarm(60);
      _exit(work(*this));
    }
    close(to_parent_[1]);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(to_child_[0]);
    close(to_child_[1]);
    close(to_parent_[0]);
  }

  // For the parent: let the child go on, hear from it (nothing when it is gone), end it.
  void go() { CHECK(::write(to_child_[1], "g", 1) == 1); }
  std::optional<int> hear() {
    int value = 0;
    return ::read(to_parent_[0], &value, sizeof value) == sizeof value ? std::optional(value) : std::nullopt;
  }
  int finish() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void kill_it() {
    kill(pid_, SIGKILL);
    finish();
  }
  // For the child.
  void wait_for_go() const {
    char c = 0;
    if (::read(to_child_[0], &c, 1) != 1) _exit(9);
  }
  void say(int value) const {
    if (::write(to_parent_[1], &value, sizeof value) != sizeof value) _exit(9);
  }

 private:
  pid_t pid_ = 0;
  int to_child_[2] = {-1, -1};
  int to_parent_[2] = {-1, -1};
};

class Files {
 public:
  [[nodiscard]] std::string database() const { return folder_.file("yuxin.db"); }
  [[nodiscard]] std::string signal() const { return folder_.file("status.signal"); }
  // open must not use doctest: children call it too.
  [[nodiscard]] std::shared_ptr<store::Store> open() const {
    auto opened = store::open_sqlite({.path = database()});
    if (!opened || !store::migrate(**opened, store::migrations())) return nullptr;
    return store::Store::over(*opened, signal()).value();
  }
  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

Result<std::int64_t> add_certificate(store::Store& store, int number) {
  std::int64_t id = 0;
  TRY(store.write([&](Writer& writer) -> Result<> {
    auto authority = writer.authority("issuing");
    if (!authority) {
      store::AuthorityRow row;
      row.name = "issuing";
      TRY(writer.insert_authority(row));
      authority = writer.authority("issuing");
    }
    store::CertificateRow row;
    row.authority = authority->id;
    row.serial = {0x40, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
    row.der = base::Bytes(700, 0x30);
    TRY(id, writer.insert_certificate(row));
    return {};
  }));
  return id;
}

std::set<std::int64_t> sequences(store::Store& store) {
  std::set<std::int64_t> found;
  REQUIRE(store.status().changes(0, [&](const store::StatusChange& change) { found.insert(change.sequence); }));
  return found;
}

bool has_serial(store::Store& store, int number) {
  const base::Bytes serial{0x40, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  bool found = false;
  REQUIRE(store.read([&](store::Reader& reader) -> Result<> {
    TRY(const auto rows, reader.find_all(serial, store::Reader::With::kRowOnly));
    found = !rows.empty();
    return {};
  }));
  return found;
}

}  // namespace

TEST_CASE("a revocation by another process moves the revision here, a new certificate does not") {
  const Files files;
  Child child([&](Child& self) {
    self.wait_for_go();
    const auto store = files.open();
    const auto id = add_certificate(*store, 1);
    self.say(id ? 1 : 0);
    self.wait_for_go();
    const auto done = store->write([&](Writer& writer) {
      store::CertificateStatus status;
      status.state = store::CertificateState::kRevoked;
      return writer.change_status(*id, status);
    });
    self.say(done ? 1 : 0);
    self.wait_for_go();
    return 0;
  });
  const auto store = files.open();
  REQUIRE(store != nullptr);
  child.go();
  REQUIRE(child.hear() == 1);
  const auto before = store->status().revision();
  const auto seen = store->status().changes(0, [](const store::StatusChange&) {});
  child.go();
  REQUIRE(child.hear() == 1);
  // The child has heard of its success only now, and the revision has moved already.
  CHECK(store->status().revision() > before);
  int revoked = 0;
  REQUIRE(store->status().changes(*seen, [&](const store::StatusChange& change) {
    revoked += change.status.state == store::CertificateState::kRevoked ? 1 : 0;
  }));
  CHECK(revoked == 1);
  child.go();
  CHECK(child.finish() == 0);
}

TEST_CASE("whoever opens the store makes up for a process that died before it could signal") {
  const Files files;
  const auto store = files.open();
  const auto before = store->status().revision();
  const auto another = files.open();
  CHECK(store->status().revision() > before);
  CHECK(another->status().revision() == store->status().revision());
}

TEST_CASE("three processes write at once: none fails, none is lost, no sequence is taken twice") {
  const Files files;
  const auto work = [&](Child& self, int first) {
    const auto store = files.open();
    self.wait_for_go();
    for (int i = 0; i < 60; ++i) {
      if (!add_certificate(*store, first + i)) return 1;
    }
    return 0;
  };
  Child one([&](Child& self) { return work(self, 1000); });
  Child two([&](Child& self) { return work(self, 2000); });
  const auto store = files.open();
  one.go();
  two.go();
  for (int i = 0; i < 60; ++i) REQUIRE(add_certificate(*store, 3000 + i));
  CHECK(one.finish() == 0);
  CHECK(two.finish() == 0);
  const auto found = sequences(*store);
  CHECK(found.size() == 180);
  CHECK(*found.begin() == 1);
  CHECK(*found.rbegin() == 180);
}

TEST_CASE("processes that make a database together all get it") {
  // One switches the new file to the log while the others hold what it waits for: a matter of luck, so many of them.
  for (int round = 0; round < 10; ++round) {
    const Files files;
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < 16; ++i)
      children.push_back(std::make_unique<Child>([&](Child&) { return files.open() ? 0 : 1; }));
    for (auto& child : children) REQUIRE(child->finish() == 0);
  }
}

TEST_CASE("a process killed in the middle of its work holds nobody up, and what it was told is stored is stored") {
  for (int round = 0; round < 5; ++round) {
    const Files files;
    Child child([&](Child& self) {
      const auto store = files.open();
      std::vector<std::thread> threads;
      for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
          for (int i = 0; i < 3000; ++i) {
            if (add_certificate(*store, t * 3000 + i)) self.say(t * 3000 + i);
          }
        });
      }
      for (auto& thread : threads) thread.join();
      return 0;
    });
    std::vector<int> told;
    for (int i = 0; i < 20 + round * 17; ++i) told.push_back(child.hear().value_or(-1));
    child.kill_it();
    while (const auto number = child.hear()) told.push_back(*number);
    const auto store = files.open();
    REQUIRE(store != nullptr);
    REQUIRE(add_certificate(*store, 60'000));
    for (const int number : told) REQUIRE(has_serial(*store, number));
    const auto found = sequences(*store);
    CHECK(found.size() >= told.size() + 1);
    CHECK(*found.rbegin() == static_cast<std::int64_t>(found.size()));
  }
}

TEST_CASE("a process that keeps the database locked makes others say so, not wait for ever") {
  const Files files;
  Child child([&](Child& self) {
    const auto store = files.open();
    const auto done = store->write([&](Writer& writer) -> Result<> {
      TRY(writer.set_setting("a", "b"));
      self.say(1);
      self.wait_for_go();
      return {};
    });
    return done ? 0 : 1;
  });
  REQUIRE(child.hear() == 1);
  auto database = store::open_sqlite({.path = files.database(), .busy_timeout_ms = 50}).value();
  const auto refused = database->write([](store::Session&) -> Result<> { return {}; });
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::Code::kUnavailable);
  CHECK(refused.error().detail.find("Another process keeps the database") != std::string::npos);
  // Readers are not held up by a writer.
  CHECK(database->read([](store::Session&) -> Result<> { return {}; }));
  child.go();
  CHECK(child.finish() == 0);
  CHECK(database->write([](store::Session&) -> Result<> { return {}; }));
}
