// Messages to a network thread.
#pragma once

#include <sys/eventfd.h>

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "descriptor.hpp"

namespace yuxin::http {

class Loop;

// Mailbox carries work to a Loop from other threads, which may not touch its io_context (that has no locks). It lives
// as long as anybody who may still post; what is posted after the loop has ended is dropped. Thread-safe.
class Mailbox {
 public:
  using Message = std::function<void(Loop&)>;

  Mailbox() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  // post says whether the message will be handled.
  bool post(Message message) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    messages_.push_back(std::move(message));
    if (messages_.size() == 1) ::eventfd_write(event_.get(), 1);
    return true;
  }

  // For the loop: what has come in.
  [[nodiscard]] std::vector<Message> take() {
    const std::lock_guard lock(mutex_);
    eventfd_t count = 0;
    ::eventfd_read(event_.get(), &count);
    return std::exchange(messages_, {});
  }
  void close() {
    std::vector<Message> dropped;
    const std::lock_guard lock(mutex_);
    closed_ = true;
    dropped.swap(messages_);
  }
  [[nodiscard]] int event() const { return event_.get(); }

 private:
  std::mutex mutex_;
  Descriptor event_;
  std::vector<Message> messages_;
  bool closed_ = false;
};

}  // namespace yuxin::http
