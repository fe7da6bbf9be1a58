#include "gf256.hpp"

namespace yuxin::keymgmt {

std::uint8_t multiply(std::uint8_t a, std::uint8_t b) {
  unsigned left = a;
  unsigned product = 0;
  for (unsigned bit = 0; bit < 8; ++bit) {
    product ^= left & (0U - ((unsigned{b} >> bit) & 1U));
    left = (left << 1U) ^ (0x11bU & (0U - (left >> 7U)));
  }
  return static_cast<std::uint8_t>(product);
}

std::uint8_t invert(std::uint8_t a) {
  // 254 = 2 + 4 + 8 + 16 + 32 + 64 + 128
  std::uint8_t power = multiply(a, a);
  std::uint8_t product = power;
  for (int i = 0; i < 6; ++i) {
    power = multiply(power, power);
    product = multiply(product, power);
  }
  return product;
}

base::Secret interpolate(std::span<const Point> points, std::uint8_t x) {
  base::Secret value(points.front().y.size());
  for (const auto& point : points) {
    std::uint8_t above = 1;
    std::uint8_t below = 1;
    for (const auto& other : points) {
      if (other.x == point.x) continue;
      above = multiply(above, static_cast<std::uint8_t>(x ^ other.x));
      below = multiply(below, static_cast<std::uint8_t>(point.x ^ other.x));
    }
    const std::uint8_t weight = multiply(above, invert(below));
    for (std::size_t i = 0; i < value.size(); ++i) value.data()[i] ^= multiply(weight, point.y[i]);
  }
  return value;
}

}  // namespace yuxin::keymgmt
