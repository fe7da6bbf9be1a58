// What every store must do, run over each backend.
#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "yuxin/store/store.hpp"

// A filter names the conditions that it sets and no others.
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

namespace {

using namespace yuxin;
using base::Code;
using base::Result;
using store::CertificateState;
using store::Reader;
using store::Writer;

// Backend makes databases of one kind in a folder of its own.
class Backend {
 public:
  virtual ~Backend() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  // open gives another Database over the same data; memory has no other.
  [[nodiscard]] virtual std::shared_ptr<store::Database> open() = 0;
  [[nodiscard]] virtual bool can_reopen() const = 0;
};

class Memory final : public Backend {
 public:
  [[nodiscard]] std::string name() const override { return "memory"; }
  [[nodiscard]] bool can_reopen() const override { return false; }
  [[nodiscard]] std::shared_ptr<store::Database> open() override {
    if (!database_) database_ = store::open_memory().value();
    return database_;
  }

 private:
  std::shared_ptr<store::Database> database_;
};

class Sqlite final : public Backend {
 public:
  Sqlite() {
    std::string pattern = (std::filesystem::temp_directory_path() / "yuxin-store-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Sqlite() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string name() const override { return "sqlite"; }
  [[nodiscard]] bool can_reopen() const override { return true; }
  [[nodiscard]] std::shared_ptr<store::Database> open() override {
    return store::open_sqlite({.path = (folder_ / "yuxin.db").string()}).value();
  }

 private:
  std::filesystem::path folder_;
};

// over_every runs a case over each backend, on a fresh database.
void over_every(const std::function<void(Backend&)>& test) {
  const std::array<std::function<std::unique_ptr<Backend>()>, 2> kinds = {[] { return std::make_unique<Memory>(); },
                                                                          [] { return std::make_unique<Sqlite>(); }};
  for (const auto& make : kinds) {
    const auto backend = make();
    CAPTURE(backend->name());
    test(*backend);
  }
}

std::shared_ptr<store::Store> open_store(Backend& backend) {
  auto database = backend.open();
  REQUIRE(store::migrate(*database, store::migrations()));
  return store::Store::over(database, "").value();
}

base::Bytes serial_of(std::int64_t number) {
  return {0x10, static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
          static_cast<std::uint8_t>(number)};
}

std::int64_t add_authority(store::Store& store, const std::string& name) {
  std::int64_t id = 0;
  REQUIRE(store.write([&](Writer& writer) -> Result<> {
    TRY(id, writer.insert_authority({.name = name, .key_name = name + "-key"}));
    return {};
  }));
  return id;
}

store::CertificateRow certificate(std::int64_t authority, std::int64_t number) {
  store::CertificateRow row;
  row.authority = authority;
  row.serial = serial_of(number);
  row.profile = "tls-server";
  row.subject = "CN=host" + std::to_string(number);
  row.names = "dns:host" + std::to_string(number) + ".test";
  row.not_before = {1000};
  row.not_after = {2000 + number};
  row.issued_at = {1000};
  row.der = base::Bytes(700, static_cast<std::uint8_t>(number));
  return row;
}

std::int64_t insert(store::Store& store, const store::CertificateRow& row) {
  std::int64_t id = 0;
  const auto done = store.write([&](Writer& writer) -> Result<> {
    TRY(id, writer.insert_certificate(row));
    return {};
  });
  REQUIRE(done);
  return id;
}

store::CertificateRow find(store::Store& store, std::int64_t authority, std::int64_t number) {
  store::CertificateRow row;
  REQUIRE(store.read([&](Reader& reader) -> Result<> {
    TRY(row, reader.find(authority, serial_of(number), Reader::With::kDer));
    return {};
  }));
  return row;
}

std::int64_t count(store::Store& store, const store::CertificateFilter& filter = {}) {
  std::int64_t count = -1;
  REQUIRE(store.read([&](Reader& reader) -> Result<> {
    TRY(count, reader.count(filter));
    return {};
  }));
  return count;
}

std::vector<std::int64_t> list(store::Store& store, const store::CertificateFilter& filter) {
  std::vector<std::int64_t> ids;
  REQUIRE(store.read([&](Reader& reader) -> Result<> {
    TRY(const auto rows, reader.list(filter, Reader::With::kRowOnly));
    for (const auto& row : rows) ids.push_back(row.id);
    return {};
  }));
  return ids;
}

Result<> set_state(store::Store& store, std::int64_t id, CertificateState state) {
  return store.write([id, state](Writer& writer) {
    return writer.change_status(id, {.state = state, .revoked_at = {1500}, .reason = 1});
  });
}

}  // namespace

TEST_CASE("what a transaction wrote is read back as it was") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    auto row = certificate(authority, 7);
    row.status.invalidity_date = base::UnixTime{900};
    const auto id = insert(*store, row);
    const auto back = find(*store, authority, 7);
    CHECK(back.id == id);
    CHECK(back.serial == row.serial);
    CHECK(back.profile == "tls-server");
    CHECK(back.subject == "CN=host7");
    CHECK(back.names == "dns:host7.test");
    CHECK(back.not_before.seconds == 1000);
    CHECK(back.not_after.seconds == 2007);
    CHECK(back.issued_at.seconds == 1000);
    CHECK(back.der == row.der);
    CHECK(back.status.state == CertificateState::kGood);
    CHECK(back.status.invalidity_date == base::UnixTime{900});
  });
}

TEST_CASE("a transaction that fails leaves nothing behind and gives its own error") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    const auto done = store->write([&](Writer& writer) -> Result<> {
      TRY(writer.insert_certificate(certificate(authority, 1)));
      return base::fail(Code::kRefused, "No.");
    });
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::kRefused);
    CHECK(count(*store) == 0);
  });
}

TEST_CASE("a body that throws is undone like one that fails, and the store goes on") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    const auto done = store->write([&](Writer& writer) -> Result<> {
      TRY(writer.insert_certificate(certificate(authority, 1)));
      throw std::runtime_error("a bug");
    });
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::kInternal);
    CHECK(count(*store) == 0);
    insert(*store, certificate(authority, 1));
    CHECK(count(*store) == 1);
  });
}

TEST_CASE("in a group, a transaction that fails is undone alone") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    // The first holds the writer until the others are queued, so that they share one commit.
    std::mutex gate;
    gate.lock();
    std::atomic<int> good = 0;
    std::atomic<int> bad = 0;
    std::atomic<int> finished = 0;
    const auto done = [&](Result<> result) {
      ++(result ? good : bad);
      ++finished;
      finished.notify_all();
    };
    store->submit(
        [&](Writer&) -> Result<> {
          const std::lock_guard wait(gate);
          return {};
        },
        done);
    for (int i = 0; i < 40; ++i) {
      store->submit(
          [authority, i](Writer& writer) -> Result<> {
            TRY(writer.insert_certificate(certificate(authority, i)));
            if (i % 3 == 0) return base::fail(Code::kRefused, "No.");
            return {};
          },
          done);
    }
    gate.unlock();
    for (int seen = finished; seen < 41; seen = finished) finished.wait(seen);
    CHECK(good == 27);
    CHECK(bad == 14);
    CHECK(count(*store) == 26);
  });
}

TEST_CASE("an authority cannot use a serial twice, another authority can") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto first = add_authority(*store, "first");
    const auto second = add_authority(*store, "second");
    insert(*store, certificate(first, 1));
    const auto again = store->write([&](Writer& writer) -> Result<> {
      TRY(writer.insert_certificate(certificate(first, 1)));
      return {};
    });
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Code::kConflict);
    insert(*store, certificate(second, 1));
    REQUIRE(store->read([&](Reader& reader) -> Result<> {
      TRY(const auto rows, reader.find_all(serial_of(1), Reader::With::kRowOnly));
      CHECK(rows.size() == 2);
      return {};
    }));
  });
}

TEST_CASE("names of authorities are unique, and a certificate needs its authority") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    const auto again = store->write([](Writer& writer) -> Result<> {
      TRY(writer.insert_authority({.name = "issuing"}));
      return {};
    });
    REQUIRE_FALSE(again);
    CHECK(again.error().code == Code::kConflict);
    const auto orphan = store->write([&](Writer& writer) -> Result<> {
      TRY(writer.insert_certificate(certificate(authority + 100, 1)));
      return {};
    });
    REQUIRE_FALSE(orphan);
    CHECK(orphan.error().code == Code::kConflict);
    CHECK(count(*store) == 0);
  });
}

TEST_CASE("four threads with two hundred transactions each lose none and share no sequence") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    std::vector<std::jthread> threads;
    std::atomic<int> failed = 0;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 200; ++i) {
          const auto done = store->write([&](Writer& writer) -> Result<> {
            TRY(writer.insert_certificate(certificate(authority, t * 1000 + i)));
            return {};
          });
          if (!done) ++failed;
        }
      });
    }
    threads.clear();
    CHECK(failed == 0);
    CHECK(count(*store) == 800);
    std::int64_t expected = 0;
    const auto highest =
        store->status().changes(0, [&](const store::StatusChange& change) { CHECK(change.sequence == ++expected); });
    REQUIRE(highest);
    CHECK(*highest == 800);
  });
}

TEST_CASE("a reader sees one state from its first look to its last") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    std::atomic<bool> stop = false;
    // Certificates come in pairs: an odd count would be half a transaction.
    std::jthread writer([&] {
      for (int i = 0; i < 200 && !stop; ++i) {
        REQUIRE(store->write([&](Writer& w) -> Result<> {
          TRY(w.insert_certificate(certificate(authority, 2 * i)));
          TRY(w.insert_certificate(certificate(authority, 2 * i + 1)));
          return {};
        }));
      }
      stop = true;
    });
    int reads = 0;
    while (!stop || reads == 0) {
      std::int64_t first = 0;
      std::int64_t second = 0;
      REQUIRE(store->read([&](Reader& reader) -> Result<> {
        TRY(first, reader.count({}));
        std::this_thread::yield();
        TRY(second, reader.count({}));
        return {};
      }));
      CHECK(first == second);
      CHECK(first % 2 == 0);
      ++reads;
    }
  });
}

TEST_CASE("a read transaction can change nothing") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto tried = store->database().read([](store::Session& session) -> Result<> {
      TRY(session.execute("INSERT INTO settings (name, value) VALUES ($1, $2)",
                          {std::string_view("a"), std::string_view("b")}));
      return {};
    });
    REQUIRE_FALSE(tried);
    CHECK(tried.error().code == Code::kUnavailable);
    REQUIRE(store->write([](Writer& writer) { return writer.set_setting("a", "c"); }));
  });
}

TEST_CASE("wrong SQL is the program's fault, not the user's") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto tried = store->database().read([](store::Session& session) {
      return session.query("SELEKT 1", {}, [](const store::Row&) { return store::Next::kRow; });
    });
    REQUIRE_FALSE(tried);
    CHECK(tried.error().code == Code::kInternal);
    CHECK(tried.error().detail.find("SELEKT") == std::string::npos);
  });
}

TEST_CASE("values go in and come out unharmed: nothing, numbers, text, octets, and empty ones") {
  over_every([](Backend& backend) {
    const auto database = backend.open();
    REQUIRE(database->write([](store::Session& session) -> Result<> {
      TRY(session.execute("CREATE TABLE v (id INTEGER PRIMARY KEY, n INTEGER, t TEXT, b BLOB) STRICT"));
      const base::Bytes zero{0, 1, 0};
      TRY(session.execute(
          "INSERT INTO v (id, t, n, b) VALUES (1, $2, $1, $3)",
          {std::int64_t{-9'000'000'000'000}, std::string_view("证书'; DROP TABLE v; --"), base::ByteView(zero)}));
      TRY(session.execute("INSERT INTO v (id, n, t, b) VALUES ($1, $2, $3, $4)",
                          {std::int64_t{2}, std::monostate{}, std::string_view(), base::ByteView()}));
      TRY(const auto changed, session.execute("UPDATE v SET n = n WHERE id < $1", {std::int64_t{3}}));
      CHECK(changed == 2);
      return {};
    }));
    int rows = 0;
    REQUIRE(database->read([&](store::Session& session) {
      return session.query("SELECT n, t, b FROM v ORDER BY id", {}, [&](const store::Row& row) {
        if (++rows == 1) {
          CHECK(row.integer(0) == -9'000'000'000'000);
          CHECK(row.text(1) == "证书'; DROP TABLE v; --");
          CHECK(base::to_bytes(row.blob(2)) == base::Bytes{0, 1, 0});
          CHECK(row.integer(1) == 0);
          CHECK(row.text(0).empty());
        } else {
          CHECK(row.is_null(0));
          CHECK_FALSE(row.is_null(1));
          CHECK_FALSE(row.is_null(2));
          CHECK(row.blob(2).empty());
        }
        return store::Next::kRow;
      });
    }));
    CHECK(rows == 2);
  });
}

TEST_CASE("a statement may be asked again from inside its own rows") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    for (const auto* name : {"a", "b", "c"}) add_authority(*store, name);
    int pairs = 0;
    constexpr std::string_view kAll = "SELECT id FROM authorities";
    REQUIRE(store->database().read([&](store::Session& session) {
      return session.query(kAll, {}, [&](const store::Row&) -> Result<store::Next> {
        TRY(session.query(kAll, {}, [&](const store::Row&) {
          ++pairs;
          return store::Next::kRow;
        }));
        return store::Next::kRow;
      });
    }));
    CHECK(pairs == 9);
  });
}

TEST_CASE("two databases over the same data take turns and see each other's work") {
  over_every([](Backend& backend) {
    if (!backend.can_reopen()) return;
    const auto one = open_store(backend);
    const auto two = open_store(backend);
    const auto authority = add_authority(*one, "issuing");
    std::atomic<int> failed = 0;
    const auto work = [&](store::Store& store, int base_number) {
      for (int i = 0; i < 100; ++i) {
        const auto done = store.write([&](Writer& writer) -> Result<> {
          TRY(writer.insert_certificate(certificate(authority, base_number + i)));
          return {};
        });
        if (!done) ++failed;
      }
    };
    {
      std::jthread first([&] { work(*one, 0); });
      std::jthread second([&] { work(*two, 1000); });
    }
    CHECK(failed == 0);
    CHECK(count(*one) == 200);
    CHECK(count(*two) == 200);
    std::set<std::int64_t> sequences;
    REQUIRE(two->status().changes(0, [&](const store::StatusChange& change) { sequences.insert(change.sequence); }));
    CHECK(sequences.size() == 200);
    CHECK(*sequences.rbegin() == 200);
  });
}

TEST_CASE("a change of status is the newest change, once, and keeps nothing of the old one") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    std::vector<std::int64_t> ids;
    for (int i = 0; i < 3; ++i) ids.push_back(insert(*store, certificate(authority, i)));
    const auto seen = store->status().changes(0, [](const store::StatusChange&) {});
    REQUIRE(seen);
    REQUIRE(set_state(*store, ids[0], CertificateState::kOnHold));
    REQUIRE(set_state(*store, ids[0], CertificateState::kRevoked));
    int visited = 0;
    const auto next = store->status().changes(*seen, [&](const store::StatusChange& change) {
      ++visited;
      CHECK(base::to_bytes(change.serial) == serial_of(0));
      CHECK(change.authority == authority);
      CHECK(change.status.state == CertificateState::kRevoked);
      CHECK(change.status.revoked_at.seconds == 1500);
      CHECK(change.status.reason == 1);
      CHECK(change.not_after.seconds == 2000);
    });
    REQUIRE(next);
    CHECK(visited == 1);
    CHECK(*next > *seen);
    CHECK(find(*store, authority, 0).status_sequence == *next);
    const auto nothing = store->status().changes(*next, [&](const store::StatusChange&) { ++visited; });
    REQUIRE(nothing);
    CHECK(*nothing == *next);
    CHECK(visited == 1);
  });
}

TEST_CASE("the revision moves for a changed status before success is reported, and for nothing else") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    const auto before = store->status().revision();
    const auto id = insert(*store, certificate(authority, 1));
    CHECK(store->status().revision() == before);
    REQUIRE(set_state(*store, id, CertificateState::kRevoked));
    const auto after = store->status().revision();
    CHECK(after > before);
    const auto undone = store->write([&](Writer& writer) -> Result<> {
      TRY(writer.change_status(id, {}));
      return base::fail(Code::kRefused, "No.");
    });
    REQUIRE_FALSE(undone);
    CHECK(store->status().revision() == after);
    std::atomic<std::uint64_t> at_completion = 0;
    store->submit([id](Writer& writer) { return writer.change_status(id, {.state = CertificateState::kOnHold}); },
                  [&](Result<> result) {
                    CHECK(result.has_value());
                    at_completion = store->status().revision();
                    at_completion.notify_all();
                  });
    at_completion.wait(0);
    CHECK(at_completion > after);
    const auto nobody = set_state(*store, 999, CertificateState::kRevoked);
    REQUIRE_FALSE(nobody);
    CHECK(nobody.error().code == Code::kNotFound);
  });
}

TEST_CASE("revoked, held and void serials are listed for one authority while they are valid") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    const auto other = add_authority(*store, "other");
    std::vector<std::int64_t> ids;
    for (int i = 0; i < 6; ++i) ids.push_back(insert(*store, certificate(authority, i)));
    const auto elsewhere = insert(*store, certificate(other, 50));
    REQUIRE(set_state(*store, elsewhere, CertificateState::kRevoked));
    REQUIRE(set_state(*store, ids[4], CertificateState::kVoid));
    REQUIRE(set_state(*store, ids[0], CertificateState::kRevoked));
    REQUIRE(set_state(*store, ids[3], CertificateState::kOnHold));
    REQUIRE(set_state(*store, ids[2], CertificateState::kOnHold));
    REQUIRE(set_state(*store, ids[2], CertificateState::kGood));
    const auto visit = [&](std::int64_t still_valid_at) {
      std::vector<base::Bytes> serials;
      REQUIRE(store->read([&](Reader& reader) {
        return reader.for_each_revoked(
            authority, {still_valid_at},
            [&](base::ByteView serial, const store::CertificateStatus& status) -> Result<> {
              CHECK(status.state != CertificateState::kGood);
              serials.push_back(base::to_bytes(serial));
              return {};
            });
      }));
      return serials;
    };
    CHECK(visit(0) == std::vector{serial_of(0), serial_of(3), serial_of(4)});
    // not_after of number n is 2000 + n, and a certificate is valid until then, that second included.
    CHECK(visit(2003) == std::vector{serial_of(3), serial_of(4)});
    CHECK(visit(2005).empty());
    const auto refused = store->read([&](Reader& reader) {
      return reader.for_each_revoked(authority, {0}, [](base::ByteView, const store::CertificateStatus&) -> Result<> {
        return base::fail(Code::kRefused, "Stop.");
      });
    });
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::kRefused);
  });
}

TEST_CASE("lists are filtered by every condition at once and come in pages") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    const auto other = add_authority(*store, "other");
    std::vector<std::int64_t> ids;
    for (int i = 0; i < 20; ++i) {
      auto row = certificate(i % 2 == 0 ? authority : other, i);
      if (i >= 10) row.profile = "person";
      ids.push_back(insert(*store, row));
    }
    REQUIRE(set_state(*store, ids[4], CertificateState::kRevoked));

    CHECK(count(*store) == 20);
    CHECK(count(*store, {.authority = authority}) == 10);
    CHECK(count(*store, {.profile = "person"}) == 10);
    CHECK(count(*store, {.authority = other, .profile = "person"}) == 5);
    CHECK(list(*store, {.state = CertificateState::kRevoked}) == std::vector{ids[4]});
    CHECK(count(*store, {.authority = authority, .state = CertificateState::kGood}) == 9);
    // not_after is 2000 + n: before 2005 are five, of which two are still valid at 2003.
    CHECK(count(*store, {.expires_before = base::UnixTime{2005}}) == 5);
    CHECK(list(*store, {.expires_before = base::UnixTime{2005}, .expires_after = base::UnixTime{2003}}) ==
          std::vector{ids[3], ids[4]});

    store::CertificateFilter page{.profile = "person", .limit = 4};
    std::vector<std::int64_t> all;
    for (int pages = 0; pages < 3; ++pages) {
      const auto part = list(*store, page);
      CHECK(part.size() == (pages < 2 ? 4 : 2));
      all.insert(all.end(), part.begin(), part.end());
      page.after_id = part.back();
    }
    CHECK(all == std::vector(ids.begin() + 10, ids.end()));
    CHECK(list(*store, page).empty());
  });
}

TEST_CASE("search looks into subjects, names and the start of the serial as people write it") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    auto row = certificate(authority, 1);
    row.serial = {0x00, 0xaf, 0x12, 0x34};  // the number AF1234: the first octet only keeps it positive
    row.subject = "CN=重庆市水务局";
    row.names = "dns:Portal.Water.test ip:192.0.2.1";
    const auto water = insert(*store, row);
    row.serial = {0x1a, 0xf1, 0x23};
    row.subject = "CN=100%_sure";
    row.names = "";
    const auto sure = insert(*store, row);

    const auto search = [&](const std::string& text) { return list(*store, {.text = text}); };
    using Ids = std::vector<std::int64_t>;
    CHECK(search("水务") == Ids{water});
    CHECK(search("portal.water") == Ids{water});
    CHECK(search("192.0.2.1") == Ids{water});
    CHECK(search("AF12") == Ids{water});
    CHECK(search("af 12:3") == Ids{water});
    CHECK(search("AF1234") == Ids{water});
    CHECK(search("AF12345").empty());
    CHECK(search("1AF") == Ids{sure});
    CHECK(search("F12").empty());
    CHECK(search("0%_s") == Ids{sure});
    CHECK(search("%").size() == 1);
    CHECK(search("nobody").empty());
  });
}

TEST_CASE("authorities, lists, service certificates and settings are kept") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    const auto authority = add_authority(*store, "issuing");
    const base::Bytes der{0x30, 0x03, 0x01, 0x02, 0x03};
    REQUIRE(store->write([&](Writer& writer) -> Result<> {
      TRY(writer.set_authority_certificate(authority, der));
      TRY(writer.insert_crl({authority, 5, {100}, {200}, "crl/5.crl", der}));
      TRY(writer.set_service_certificate({authority, "ocsp", "key-1", der, {300}}));
      TRY(writer.set_service_certificate({authority, "ocsp", "key-2", der, {400}}));
      TRY(writer.set_setting("organisation", "first"));
      return writer.set_setting("organisation", "重庆");
    }));
    REQUIRE(store->read([&](Reader& reader) -> Result<> {
      TRY(const auto found, reader.authority("issuing"));
      CHECK(found.certificate == der);
      CHECK(found.key_name == "issuing-key");
      TRY(const auto crl, reader.latest_crl(authority));
      CHECK(crl.number == 5);
      CHECK(crl.next_update.seconds == 200);
      CHECK(crl.file == "crl/5.crl");
      TRY(const auto services, reader.service_certificates("ocsp"));
      REQUIRE(services.size() == 1);
      CHECK(services[0].key_name == "key-2");
      TRY(const auto setting, reader.setting("organisation"));
      CHECK(setting == "重庆");
      TRY(const auto unset, reader.setting("nothing"));
      CHECK(unset.empty());
      CHECK(reader.authority("nobody").error().code == Code::kNotFound);
      CHECK(reader.latest_crl(authority + 1).error().code == Code::kNotFound);
      CHECK(reader.find(authority, serial_of(1), Reader::With::kDer).error().code == Code::kNotFound);
      return {};
    }));
    // RFC 5280 section 5.2.3: numbers only go up.
    for (const std::int64_t number : {4, 5}) {
      const auto older = store->write(
          [&](Writer& writer) { return writer.insert_crl({authority, number, {100}, {200}, "x", der}); });
      REQUIRE_FALSE(older);
      CHECK(older.error().code == Code::kConflict);
    }
    CHECK(store->status().authorities().value().size() == 1);
    CHECK(store->status().latest_crl(authority).value().number == 5);
    CHECK(store->status().service_certificates("ocsp").value().size() == 1);
  });
}

TEST_CASE("a home of a newer version is refused and left alone") {
  over_every([](Backend& backend) {
    const auto database = backend.open();
    using store::Migration;
    const Migration first[] = {{"city", 1, "CREATE TABLE a (x INTEGER) STRICT; CREATE TABLE b (x INTEGER) STRICT;"}};
    const Migration both[] = {first[0], {"city", 2, "ALTER TABLE a ADD COLUMN y INTEGER;"}};
    CHECK(store::check_version(*database, first).error().code == Code::kConflict);
    REQUIRE(store::migrate(*database, first));
    REQUIRE(store::migrate(*database, first));
    REQUIRE(store::check_version(*database, first));
    CHECK(store::check_version(*database, both).error().code == Code::kConflict);
    REQUIRE(store::migrate(*database, both));
    const auto older = store::migrate(*database, first);
    REQUIRE_FALSE(older);
    CHECK(older.error().code == Code::kConflict);
    CHECK(older.error().detail.find("belongs to a newer version of yuxin") != std::string::npos);
    CHECK(store::check_version(*database, first).error().code == Code::kConflict);
    // A step that fails takes the steps before it back.
    const Migration broken[] = {both[0], both[1], {"city", 3, "CREATE TABLE c (x INTEGER) STRICT; CREATE TABEL d;"}};
    REQUIRE_FALSE(store::migrate(*database, broken));
    REQUIRE(store::check_version(*database, both));
  });
}

TEST_CASE("waiting for the writer on the writer's thread is refused, not waited for") {
  over_every([](Backend& backend) {
    const auto store = open_store(backend);
    std::atomic<int> code = -1;
    REQUIRE(store->write([&](Writer&) -> Result<> {
      const auto inner = store->write([](Writer&) -> Result<> { return {}; });
      code = inner ? -2 : static_cast<int>(inner.error().code);
      return {};
    }));
    CHECK(code == static_cast<int>(Code::kInternal));
  });
}

TEST_CASE("what was submitted is finished before the database goes") {
  over_every([](Backend& backend) {
    std::atomic<int> finished = 0;
    {
      const auto store = open_store(backend);
      for (int i = 0; i < 50; ++i) {
        store->submit([i](Writer& writer) { return writer.set_setting("s" + std::to_string(i), "v"); },
                      [&](Result<> result) { finished += result ? 1 : 0; });
      }
      if (!backend.can_reopen()) {
        while (finished < 50) std::this_thread::yield();
      }
    }
    CHECK(finished == 50);
  });
}
