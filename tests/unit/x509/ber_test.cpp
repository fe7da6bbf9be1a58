// ber.hpp is private to x509; the normaliser is what lets messages of other programs in.
#include "core/x509/ber.hpp"

#include <doctest/doctest.h>

#include <string>

using yuxin::base::Bytes;
using yuxin::base::from_hex;
using yuxin::base::hex;
using yuxin::x509::ber_to_der;

namespace {

std::string rewritten(std::string_view ber) {
  const auto der = ber_to_der(from_hex(ber).value());
  return der ? hex(*der) : "refused";
}

Bytes nested(std::size_t levels, const Bytes& innermost) {
  Bytes ber;
  for (std::size_t i = 0; i < levels; ++i) ber.insert(ber.end(), {0x30, 0x80});
  ber.insert(ber.end(), innermost.begin(), innermost.end());
  ber.insert(ber.end(), 2 * levels, 0x00);
  return ber;
}

}  // namespace

TEST_CASE("what is DER stays as it is") {
  CHECK(rewritten("3003020101") == "3003020101");
  CHECK(rewritten("0500") == "0500");
  CHECK(rewritten("a003020101") == "a003020101");
}

TEST_CASE("indefinite and wide lengths become the shortest definite ones") {
  CHECK(rewritten("30800201010000") == "3003020101");
  CHECK(rewritten("3080a080020101000030800000020102"
                  "0000") ==
        "300aa00302010130000"
        "20102");
  CHECK(rewritten("308103020101") == "3003020101");
  CHECK(rewritten("3083000004"
                  "02810101") == "3003020101");
  CHECK(rewritten("30850000000003020101") == "3003020101");
  CHECK(rewritten("308a00000000000000000000") == "3000");
}

TEST_CASE("pieces of an octet string are joined, also pieces of pieces") {
  CHECK(rewritten("248004016104026263"
                  "0000") == "0403616263");
  CHECK(rewritten("24060401610401"
                  "62") == "04026162");
  CHECK(rewritten("2480"
                  "2480040161"
                  "0000"
                  "040162"
                  "0000") == "04026162");
  CHECK(rewritten("24800000") == "0400");
  std::string pieces = "2480";
  for (int i = 0; i < 100; ++i) pieces += "04026162";
  const std::string joined = rewritten(pieces + "0000");
  CHECK(joined.substr(0, 6) == "0481c8");
  CHECK(joined.size() == 2 * (3 + 200));
}

TEST_CASE("strings under an implicit tag keep their pieces, for only a schema knows them") {
  CHECK(rewritten("a0800401610401620000") == "a006040161040162");
}

TEST_CASE("what is no BER is refused") {
  for (const char* bad : {"",
                          "30",
                          "3003",
                          "300302010",
                          "30030201",
                          "3080020101",
                          "30800201010001",
                          "0000",
                          "3004020101",
                          "0201010500",
                          "0280010000",
                          "248002010100"
                          "00",
                          "1f810101",
                          "3f800000",
                          "2380030100"
                          "0000",
                          "30ff",
                          "308b00000000000000000000",
                          "3088ffffffffffffffff",
                          "300504040000",
                          "300500000201"
                          "01",
                          "308030030201010000"
                          "01"}) {
    CAPTURE(std::string(bad));
    const auto octets = from_hex(bad);
    CHECK((!octets || !ber_to_der(*octets)));
  }
}

TEST_CASE("an element cannot reach beyond the one that holds it") {
  CHECK(rewritten("30050403616263"
                  "00") == "refused");
  CHECK(rewritten("3004"
                  "3080"
                  "0500"
                  "0000") == "refused");  // the end of contents lies outside
  CHECK(rewritten("3006"
                  "3080"
                  "0500"
                  "0000") ==
        "30043"
        "0020500");
}

TEST_CASE("depth is limited") {
  CHECK(ber_to_der(nested(64, {0x05, 0x00})).has_value());
  CHECK_FALSE(ber_to_der(nested(65, {0x05, 0x00})).has_value());
  CHECK_FALSE(ber_to_der(Bytes(1 << 20, 0x30)).has_value());
}

TEST_CASE("the number of elements is limited") {
  const auto many = [](std::size_t count) {
    Bytes ber{0x30, 0x80};
    for (std::size_t i = 0; i < count; ++i) ber.insert(ber.end(), {0x05, 0x00});
    ber.insert(ber.end(), {0x00, 0x00});
    return ber_to_der(ber);
  };
  CHECK(many((1U << 20U) - 1).has_value());
  CHECK_FALSE(many(1U << 20U).has_value());
}
