#include <doctest/doctest.h>

#include <string>

#include "small_tsa.hpp"
#include "yuxin/x509/der.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;

namespace {

// A TSTInfo with what a test puts behind the serial number.
Bytes info_of(std::string_view time, const Bytes& tail = {}) {
  der::Writer out;
  const auto whole = out.open(der::kSequence);
  out.integer(1);
  out.oid(test::oid_of("1.2.3"));
  const auto imprint = out.open(der::kSequence);
  const auto algorithm = out.open(der::kSequence);
  out.oid(oid::kSha256);
  out.close(algorithm);
  out.octet_string(Bytes(32, 7));
  out.close(imprint);
  out.integer(5);
  out.text(der::kGeneralizedTime, time);
  out.raw(tail);
  out.close(whole);
  return out.take();
}

std::optional<std::uint32_t> fraction_of(std::string_view time) {
  const auto info = parse_time_stamp_info(info_of(time));
  if (!info) return std::nullopt;
  CHECK(info->time == base::UnixTime{928888406});  // 1999-06-09T00:33:26Z
  return info->time_microseconds;
}

std::optional<std::int64_t> accuracy_of(const Bytes& accuracy) {
  const auto info = parse_time_stamp_info(info_of("19990609003326Z", accuracy));
  return info ? info->accuracy_microseconds : std::nullopt;
}

}  // namespace

TEST_CASE("times have fractions as RFC 3161 section 2.4.2 writes them") {
  CHECK(fraction_of("19990609003326Z") == 0U);
  CHECK(fraction_of("19990609003326.34352Z") == 343520U);  // the example of the standard, another minute
  CHECK(fraction_of("19990609003326.1Z") == 100000U);
  CHECK(fraction_of("19990609003326.000001Z") == 1U);
  CHECK(fraction_of("19990609003326.1234569Z") == 123456U);  // finer than a microsecond: cut off
  CHECK_FALSE(fraction_of("19990609003326.Z"));
  CHECK_FALSE(fraction_of("19990609003326.0Z"));
  CHECK_FALSE(fraction_of("19990609003326.340Z"));  // zeros at the end must be left out
  CHECK_FALSE(fraction_of("19990609003326.34"));
  CHECK_FALSE(fraction_of("19990609003326,34Z"));
  CHECK_FALSE(fraction_of("19990609003326.3 Z"));
  CHECK_FALSE(fraction_of("1999060900332Z"));
  CHECK_FALSE(fraction_of("19990609003360Z"));
  CHECK_FALSE(fraction_of("199906090033Z"));  // seconds are there
  CHECK_FALSE(fraction_of("19990609003326+0800"));
}

TEST_CASE("accuracy is the sum of its three parts") {
  CHECK_FALSE(accuracy_of({}));
  CHECK(accuracy_of({0x30, 0x03, 0x02, 0x01, 0x02}) == 2'000'000);
  CHECK(accuracy_of({0x30, 0x04, 0x80, 0x02, 0x01, 0xf4}) == 500'000);
  CHECK(accuracy_of({0x30, 0x0a, 0x02, 0x01, 0x01, 0x80, 0x02, 0x01, 0xf4, 0x81, 0x01, 0x64}) == 1'500'100);
  for (const Bytes& wrong : {Bytes{0x30, 0x04, 0x80, 0x02, 0x03, 0xe8},              // 1000 milliseconds
                             Bytes{0x30, 0x03, 0x02, 0x01, 0xff},                    // negative
                             Bytes{0x30, 0x06, 0x81, 0x01, 0x01, 0x80, 0x01, 0x01},  // order
                             Bytes{0x30, 0x03, 0x82, 0x01, 0x01}}) {
    CHECK_FALSE(parse_time_stamp_info(info_of("19990609003326Z", wrong)));
  }
}

TEST_CASE("ordering, nonce, name and extensions are read in their order") {
  // [0] dNSName "a.test", [1] one extension
  const Bytes tail{0x01, 0x01, 0xff, 0x02, 0x02, 0x01, 0x02, 0xa0, 0x08, 0x82, 0x06, 'a',  '.',  't',  'e',  's', 't',
                   0xa1, 0x0e, 0x30, 0x0c, 0x06, 0x03, 0x2a, 0x03, 0x04, 0x01, 0x01, 0xff, 0x04, 0x02, 0x05, 0x00};
  const auto info = parse_time_stamp_info(info_of("19990609003326Z", tail));
  REQUIRE(info);
  CHECK(info->ordering == TimeStampInfo::Ordering::kYes);
  CHECK(info->nonce == Bytes{1, 2});
  REQUIRE(info->tsa);
  CHECK(info->tsa->value == "a.test");
  CHECK(info->has_critical_extension);
  CHECK_FALSE(parse_time_stamp_info(info_of("19990609003326Z", {0x02, 0x01, 0x05, 0x01, 0x01, 0xff})));
  CHECK_FALSE(parse_time_stamp_info(info_of("19990609003326Z", {0x05, 0x00})));
}
