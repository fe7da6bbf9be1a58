// A value that many threads read while one replaces it.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace yuxin::base {

// Snapshot holds an immutable T behind a pointer that is swapped whole. `get` never waits for a writer that is
// preparing a new value; what it returns stays valid for as long as the caller keeps it. Thread-safe.
//
// The lock is held while a pointer is copied and no longer. std::atomic<std::shared_ptr> would do the same inside,
// but the one of libstdc++ 12 lets go of its lock after a load without release order: a data race that the thread
// sanitizer finds.
template <typename T>
class Snapshot {
 public:
  Snapshot() = default;
  explicit Snapshot(std::shared_ptr<const T> value) : value_(std::move(value)) {}
  [[nodiscard]] std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void set(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    value_.swap(value);  // the old value goes after the lock
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace yuxin::base
