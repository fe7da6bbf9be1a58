// A value that many threads read while one replaces it.
#pragma once

#include <atomic>
#include <memory>

namespace yuxin::base {

// Snapshot holds an immutable T behind a pointer that is swapped whole. `get` never waits for a writer that is
// preparing a new value; what it returns stays valid for as long as the caller keeps it. Thread-safe.
template <typename T>
class Snapshot {
 public:
  Snapshot() = default;
  explicit Snapshot(std::shared_ptr<const T> value) : value_(std::move(value)) {}
  [[nodiscard]] std::shared_ptr<const T> get() const { return value_.load(std::memory_order_acquire); }
  void set(std::shared_ptr<const T> value) { value_.store(std::move(value), std::memory_order_release); }

 private:
  std::atomic<std::shared_ptr<const T>> value_;
};

}  // namespace yuxin::base
