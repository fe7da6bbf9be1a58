// A bounded thread pool with a bounded queue.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace yuxin::base {

// Pool runs jobs on a fixed number of threads. `submit` never waits: when the queue is full it returns false and
// the caller answers "try later". The destructor runs what was accepted, then joins. Thread-safe.
class Pool {
 public:
  Pool(std::size_t threads, std::size_t queue_limit);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  [[nodiscard]] bool submit(std::function<void()> job);
  // waiting is the number of jobs accepted and not yet begun.
  [[nodiscard]] std::size_t waiting() const;

 private:
  void work();
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::size_t limit_;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace yuxin::base
