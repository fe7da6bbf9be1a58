// Messages of RFC 1035 that dnslib 0.9.23 (Debian python3-dnslib) wrote: DNSRecord.question(...).reply() with id
// 0x1234.
#include "yuxin/http/dns.hpp"

#include <doctest/doctest.h>

#include "need.hpp"

using namespace yuxin;
using http::DnsType;
using test::need;

namespace {

constexpr std::uint16_t kId = 0x1234;
constexpr std::string_view kAlias =
    "123485800001000300000000037777770463697479076578616d706c650000010001c00c000500010000003c000b037765620443697479c0"
    "1503"
    "776562c010000100010000003c0004c0000207c039000100010000003c0004c0000208";
constexpr std::string_view kText =
    "1234858000010001000000000f5f61636d652d6368616c6c656e67650463697479076578616d706c650000100001c00c001000010000003c"
    "000e"
    "06666972737420067365636f6e64";
constexpr std::string_view kCaa =
    "123485800001000100000000046369747907"
    "6578616d706c650001010001c00c010100010000003c00168005497373756563612e6578616d706c653b20783d79";
constexpr std::string_view kAaaa =
    "123485800001000100000000027636076578616d706c6500001c0001c00c001c00010000003c001020010db800000000000000000000000"
    "7";
constexpr std::string_view kNoSuchName = "123485830001000000000000026e6f076578616d706c650000010001";
constexpr std::string_view kServerFailure = "123485820001000000000000026e6f076578616d706c650000010001";
constexpr std::string_view kCutShort = "123487800001000000000000026e6f076578616d706c650000010001";

base::Result<http::DnsAnswer> read(std::string_view hex, const std::string& name, DnsType type) {
  return http::read_dns_answer(*base::from_hex(hex), kId, {name, type});
}

}  // namespace

TEST_CASE("a question is what dnslib asks") {
  CHECK(base::hex(need(http::make_dns_query(kId, {"www.city.example", DnsType::kA}))) ==
        "123401000001000000000000037777770463697479076578616d706c650000010001");
  for (const auto& name : std::vector<std::string>{"", ".", "a..b", "a b", std::string(64, 'a'),
                                                   "a." + std::string(300, 'a'), "b\xc3\xbc"})
    CHECK_FALSE_MESSAGE(http::make_dns_query(kId, {name, DnsType::kA}), name);
}

TEST_CASE("addresses are found at the end of an alias, whichever case it is written in") {
  const auto answer = need(read(kAlias, "WWW.city.example", DnsType::kA));
  REQUIRE(answer.data.size() == 2);
  CHECK(http::read_dns_address(answer.data[0]) == "192.0.2.7");
  CHECK(http::read_dns_address(answer.data[1]) == "192.0.2.8");
  const auto six = need(read(kAaaa, "v6.example", DnsType::kAaaa));
  REQUIRE(six.data.size() == 1);
  CHECK(http::read_dns_address(six.data[0]) == "2001:db8::7");
}

TEST_CASE("the strings of a text are joined, and a CAA record is taken apart") {
  const auto text = need(read(kText, "_acme-challenge.city.example", DnsType::kTxt));
  REQUIRE(text.data.size() == 1);
  CHECK(http::read_dns_text(text.data[0]) == "first second");
  const auto caa = need(read(kCaa, "city.example", DnsType::kCaa));
  REQUIRE(caa.data.size() == 1);
  const auto record = http::read_dns_caa(caa.data[0]);
  REQUIRE(record);
  CHECK(record->critical);
  CHECK(record->tag == "issue");
  CHECK(record->value == "ca.example; x=y");
}

TEST_CASE("no such name is an answer, a failure of the resolver is none, and one that is cut short says so") {
  const auto nobody = need(read(kNoSuchName, "no.example", DnsType::kA));
  CHECK(nobody.data.empty());
  CHECK_FALSE(nobody.truncated);
  const auto failed = read(kServerFailure, "no.example", DnsType::kA);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == base::Code::kUnavailable);
  CHECK(need(read(kCutShort, "no.example", DnsType::kA)).truncated);
}

TEST_CASE("an answer to another question, or none at all, is not taken") {
  const auto octets = *base::from_hex(kAlias);
  const http::DnsQuestion question{"www.city.example", DnsType::kA};
  const auto refused = [&](base::ByteView message, std::uint16_t id, const http::DnsQuestion& asked) {
    const auto answer = http::read_dns_answer(message, id, asked);
    return !answer && answer.error().code == base::Code::kMalformed;
  };
  CHECK(refused(octets, kId + 1, question));
  CHECK(refused(octets, kId, {"www.city.example", DnsType::kTxt}));
  CHECK(refused(octets, kId, {"other.city.example", DnsType::kA}));
  auto query = octets;
  query[2] = 0x01;
  CHECK(refused(query, kId, question));
  for (std::size_t size = 0; size < octets.size(); ++size)
    CHECK_MESSAGE(refused({octets.data(), size}, kId, question), size);
}

TEST_CASE("a name that points at itself, or forward, ends the reading") {
  auto octets = *base::from_hex(kAlias);
  // The owner of the first answer is a pointer at offset 34: to itself, and beyond.
  REQUIRE(octets[34] == 0xc0);
  for (const std::uint8_t target : base::Bytes{34, 60, 255}) {
    octets[35] = target;
    CHECK_FALSE(http::read_dns_answer(octets, kId, {"www.city.example", DnsType::kA}));
  }
}

TEST_CASE("malformed data is nothing") {
  CHECK_FALSE(http::read_dns_text({}));
  CHECK_FALSE(http::read_dns_text(base::Bytes{5, 'a'}));
  CHECK_FALSE(http::read_dns_address(base::Bytes{1, 2, 3}));
  CHECK_FALSE(http::read_dns_caa(base::Bytes{0}));
  CHECK_FALSE(http::read_dns_caa(base::Bytes{0, 0}));
  CHECK_FALSE(http::read_dns_caa(base::Bytes{0, 6, 'i', 's', 's', 'u', 'e'}));
}

TEST_CASE("a resolver is a literal address with or without a port") {
  CHECK(need(http::parse_dns_server("192.0.2.53")).port == 53);
  CHECK(need(http::parse_dns_server("192.0.2.53:5353")).port == 5353);
  CHECK(need(http::parse_dns_server("2001:db8::53")).address == "2001:db8::53");
  CHECK(need(http::parse_dns_server("[2001:db8::53]:5353")).port == 5353);
  for (const auto* wrong : {"", "resolver.example", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:99999",
                            "[2001:db8::53", "[2001:db8::53]5353", "192.0.2"})
    CHECK_FALSE_MESSAGE(http::parse_dns_server(wrong), wrong);
  CHECK(http::system_dns_server("# by hand\nsearch city.example\nnameserver 192.0.2.1\nnameserver 192.0.2.2\n")
            .address == "192.0.2.1");
  CHECK(http::system_dns_server("").address == "127.0.0.1");
}
