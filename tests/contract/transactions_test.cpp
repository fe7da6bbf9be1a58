// How transactions behave, over each store.
#include "need.hpp"
#include "stores.hpp"

namespace {
using namespace yuxin;
using namespace yuxin::test;
}  // namespace

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

TEST_CASE("a home of a newer version is refused and left alone") {
  over_every([](Backend& backend) {
    const auto database = backend.open();
    using store::Migration;
    const Migration first[] = {{"city", 1, "CREATE TABLE a (x INTEGER) STRICT; CREATE TABLE b (x INTEGER) STRICT;"}};
    const Migration both[] = {first[0], {"city", 2, "ALTER TABLE a ADD COLUMN y INTEGER;"}};
    CHECK(yuxin::test::error_of(store::check_version(*database, first)).code == Code::kIntegrity);  // it is empty
    REQUIRE(store::migrate(*database, first));
    REQUIRE(store::migrate(*database, first));
    REQUIRE(store::check_version(*database, first));
    CHECK(yuxin::test::error_of(store::check_version(*database, both)).code == Code::kConflict);
    REQUIRE(store::migrate(*database, both));
    const auto older = store::migrate(*database, first);
    REQUIRE_FALSE(older);
    CHECK(older.error().code == Code::kConflict);
    CHECK(older.error().detail.find("belongs to a newer version of yuxin") != std::string::npos);
    CHECK(yuxin::test::error_of(store::check_version(*database, first)).code == Code::kConflict);
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
