// The wrapped content keys that were opened here, so that a message that somebody overheard is not asked about.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>

#include "yuxin/x509/digest.hpp"

namespace yuxin::ra::scep {

// SeenKeys remembers with which message each of the last kMost wrapped keys came. An honest device wraps a new key
// for every message that it makes; the same key in another message is somebody who alters what a device has sent and
// watches the answers. Thread-safe.
class SeenKeys {
 public:
  static constexpr std::size_t kMost = 16'384;
  // admit says whether this key came for the first time, or with this very message.
  [[nodiscard]] bool admit(const x509::Digest256& key, const x509::Digest256& message) {
    const std::lock_guard lock(mutex_);
    const auto [at, added] = messages_.try_emplace(key, message);
    if (!added) return at->second == message;
    order_.push_back(key);
    if (order_.size() <= kMost) return true;
    messages_.erase(order_.front());
    order_.pop_front();
    return true;
  }

 private:
  std::mutex mutex_;
  std::map<x509::Digest256, x509::Digest256> messages_;
  std::deque<x509::Digest256> order_;
};

}  // namespace yuxin::ra::scep
