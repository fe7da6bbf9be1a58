// GF(256): against the rules of the field and the products that FIPS 197 gives.
#include "keymgmt/shares/gf256.hpp"

#include <doctest/doctest.h>

namespace keymgmt = yuxin::keymgmt;
using keymgmt::multiply;

TEST_CASE("products are those of FIPS 197 section 4.2") {
  CHECK(multiply(0x57, 0x83) == 0xc1);
  CHECK(multiply(0x57, 0x13) == 0xfe);
  CHECK(multiply(0x57, 0x02) == 0xae);
  CHECK(multiply(0x57, 0x10) == 0x07);
}

TEST_CASE("every octet but zero has its inverse") {
  CHECK(keymgmt::invert(0x53) == 0xca);  // FIPS 197, behind the S-box
  CHECK(keymgmt::invert(0) == 0);
  for (unsigned a = 1; a < 256; ++a)
    CHECK(multiply(static_cast<std::uint8_t>(a), keymgmt::invert(static_cast<std::uint8_t>(a))) == 1);
}

TEST_CASE("through a point goes its own value, and a line is a line") {
  const yuxin::base::Bytes at_0 = {0x11, 0x00};
  const yuxin::base::Bytes at_1 = {0x46, 0x57};
  const keymgmt::Point points[] = {{0, at_0}, {1, at_1}};
  CHECK(yuxin::base::hex(keymgmt::interpolate(points, 0).view()) == "1100");
  CHECK(yuxin::base::hex(keymgmt::interpolate(points, 1).view()) == "4657");
  // y = y0 + 57 x
  CHECK(yuxin::base::hex(keymgmt::interpolate(points, 0x83).view()) == "d0c1");
}
