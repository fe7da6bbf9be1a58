// The stores that every contract is run over, and how tests fill them.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "yuxin/store/store.hpp"

// A row or a filter names what it sets and nothing else.
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

namespace yuxin::test {

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
inline void over_every(const std::function<void(Backend&)>& test) {
  const std::array<std::function<std::unique_ptr<Backend>()>, 2> kinds = {[] { return std::make_unique<Memory>(); },
                                                                          [] { return std::make_unique<Sqlite>(); }};
  for (const auto& make : kinds) {
    const auto backend = make();
    CAPTURE(backend->name());
    test(*backend);
  }
}

inline std::shared_ptr<store::Store> open_store(Backend& backend) {
  auto database = backend.open();
  REQUIRE(store::migrate(*database, store::migrations()));
  return store::Store::over(database, "").value();
}

inline base::Bytes serial_of(std::int64_t number) {
  return {0x10, static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 8),
          static_cast<std::uint8_t>(number)};
}

inline std::int64_t add_authority(store::Store& store, const std::string& name) {
  std::int64_t id = 0;
  REQUIRE(store.write([&](Writer& writer) -> Result<> {
    TRY(id, writer.insert_authority({.name = name, .key_name = name + "-key"}));
    return {};
  }));
  return id;
}

inline store::CertificateRow certificate(std::int64_t authority, std::int64_t number) {
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

inline std::int64_t insert(store::Store& store, const store::CertificateRow& row) {
  std::int64_t id = 0;
  const auto done = store.write([&](Writer& writer) -> Result<> {
    TRY(id, writer.insert_certificate(row));
    return {};
  });
  REQUIRE(done);
  return id;
}

inline store::CertificateRow find(store::Store& store, std::int64_t authority, std::int64_t number) {
  store::CertificateRow row;
  REQUIRE(store.read([&](Reader& reader) -> Result<> {
    TRY(row, reader.find(authority, serial_of(number), Reader::With::kDer));
    return {};
  }));
  return row;
}

inline std::int64_t count(store::Store& store, const store::CertificateFilter& filter = {}) {
  std::int64_t count = -1;
  REQUIRE(store.read([&](Reader& reader) -> Result<> {
    TRY(count, reader.count(filter));
    return {};
  }));
  return count;
}

inline std::vector<std::int64_t> list(store::Store& store, const store::CertificateFilter& filter) {
  std::vector<std::int64_t> ids;
  REQUIRE(store.read([&](Reader& reader) -> Result<> {
    TRY(const auto rows, reader.list(filter, Reader::With::kRowOnly));
    for (const auto& row : rows) ids.push_back(row.id);
    return {};
  }));
  return ids;
}

inline Result<> set_state(store::Store& store, std::int64_t id, CertificateState state) {
  return store.write([id, state](Writer& writer) {
    return writer.change_status(id, {.state = state, .revoked_at = {1500}, .reason = 1});
  });
}

}  // namespace yuxin::test
