// What storing one certificate costs: the intent and the result, each durable and in the ledger, 64 in flight, held
// against the same rows written by a bare loop over SQLite.
// usage: bench_storage [FOLDER] [certificates]     FOLDER lies on the disk that is to be measured
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

#include "yuxin/evidence/ledger.hpp"

namespace {

using namespace yuxin;
using base::Result;

constexpr int kInFlight = 64;

struct Cost {
  double cpu_us = 0;
  double wall_us = 0;
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <typename Work>
Cost measure(int count, const Work& work) {
  const double cpu = cpu_seconds();
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  return {(cpu_seconds() - cpu) * 1e6 / count, wall.count() * 1e6 / count};
}

std::mt19937_64& random_numbers() {
  static std::mt19937_64 generator(1);
  return generator;
}

base::Bytes serial() {
  base::Bytes octets(20);
  for (auto& octet : octets) octet = static_cast<std::uint8_t>(random_numbers()());
  octets[0] &= 0x7f;
  return octets;
}

store::CertificateRow certificate(std::int64_t authority) {
  store::CertificateRow row;
  row.authority = authority;
  row.serial = serial();
  row.profile = "tls-server";
  row.subject = "C=CN, O=Chongqing Digital Certificate Centre, CN=portal.city.example";
  row.names = "dns:portal.city.example dns:www.city.example";
  row.not_after = {1'900'000'000};
  row.der = base::Bytes(700, 0x30);
  return row;
}

// Issuing keeps 64 certificates in flight, each through its two transactions, until `count` are done.
class Issuing {
 public:
  Issuing(store::Store& store, std::int64_t authority, int count)
      : store_(store), authority_(authority), left_(count), running_(std::min(kInFlight, count)) {}
  void run() {
    for (int i = running_; i > 0; --i) begin();
    for (int seen = running_; seen > 0; seen = running_) running_.wait(seen);
  }

 private:
  void begin() {
    if (left_.fetch_sub(1) <= 0) {
      if (running_.fetch_sub(1) == 1) running_.notify_all();
      return;
    }
    auto row = std::make_shared<store::CertificateRow>(certificate(authority_));
    auto object = "issuing/" + base::hex_upper(row->serial);
    store_.submit(
        [object](store::Writer& writer) -> Result<> {
          TRY(evidence::append(writer, {"certificate.intent",
                                        object,
                                        "C=CN, O=City, CN=officer-14",
                                        {1'800'000'000},
                                        R"({"owner":"123456","profile":"tls-server"})",
                                        base::Bytes(900, 0x30)}));
          return {};
        },
        [this, row, object](const Result<>& result) { finish(result, row, object); });
  }
  void finish(const Result<>& result, const std::shared_ptr<store::CertificateRow>& row, const std::string& object) {
    if (!result) std::abort();
    store_.submit(
        [row, object](store::Writer& writer) -> Result<> {
          TRY(writer.insert_certificate(*row));
          const auto digest = base::hex(x509::sha256(row->der));
          TRY(evidence::append(writer, {"certificate.issued",
                                        object,
                                        "C=CN, O=City, CN=officer-14",
                                        {1'800'000'000},
                                        fmt::format(R"({{"certificate":"{}","intent":1}})", digest),
                                        {}}));
          return {};
        },
        [this](const Result<>& done) {
          if (!done) std::abort();
          begin();
        });
  }

  store::Store& store_;
  std::int64_t authority_;
  std::atomic<int> left_;
  std::atomic<int> running_;
};

void check(int code, sqlite3* database) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  fmt::print(stderr, "{}\n", sqlite3_errmsg(database));
  std::exit(1);
}

// Bare is the limit: the same rows into the same tables in groups of 64, by prepared statements in a loop.
class Bare {
 public:
  explicit Bare(const std::string& path) {
    check(sqlite3_open(path.c_str(), &database_), database_);
    run("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=4096");
    record_ = prepare(
        "INSERT INTO ledger (sequence, text, attachment, leaf) VALUES ((SELECT max(sequence) + 1 FROM ledger), ?, ?, "
        "?)");
    row_ = prepare(
        "INSERT INTO certificates (authority, serial, profile, subject, names, not_before, not_after, issued_at, "
        "state, revoked_at, reason, status_sequence) VALUES (1, ?, ?, ?, ?, 0, 1900000000, 0, 0, 0, 0, "
        "(SELECT max(status_sequence) + 1 FROM certificates))");
    body_ = prepare("INSERT INTO certificate_bodies (id, der) VALUES (last_insert_rowid(), ?)");
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;
  ~Bare() {
    for (auto* statement : {record_, row_, body_}) sqlite3_finalize(statement);
    sqlite3_close(database_);
  }
  void issue(int count) {
    for (int done = 0; done < count; done += kInFlight) {
      run("BEGIN IMMEDIATE");
      for (int i = 0; i < kInFlight; ++i) append(900);
      run("COMMIT; BEGIN IMMEDIATE");
      for (int i = 0; i < kInFlight; ++i) insert();
      run("COMMIT");
    }
  }

 private:
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr), database_);
    return statement;
  }
  void run(const char* sql) { check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr), database_); }
  void step(sqlite3_stmt* statement) {
    check(sqlite3_step(statement), database_);
    sqlite3_reset(statement);
  }
  static void text(sqlite3_stmt* statement, int at, const std::string& value) {
    sqlite3_bind_text(statement, at, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
  }
  static void blob(sqlite3_stmt* statement, int at, const base::Bytes& value) {
    sqlite3_bind_blob(statement, at, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
  }
  void append(std::size_t attachment) {
    text(record_, 1, std::string(290, 'x'));
    blob(record_, 2, base::Bytes(attachment, 0x30));
    blob(record_, 3, base::Bytes(32, 0x11));
    step(record_);
  }
  void insert() {
    const auto row = certificate(1);
    blob(row_, 1, row.serial);
    text(row_, 2, row.profile);
    text(row_, 3, row.subject);
    text(row_, 4, row.names);
    step(row_);
    blob(body_, 1, row.der);
    step(body_);
    append(0);
  }
  sqlite3* database_ = nullptr;
  sqlite3_stmt* record_ = nullptr;
  sqlite3_stmt* row_ = nullptr;
  sqlite3_stmt* body_ = nullptr;
};

std::shared_ptr<store::Store> open_store(const std::string& path, std::int64_t& authority) {
  auto database = store::open_sqlite({.path = path}).value();
  if (!store::migrate(*database, store::migrations()) || !store::migrate(*database, evidence::migrations()))
    std::abort();
  auto store = store::Store::over(database, "").value();
  store::AuthorityRow row;
  row.name = "issuing";
  const auto made = store->write([&](store::Writer& writer) -> Result<> {
    TRY(authority, writer.insert_authority(row));
    return {};
  });
  if (!made) std::abort();
  return store;
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string();
  const int count = argc > 2 ? std::atoi(argv[2]) : 20'000;
  const auto path = (folder / "bench-storage.db").string();
  const auto remove = [&] {
    for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  };
  remove();
  std::int64_t authority = 0;
  {
    const auto store = open_store(path, authority);
    Issuing(*store, authority, count).run();
  }
  // Rounds take turns on one growing database, so that both see the same noise and the same size.
  for (int round = 1; round <= 3; ++round) {
    const auto bare = measure(count, [&] { Bare(path).issue(count); });
    const auto store = store::Store::over(store::open_sqlite({.path = path}).value(), "").value();
    const auto ours = measure(count, [&] { Issuing(*store, authority, count).run(); });
    fmt::print(
        "round {}: per certificate {:.1f} us CPU, {:.1f} us wall; bare SQLite {:.1f} us CPU, {:.1f} us wall; CPU "
        "ratio {:.2f}\n",
        round, ours.cpu_us, ours.wall_us, bare.cpu_us, bare.wall_us, ours.cpu_us / bare.cpu_us);
  }
  remove();
}
