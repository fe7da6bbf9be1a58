// The counter that tells every process of a home that a status has changed.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "yuxin/base/result.hpp"

namespace yuxin::store {

// Signal is one 64-bit counter in a shared mapping of a small file, or in this process alone. Thread-safe.
class Signal {
 public:
  // open maps the file, makes it when missing, and takes reading alone when that is all that it may. An empty path:
  // a counter of this process. Errors: kNotAuthorised, kUnavailable.
  [[nodiscard]] static base::Result<std::unique_ptr<Signal>> open(const std::string& path);
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  [[nodiscard]] std::uint64_t value() const;
  // raise does nothing where the file may only be read: who may not write the signal cannot change the status either.
  void raise();

 private:
  Signal() = default;
  std::uint64_t* counter_ = &own_;
  std::uint64_t own_ = 0;
  bool mapped_ = false;
  bool writable_ = true;
};

}  // namespace yuxin::store
