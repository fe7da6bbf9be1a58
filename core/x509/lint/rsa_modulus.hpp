// Weaknesses that an RSA modulus shows from outside. Moduli are big-endian.
#pragma once

#include <optional>

#include "yuxin/base/bytes.hpp"

namespace yuxin::x509 {

// small_factor is the smallest prime below 752 that divides the modulus.
[[nodiscard]] std::optional<unsigned> small_factor(base::ByteView modulus);

// is_composite says whether the modulus, which is odd, is known to have two different prime factors. A random product
// of primes always passes; a prime and the power of one never do.
[[nodiscard]] bool is_composite(base::ByteView modulus);

// has_close_factors tries so many rounds of Fermat's factorisation, or some thousands more. A million rounds take
// less than a millisecond.
[[nodiscard]] bool has_close_factors(base::ByteView modulus, unsigned rounds);

// is_roca_shaped applies the published fingerprint of CVE-2017-15361: the modulus is a power of 65537 modulo each of
// the primes 3 to 167. A random modulus passes with a probability below 2^-27; one of those keys always does.
[[nodiscard]] bool is_roca_shaped(base::ByteView modulus);

}  // namespace yuxin::x509
