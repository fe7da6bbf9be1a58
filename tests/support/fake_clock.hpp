// A clock that stands until it is told to move.
#pragma once

#include <atomic>

#include "yuxin/base/time.hpp"

namespace yuxin::test {

// FakeClock is safe for concurrent use, as every clock is.
class FakeClock final : public base::Clock {
 public:
  explicit FakeClock(base::UnixTime start) : seconds_(start.seconds) {}
  [[nodiscard]] base::UnixTime now() const override { return {seconds_.load()}; }
  void set(base::UnixTime time) { seconds_ = time.seconds; }
  void advance(base::Seconds by) { seconds_ += by.count; }

 private:
  std::atomic<std::int64_t> seconds_;
};

}  // namespace yuxin::test
