// One after the other: what concerns the same thing waits for its turn.
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>

#include "yuxin/x509/digest.hpp"

namespace yuxin::ra {

// Turns knows the things that are being worked on, each by a digest. Thread-safe; outlives its turns.
class Turns {
 public:
  // Turn is had by one caller at a time: it waits for the one before.
  class Turn {
   public:
    Turn(Turns& turns, const x509::Digest256& thing) : turns_(turns), thing_(thing) {
      std::unique_lock lock(turns_.mutex_);
      turns_.freed_.wait(lock, [&] { return turns_.busy_.insert(thing_).second; });
    }
    ~Turn() {
      {
        const std::lock_guard lock(turns_.mutex_);
        turns_.busy_.erase(thing_);
      }
      turns_.freed_.notify_all();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Turns& turns_;
    x509::Digest256 thing_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  std::set<x509::Digest256> busy_;
};

}  // namespace yuxin::ra
