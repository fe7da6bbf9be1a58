#include <openssl/crypto.h>

#include "yuxin/x509/key.hpp"

namespace yuxin::x509 {

namespace {

constexpr std::size_t kRoom = std::size_t{2} << 20U;
constexpr std::size_t kSmallest = 32;  // octets: the number of a P-256 key

}  // namespace

void lock_private_keys() {
  // The library puts private numbers there by itself: elliptic-curve scalars and nonces, RSA primes and exponents.
  static_cast<void>(CRYPTO_secure_malloc_init(kRoom, kSmallest));
}

}  // namespace yuxin::x509
