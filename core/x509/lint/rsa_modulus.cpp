#include "lint/rsa_modulus.hpp"

#include <algorithm>
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

// SquareFilter sorts out by their remainders most i for which (a + i)^2 - n is no square: a square is one modulo
// everything.
class SquareFilter {
 public:
  SquareFilter(unsigned modulus, const BIGNUM* a, const BIGNUM* n) : admitted_(modulus) {
    std::vector<bool> squares(modulus);
    for (std::uint64_t i = 0; i < modulus; ++i) squares[i * i % modulus] = true;
    const std::uint64_t a_rest = BN_mod_word(a, modulus);
    const std::uint64_t n_rest = BN_mod_word(n, modulus);
    for (std::uint64_t i = 0; i < modulus; ++i) {
      admitted_[i] = squares[((a_rest + i) * (a_rest + i) + modulus - n_rest) % modulus];
    }
  }
  [[nodiscard]] bool admits(unsigned i) const { return admitted_[i % admitted_.size()]; }

 private:
  std::vector<bool> admitted_;
};

// The first filter's admitted i repeat after its modulus, so that only they are gone through.
constexpr unsigned kTurn = 16U * 9U * 5U * 7U;
constexpr std::array kFilterPrimes{11U, 13U, 17U, 19U, 23U, 29U, 31U, 37U, 41U, 43U, 47U, 53U, 59U, 61U, 67U, 71U};

std::vector<unsigned> admitted_in_a_turn(const BIGNUM* a, const BIGNUM* n) {
  const SquareFilter filter(kTurn, a, n);
  std::vector<unsigned> admitted;
  for (unsigned i = 0; i < kTurn; ++i) {
    if (filter.admits(i)) admitted.push_back(i);
  }
  return admitted;
}

// is_difference_square says whether (a + i)^2 - n is a square.
bool is_difference_square(const BIGNUM* a, unsigned i, const BIGNUM* n, BN_CTX* context) {
  const BignumPtr difference(BN_dup(a));
  const BignumPtr root(BN_new());
  const BignumPtr square(BN_new());
  if (BN_add_word(difference.get(), i) != 1 || BN_sqr(square.get(), difference.get(), context) != 1 ||
      BN_sub(difference.get(), square.get(), n) != 1) {
    return false;
  }
  if (BN_is_zero(difference.get())) return true;
  return set_root(root.get(), difference.get(), context) && BN_sqr(square.get(), root.get(), context) == 1 &&
         BN_cmp(square.get(), difference.get()) == 0;
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

bool is_composite(base::ByteView modulus) {
  // Fermat: a prime p that divides n = p^k divides 2^(n-1) - 1, too, as p - 1 divides n - 1. So where n and that
  // number have nothing in common, n is neither prime nor the power of a prime; where they have, it is, or falls
  // apart here.
  const BignumPtr n = number(modulus);
  if (BN_is_odd(n.get()) == 0 || BN_is_one(n.get())) return false;
  const BignumContextPtr context(BN_CTX_new());
  const BignumPtr exponent(BN_dup(n.get()));
  const BignumPtr power(BN_new());
  const BignumPtr common(BN_new());
  return BN_sub_word(exponent.get(), 1) == 1 &&
         BN_mod_exp_mont_word(power.get(), 2, exponent.get(), n.get(), context.get(), nullptr) == 1 &&
         BN_sub_word(power.get(), 1) == 1 && BN_gcd(common.get(), power.get(), n.get(), context.get()) == 1 &&
         BN_is_one(common.get());
}

bool has_close_factors(base::ByteView modulus, unsigned rounds) {
  // n = a^2 - b^2 = (a - b)(a + b) with a just above the root of n when the factors are close.
  const BignumPtr n = number(modulus);
  const BignumContextPtr context(BN_CTX_new());
  const BignumPtr a(BN_new());
  if (!set_root(a.get(), n.get(), context.get())) return false;
  const BignumPtr square(BN_new());
  if (BN_sqr(square.get(), a.get(), context.get()) != 1) return false;
  if (BN_cmp(square.get(), n.get()) < 0 && BN_add_word(a.get(), 1) != 1) return false;

  std::vector<SquareFilter> filters;
  filters.reserve(kFilterPrimes.size());
  for (const unsigned prime : kFilterPrimes) filters.emplace_back(prime, a.get(), n.get());
  const auto admitted = admitted_in_a_turn(a.get(), n.get());
  for (unsigned turn = 0; turn < rounds; turn += kTurn) {
    for (const unsigned offset : admitted) {
      const unsigned i = turn + offset;
      if (!std::ranges::all_of(filters, [i](const SquareFilter& filter) { return filter.admits(i); })) continue;
      if (is_difference_square(a.get(), i, n.get(), context.get())) return true;
    }
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
