#include "yuxin/base/secret.hpp"

#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "locked_memory.hpp"

namespace yuxin::base {

Secret::Secret(std::size_t size) : data_(size == 0 ? nullptr : locked_allocate(size)), size_(size) {}

Secret::Secret(ByteView copy_of) : Secret(copy_of.size()) {
  if (data_ != nullptr) std::memcpy(data_, copy_of.data(), copy_of.size());
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Secret::~Secret() { wipe(); }

void Secret::wipe() noexcept {
  if (data_ == nullptr) return;
  locked_free(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

void random_bytes(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      // A process without random numbers must not go on: every key and serial would be guessable.
      std::abort();
    }
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

void protect_process() {
  const rlimit none{0, 0};
  static_cast<void>(setrlimit(RLIMIT_CORE, &none));
  static_cast<void>(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

}  // namespace yuxin::base
