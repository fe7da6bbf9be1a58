#include "yuxin/x509/serial.hpp"

#include <doctest/doctest.h>

#include <set>

using yuxin::base::from_hex;
using yuxin::base::hex;
using yuxin::x509::Serial;

namespace {
std::optional<Serial> from_content(std::string_view octets) { return Serial::from_der_content(*from_hex(octets)); }
}  // namespace

TEST_CASE("a serial is a positive minimal INTEGER of at most 20 octets (RFC 5280 section 4.1.2.2)") {
  CHECK(from_content("01").has_value());
  CHECK(from_content("00ff").has_value());
  CHECK(from_content("7fffffffffffffffffffffffffffffffffffffff").has_value());
  CHECK_FALSE(from_content("").has_value());
  CHECK_FALSE(from_content("00").has_value());
  CHECK_FALSE(from_content("80").has_value());
  CHECK_FALSE(from_content("0001").has_value());
  CHECK_FALSE(from_content("00ffffffffffffffffffffffffffffffffffffffff").has_value());
  CHECK_FALSE(from_content("010000000000000000000000000000000000000000").has_value());
}

TEST_CASE("hexadecimal digits are read in either case, with blanks, colons and leading zeros") {
  CHECK(hex(Serial::parse("3f9A 77:c2")->content()) == "3f9a77c2");
  CHECK(hex(Serial::parse("ff")->content()) == "00ff");
  CHECK(hex(Serial::parse("123")->content()) == "0123");
  CHECK(hex(Serial::parse("00000000000000000000000000000000000000000000000001")->content()) == "01");
  CHECK(hex(Serial::parse("7fffffffffffffffffffffffffffffffffffffff")->content()) ==
        "7fffffffffffffffffffffffffffffffffffffff");
  for (const char* bad : {"", " ", "0", "000", "0x12", "-1", "12g", "8000000000000000000000000000000000000000",
                          "010000000000000000000000000000000000000000", "ffffffffffffffffffffffffffffffffffffffffff",
                          "ffff7fffffffffffffffffffffffffffffffffff7f"}) {
    CAPTURE(bad);
    CHECK_FALSE(Serial::parse(bad).has_value());
  }
}

TEST_CASE("a serial is shown without its sign octet") {
  const auto serial = from_content("00f39a77c2aa01");
  CHECK(serial->hex() == "F39A77C2AA01");
  CHECK(serial->grouped() == "F39A:77C2:AA01");
  CHECK(serial->shortened() == "F39A77C2…01");
  CHECK(from_content("f3").has_value() == false);
  CHECK(from_content("3f9a77c201")->shortened() == "3F9A77C201");
  CHECK(from_content("01")->hex() == "01");
  CHECK(*Serial::parse(serial->hex()) == *serial);
  CHECK(*Serial::parse(serial->grouped()) == *serial);
}

TEST_CASE("random serials fit, differ, and use all 159 bits") {
  std::set<std::string> seen;
  std::array<unsigned, 160> ones{};
  constexpr int kDraws = 2000;
  for (int i = 0; i < kDraws; ++i) {
    const Serial serial = Serial::random();
    CHECK(serial.content().size() <= 20);
    CHECK(Serial::from_der_content(serial.content()).has_value());
    CHECK(seen.insert(serial.hex()).second);
    for (std::size_t bit = 0; bit < 8 * serial.content().size(); ++bit) {
      const auto octets = serial.content();
      ones[bit] += octets[octets.size() - 1 - bit / 8] >> (bit % 8) & 1U;
    }
  }
  CHECK(ones[159] == 0);
  // Each other bit is one in half of the draws; ten standard deviations are 224.
  for (std::size_t bit = 0; bit < 159; ++bit) {
    CAPTURE(bit);
    CHECK(ones[bit] > kDraws / 2 - 224);
    CHECK(ones[bit] < kDraws / 2 + 224);
  }
}
