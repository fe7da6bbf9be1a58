// Who is looked after next: a bounded queue that serves accounts in turn.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>

#include "yuxin/base/pool.hpp"

namespace yuxin::ra::acme {

// Turns runs jobs by a few threads, kAtOnce of one account at the most. What an account brings beyond waits in a
// queue of its own, so that one that brings many holds nobody up but itself. When it goes, jobs that were not begun
// are dropped, and those that run are told by `closing`. Thread-safe.
class Turns {
 public:
  static constexpr std::size_t kThreads = 8;
  static constexpr std::size_t kAtOnce = 2;
  static constexpr std::size_t kMostOfOne = 128;  // that wait
  static constexpr std::size_t kMost = 4096;
  Turns() = default;
  ~Turns();
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  // submit is false where an account, or all of them, have as many waiting as may be.
  [[nodiscard]] bool submit(std::int64_t account, std::function<void()> job);
  [[nodiscard]] bool closing() const { return closing_.load(); }

 private:
  struct Line {
    std::deque<std::function<void()>> waiting;
    std::size_t running = 0;
  };
  // start gives the pool what an account may have run; `mutex_` is held.
  void start(std::int64_t account);
  void run(std::int64_t account, const std::function<void()>& job);

  std::mutex mutex_;
  std::map<std::int64_t, Line> lines_;
  std::size_t waiting_ = 0;
  std::atomic<bool> closing_ = false;
  base::Pool pool_{kThreads, kMost};  // goes first: its jobs hold on to the rest
};

}  // namespace yuxin::ra::acme
