#include "yuxin/base/bytes.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using namespace yuxin::base;

namespace {

Bytes octets(std::string_view text) { return to_bytes(as_bytes(text)); }

Bytes random_octets(std::mt19937& random, std::size_t size) {
  Bytes out(size);
  for (auto& octet : out) octet = static_cast<std::uint8_t>(random());
  return out;
}

}  // namespace

// RFC 4648 section 10.
TEST_CASE("base64 gives the test vectors of RFC 4648") {
  const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    CHECK(base64(as_bytes(plain)) == encoded);
    CHECK(from_base64(encoded) == octets(plain));
  }
}

TEST_CASE("hexadecimal gives the base16 vector of RFC 4648") {
  CHECK(hex_upper(as_bytes("foobar")) == "666F6F626172");
  CHECK(hex(Bytes{0x00, 0xAB, 0xFF}) == "00abff");
  CHECK(from_hex("00aBfF") == Bytes{0x00, 0xAB, 0xFF});
  CHECK(from_hex("") == Bytes{});
}

TEST_CASE("hexadecimal takes digits and nothing else") {
  for (const char* bad : {"0", "0x", "0g", "g0", " 00", "00 ", "0 0 ", "00\n0", "/0", ":0", "@0", "`0", "G0"}) {
    CHECK_FALSE(from_hex(bad).has_value());
  }
}

TEST_CASE("base64 may be broken by white space") {
  CHECK(from_base64(" Zm9v\r\n\tYmFy \n") == octets("foobar"));
  CHECK(from_base64("Z g\n=\t=") == octets("f"));
  CHECK(from_base64(" \n") == Bytes{});
}

TEST_CASE("base64 is otherwise strict") {
  // RFC 4648 sections 3.2 (padding), 3.3 (alphabet), 3.5 (bits after the end).
  for (const char* bad : {"Z",        "Zg",
                          "Zg=",      "Zm9",
                          "=",        "====",
                          "Zg===",    "Z===",
                          "Zg==Zg==", "Zm8=Zm8=",
                          "Zh==",     "Zm9=",
                          "Zm-v",     "Zm_v",
                          "Zm9v!",    "Zm9v====",
                          "=m9v",     "Z=9v",
                          "Zm=v",     "Zm\x80v",
                          "Zg=A",     "\xFF\xFF\xFF\xFF"}) {
    CHECK_MESSAGE(!from_base64(bad).has_value(), bad);
  }
  CHECK_FALSE(from_base64(std::string_view("Zm9v\0", 5)).has_value());
}

TEST_CASE("what was encoded decodes to itself") {
  std::mt19937 random(7);
  for (std::size_t size = 0; size < 200; ++size) {
    const Bytes data = random_octets(random, size);
    CHECK(from_base64(base64(data)) == data);
    CHECK(from_hex(hex(data)) == data);
    CHECK(from_hex(hex_upper(data)) == data);
    const auto blocks = parse_pem(pem("TEST", data));
    REQUIRE(blocks.size() == 1);
    CHECK(blocks[0].der == data);
  }
}

TEST_CASE("octet strings compare by length and content") {
  const Bytes a{1, 2, 3};
  for (const auto same : {equal, equal_constant_time}) {
    CHECK(same(a, Bytes{1, 2, 3}));
    CHECK(same({}, {}));
    CHECK_FALSE(same(a, Bytes{1, 2, 4}));
    CHECK_FALSE(same(a, Bytes{0, 2, 3}));
    CHECK_FALSE(same(a, Bytes{1, 2}));
    CHECK_FALSE(same(a, {}));
  }
}

TEST_CASE("appending keeps what was there") {
  Bytes a{1};
  append(a, Bytes{2, 3});
  append(a, {});
  CHECK(a == Bytes{1, 2, 3});
}
