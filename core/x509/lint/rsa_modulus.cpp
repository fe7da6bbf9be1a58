#include "lint/rsa_modulus.hpp"

#include <array>
#include <bitset>
#include <cstdint>
#include <vector>

#include "openssl.hpp"

namespace yuxin::x509 {

namespace {

constexpr unsigned kSmallPrimeBound = 752;
constexpr unsigned kLastRocaPrime = 167;

constexpr bool is_prime(unsigned n) {
  for (unsigned d = 2; d * d <= n; ++d) {
    if (n % d == 0) return false;
  }
  return n >= 2;
}

// PrimeGroup is a product of primes that fits 32 bits, so that one division of the modulus serves several primes.
struct PrimeGroup {
  std::uint32_t product = 1;
  std::vector<unsigned> primes;
};

std::vector<PrimeGroup> make_groups() {
  std::vector<PrimeGroup> groups(1);
  for (unsigned prime = 2; prime < kSmallPrimeBound; ++prime) {
    if (!is_prime(prime)) continue;
    if (std::uint64_t{groups.back().product} * prime > UINT32_MAX) groups.emplace_back();
    groups.back().product *= prime;
    groups.back().primes.push_back(prime);
  }
  return groups;
}

const std::vector<PrimeGroup>& prime_groups() {
  static const std::vector<PrimeGroup> kGroups = make_groups();
  return kGroups;
}

BignumPtr number(base::ByteView octets) {
  return BignumPtr(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
}

// powers_of_65537 has a bit for every element of the subgroup that 65537 generates modulo the prime.
std::bitset<kLastRocaPrime> powers_of_65537(unsigned prime) {
  std::bitset<kLastRocaPrime> powers;
  for (unsigned power = 1; !powers[power]; power = power * (65537 % prime) % prime) powers.set(power);
  return powers;
}

// set_root sets `root` to the integer square root of n by Newton's method, from above.
bool set_root(BIGNUM* root, const BIGNUM* n, BN_CTX* context) {
  const BignumPtr next(BN_new());
  if (BN_set_word(root, 1) != 1 || BN_lshift(root, root, (BN_num_bits(n) + 1) / 2) != 1) return false;
  while (true) {
    if (BN_div(next.get(), nullptr, n, root, context) != 1 || BN_add(next.get(), next.get(), root) != 1 ||
        BN_rshift1(next.get(), next.get()) != 1) {
      return false;
    }
    if (BN_cmp(next.get(), root) >= 0) return true;
    if (BN_copy(root, next.get()) == nullptr) return false;
  }
}

// may_be_square sorts out most numbers by their remainders: a square is one modulo everything.
bool may_be_square(const BIGNUM* n) {
  constexpr std::uint32_t kModulus = 64U * 63U * 65U * 11U;
  const auto rest = static_cast<std::uint32_t>(BN_mod_word(n, kModulus));
  for (const std::uint32_t modulus : std::array<std::uint32_t, 4>{64, 63, 65, 11}) {
    bool found = false;
    for (std::uint32_t i = 0; i < modulus && !found; ++i) found = i * i % modulus == rest % modulus;
    if (!found) return false;
  }
  return true;
}

bool is_square(const BIGNUM* n, BIGNUM* root, BIGNUM* square, BN_CTX* context) {
  if (BN_is_zero(n)) return true;
  return may_be_square(n) && set_root(root, n, context) && BN_sqr(square, root, context) == 1 &&
         BN_cmp(square, n) == 0;
}

}  // namespace

std::optional<unsigned> small_factor(base::ByteView modulus) {
  const BignumPtr n = number(modulus);
  for (const PrimeGroup& group : prime_groups()) {
    const auto rest = static_cast<std::uint32_t>(BN_mod_word(n.get(), group.product));
    for (const unsigned prime : group.primes) {
      if (rest % prime == 0) return prime;
    }
  }
  return std::nullopt;
}

bool has_close_factors(base::ByteView modulus, unsigned rounds) {
  // n = a^2 - b^2 = (a - b)(a + b) with a just above the root of n when the factors are close.
  const BignumPtr n = number(modulus);
  const BignumContextPtr context(BN_CTX_new());
  const BignumPtr a(BN_new());
  const BignumPtr b2(BN_new());
  const BignumPtr root(BN_new());
  const BignumPtr square(BN_new());
  if (!set_root(a.get(), n.get(), context.get())) return false;
  for (unsigned round = 0; round <= rounds; ++round) {
    if (BN_sqr(b2.get(), a.get(), context.get()) != 1 || BN_sub(b2.get(), b2.get(), n.get()) != 1) return false;
    if (BN_is_negative(b2.get()) == 0 && is_square(b2.get(), root.get(), square.get(), context.get())) return true;
    if (BN_add_word(a.get(), 1) != 1) return false;
  }
  return false;
}

bool is_roca_shaped(base::ByteView modulus) {
  const BignumPtr n = number(modulus);
  for (unsigned prime = 3; prime <= kLastRocaPrime; prime += 2) {
    if (!is_prime(prime)) continue;
    const auto rest = static_cast<unsigned>(BN_mod_word(n.get(), prime));
    if (!powers_of_65537(prime)[rest]) return false;
  }
  return true;
}

}  // namespace yuxin::x509
