#include <malloc.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "yuxin/x509/key.hpp"

namespace yuxin::x509 {

namespace {

constexpr std::size_t kRoom = std::size_t{2} << 20U;
constexpr std::size_t kSmallest = 32;  // octets: the number of a P-256 key

// The library's decoders read a private key from a copy in ordinary memory, and give that back as it is. So whatever
// the library gives back is overwritten, all of the block: it may have been longer before.
void wipe(void* block) { ::explicit_bzero(block, ::malloc_usable_size(block)); }

// NOLINTBEGIN(cppcoreguidelines-no-malloc): the library asks for blocks, and owns them.
void* allocate(std::size_t size, const char*, int) { return std::malloc(size); }

void release(void* block, const char*, int) {
  if (block == nullptr) return;
  wipe(block);
  std::free(block);
}

void* resize(void* block, std::size_t size, const char*, int) {
  if (block == nullptr) return std::malloc(size);
  const auto room = ::malloc_usable_size(block);
  if (size != 0 && size <= room) return block;  // what stands behind it is wiped when it goes
  void* const moved = size == 0 ? nullptr : std::malloc(size);
  if (size != 0 && moved == nullptr) return nullptr;
  if (moved != nullptr) std::memcpy(moved, block, std::min(room, size));
  wipe(block);
  std::free(block);
  return moved;
}
// NOLINTEND(cppcoreguidelines-no-malloc)

}  // namespace

void lock_private_keys() {
  // Refused when the library has memory already, which it would give back by another way than it came.
  static_cast<void>(CRYPTO_set_mem_functions(allocate, resize, release));
  // The library puts private numbers there by itself: elliptic-curve scalars and nonces, RSA primes and exponents.
  static_cast<void>(CRYPTO_secure_malloc_init(kRoom, kSmallest));
}

}  // namespace yuxin::x509
