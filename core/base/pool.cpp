#include "yuxin/base/pool.hpp"

#include <algorithm>
#include <exception>

#include "yuxin/base/log.hpp"

namespace yuxin::base {

Pool::Pool(std::size_t threads, std::size_t queue_limit) : limit_(queue_limit) {
  const std::size_t count = std::max<std::size_t>(threads, 1);
  threads_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
}

Pool::~Pool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  threads_.clear();
}

bool Pool::submit(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= limit_) return false;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

std::size_t Pool::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Pool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::function<void()> job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    try {
      job();
    } catch (const std::exception& bug) {
      // One request must not take the service down with it.
      log_error(fmt::format("a job ended with an exception: {}", bug.what()));
    }
    job = nullptr;  // what it captured is released before the next wait, not after it
    lock.lock();
  }
}

}  // namespace yuxin::base
