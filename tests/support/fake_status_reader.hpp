// A StatusReader that answers only what a test has set up.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "yuxin/store/store.hpp"

namespace yuxin::test {

// FakeStatusReader keeps a history of certificates as the store does: `issue` and `change` take the next sequence,
// and `change` moves the revision afterwards, as a command in another process would. What was not set up throws, and
// so fails the test. Thread-safe.
class FakeStatusReader final : public store::StatusReader {
 public:
  void set_authorities(std::vector<store::AuthorityRow> rows) {
    const std::lock_guard lock(mutex_);
    authorities_ = std::move(rows);
  }
  void set_latest_crl(std::int64_t authority, store::CrlRow row) {
    const std::lock_guard lock(mutex_);
    lists_[authority] = std::move(row);
  }
  // fail_with makes every reading fail until it is called with nothing.
  void fail_with(std::optional<base::Error> error) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
  }
  void issue(std::int64_t authority, base::ByteView serial) { put(authority, serial, {}); }
  enum class Tell { kYes, kNo };  // kNo: the process died between its commit and moving the revision
  void change(std::int64_t authority, base::ByteView serial, const store::CertificateStatus& status,
              Tell tell = Tell::kYes) {
    put(authority, serial, status);
    if (tell == Tell::kYes) revision_.fetch_add(1, std::memory_order_release);
  }
  [[nodiscard]] int readings() const { return readings_.load(); }  // calls of `changes`

  [[nodiscard]] std::uint64_t revision() const override { return revision_.load(std::memory_order_acquire); }
  [[nodiscard]] base::Result<std::vector<store::AuthorityRow>> authorities() override {
    const std::lock_guard lock(mutex_);
    if (error_) return tl::unexpected(*error_);
    if (!authorities_) throw std::logic_error("FakeStatusReader::authorities was not set up");
    return *authorities_;
  }
  [[nodiscard]] base::Result<std::int64_t> changes(
      std::int64_t after, const std::function<void(const store::StatusChange&)>& visitor) override {
    ++readings_;
    std::vector<std::pair<std::int64_t, std::pair<Key, store::CertificateStatus>>> found;
    {
      const std::lock_guard lock(mutex_);
      if (error_) return tl::unexpected(*error_);
      for (auto item = history_.upper_bound(after); item != history_.end(); ++item) {
        found.push_back({item->first, {item->second, status_.at(item->second).second}});
      }
    }
    for (const auto& [sequence, row] : found) {
      visitor({sequence, row.first.first, row.first.second, row.second, base::UnixTime{4102444800}});
      after = sequence;
    }
    return after;
  }
  [[nodiscard]] base::Result<std::vector<store::ServiceCertificateRow>> service_certificates(
      std::string_view) override {
    throw std::logic_error("FakeStatusReader::service_certificates was not set up");
  }
  [[nodiscard]] base::Result<store::CrlRow> latest_crl(std::int64_t authority) override {
    const std::lock_guard lock(mutex_);
    if (error_) return tl::unexpected(*error_);
    const auto found = lists_.find(authority);
    if (found == lists_.end()) return base::fail(base::Code::kNotFound, "No list.");
    return found->second;
  }

 private:
  using Key = std::pair<std::int64_t, base::Bytes>;

  void put(std::int64_t authority, base::ByteView serial, const store::CertificateStatus& status) {
    const std::lock_guard lock(mutex_);
    const Key key{authority, base::to_bytes(serial)};
    const auto known = status_.find(key);
    if (known != status_.end()) history_.erase(known->second.first);
    history_[++sequence_] = key;
    status_[key] = {sequence_, status};
  }

  mutable std::mutex mutex_;
  std::optional<std::vector<store::AuthorityRow>> authorities_;
  std::optional<base::Error> error_;
  std::map<std::int64_t, store::CrlRow> lists_;
  std::map<std::int64_t, Key> history_;
  std::map<Key, std::pair<std::int64_t, store::CertificateStatus>> status_;
  std::int64_t sequence_ = 0;
  std::atomic<std::uint64_t> revision_{0};
  std::atomic<int> readings_{0};
};

}  // namespace yuxin::test
