#include "locked_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <mutex>
#include <new>

namespace yuxin::base {

namespace {

// Short secrets, of which there are many for a moment, share pages with other secrets and nothing else; to map, lock
// and unmap a page for each would cost more than the cryptography. Long ones have pages of their own.
constexpr std::array<std::size_t, 3> kSizes = {64, 256, 1024};
constexpr std::size_t kChunk = 65536;

std::size_t whole_pages(std::size_t size) {
  static const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (size + page - 1) / page * page;
}

std::uint8_t* map_locked(std::size_t length) {
  void* memory = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  static_cast<void>(mlock(memory, length));
  static_cast<void>(madvise(memory, length, MADV_DONTDUMP));
  return static_cast<std::uint8_t*>(memory);
}

// Blocks are those of one size. Free ones are linked through their first octets, and otherwise zero.
class Blocks {
 public:
  std::uint8_t* take(std::size_t size) {
    const std::lock_guard lock(mutex_);
    if (free_.first == nullptr) add_chunk(size);
    std::uint8_t* block = free_.first;
    std::memcpy(&free_, block, sizeof free_);
    std::memset(block, 0, sizeof free_);
    return block;
  }
  void give_back(std::uint8_t* block) {
    const std::lock_guard lock(mutex_);
    put(block);
  }

 private:
  struct Link {
    std::uint8_t* first = nullptr;
  };
  void put(std::uint8_t* block) {
    std::memcpy(block, &free_, sizeof free_);
    free_.first = block;
  }
  void add_chunk(std::size_t size) {
    std::uint8_t* chunk = map_locked(kChunk);
    for (std::size_t at = kChunk; at >= size; at -= size) put(chunk + at - size);
  }
  std::mutex mutex_;
  Link free_;
};

// Never destroyed: secrets of static lifetime may go after everything else.
std::array<Blocks, kSizes.size()>& blocks() {
  static auto* const kBlocks = new std::array<Blocks, kSizes.size()>;
  return *kBlocks;
}

}  // namespace

std::uint8_t* locked_allocate(std::size_t size) {
  if (size > SIZE_MAX / 2) throw std::bad_alloc();
  for (std::size_t i = 0; i < kSizes.size(); ++i) {
    if (size <= kSizes[i]) return blocks()[i].take(kSizes[i]);
  }
  return map_locked(whole_pages(size));
}

void locked_free(std::uint8_t* memory, std::size_t size) noexcept {
  explicit_bzero(memory, size);
  for (std::size_t i = 0; i < kSizes.size(); ++i) {
    if (size <= kSizes[i]) return blocks()[i].give_back(memory);
  }
  munmap(memory, whole_pages(size));
}

}  // namespace yuxin::base
