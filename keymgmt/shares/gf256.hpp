// Arithmetic in GF(256) with the polynomial x^8 + x^4 + x^3 + x + 1, as SLIP-0039 shares secrets octet by octet.
#pragma once

#include <cstdint>
#include <span>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::keymgmt {

// multiply takes the same steps for every pair: no branch and no table depends on the values, which are secret.
[[nodiscard]] std::uint8_t multiply(std::uint8_t a, std::uint8_t b);
// invert gives a^254, the inverse of all but 0, whose "inverse" is 0.
[[nodiscard]] std::uint8_t invert(std::uint8_t a);

// Point is one value of the polynomials: `x` is public, the octets are not.
struct Point {
  std::uint8_t x = 0;
  base::ByteView y;
};

// interpolate gives the value at `x` of the polynomials of lowest degree through the points (Lagrange). The points
// have different x and equally many octets, and there is at least one of them.
[[nodiscard]] base::Secret interpolate(std::span<const Point> points, std::uint8_t x);

}  // namespace yuxin::keymgmt
