#include "yuxin/base/secret.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace yuxin::base {
namespace {

std::size_t whole_pages(std::size_t size) {
  static const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (size + page - 1) / page * page;
}

// Whole pages of its own for every secret: mlock, madvise and the wiping then touch nothing else.
std::uint8_t* allocate(std::size_t size) {
  if (size == 0) return nullptr;
  if (size > SIZE_MAX / 2) throw std::bad_alloc();
  const std::size_t length = whole_pages(size);
  void* memory = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  // Best effort: without the right to lock, the program still runs, and doctor says so.
  static_cast<void>(mlock(memory, length));
  static_cast<void>(madvise(memory, length, MADV_DONTDUMP));
  return static_cast<std::uint8_t*>(memory);
}

}  // namespace

Secret::Secret(std::size_t size) : data_(allocate(size)), size_(size) {}

Secret::Secret(ByteView copy_of) : Secret(copy_of.size()) {
  if (!copy_of.empty()) std::memcpy(data_, copy_of.data(), copy_of.size());
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
  explicit_bzero(data_, size_);
  munmap(data_, whole_pages(size_));
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
