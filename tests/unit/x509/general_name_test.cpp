#include <doctest/doctest.h>

#include "yuxin/x509/der.hpp"
#include "yuxin/x509/name.hpp"

namespace base = yuxin::base;
namespace x509 = yuxin::x509;
namespace der = yuxin::x509::der;
using x509::GeneralNameKind;
using x509::Wildcard;

namespace {

x509::GeneralName parsed(std::string_view text) {
  const auto name = x509::parse_general_name(text);
  INFO(std::string(text));
  REQUIRE_MESSAGE(name.has_value(), (name ? "" : name.error().detail));
  return *name;
}

std::string refusal(std::string_view text) {
  const auto name = x509::parse_general_name(text);
  INFO(std::string(text));
  REQUIRE_FALSE(name.has_value());
  CHECK(name.error().code == base::Code::kMalformed);
  return name.error().detail;
}

std::optional<std::vector<x509::GeneralName>> names_of(std::string_view hex) {
  const auto octets = base::from_hex(hex);
  REQUIRE(octets);
  return x509::read_general_names(*octets);
}

}  // namespace

TEST_CASE("general names are read as people type them") {
  const auto dns = parsed("dns:portal.city.example");
  CHECK(dns.kind == GeneralNameKind::kDns);
  CHECK(base::as_text(dns.content) == "portal.city.example");
  CHECK(parsed("DNS: *.city.example").value == "*.city.example");
  CHECK(base::hex(parsed("ip:192.0.2.1").content) == "c0000201");
  CHECK(base::hex(parsed("ip:2001:db8::1").content) == "20010db8000000000000000000000001");
  CHECK(parsed("ip:2001:0DB8:0:0:0:0:0:1").value == "2001:db8::1");
  CHECK(parsed("email:officer@city.example").kind == GeneralNameKind::kEmail);
  CHECK(parsed("uri:https://city.example/a?b=c#d").value == "https://city.example/a?b=c#d");
  CHECK(parsed("uri:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6").kind == GeneralNameKind::kUri);
  CHECK(parsed("dirname:C=CN,CN=x").value == "C=CN, CN=x");
  CHECK(base::hex(parsed("dirname:CN=x").content) == "300c310a300806035504030c0178");
  CHECK(base::hex(parsed("rid:1.2.840.113549").content) == "2a864886f70d");
}

TEST_CASE("what is no general name is refused with the reason") {
  CHECK(refusal("portal.city.example").find("dns:portal.city.example") != std::string::npos);
  CHECK(refusal("dns:市政.example").find("xn--") != std::string::npos);
  CHECK(refusal("name:x").find("name") != std::string::npos);
  for (const std::string_view text : {"",
                                      "dns:",
                                      "dns:a..b",
                                      "dns:-a.test",
                                      "dns:a-.test",
                                      "dns:a b",
                                      "dns:a.*.test",
                                      "dns:*",
                                      "dns:*a.test",
                                      "dns:.",
                                      "dns:a.test.",
                                      "ip:",
                                      "ip:192.0.2",
                                      "ip:192.0.2.256",
                                      "ip:192.0.2.1/24",
                                      "ip:192.0.2.01",
                                      "ip:1::2::3",
                                      "email:a",
                                      "email:@b.test",
                                      "email:a@",
                                      "email:a b@c.test",
                                      "email:a@@b.test",
                                      "email:.a@b.test",
                                      "email:a@b..c",
                                      "uri:",
                                      "uri:city.example",
                                      "uri://city.example",
                                      "uri:http:",
                                      "uri:https://a b",
                                      "uri:1a://b",
                                      "uri:https://市/",
                                      "dirname:",
                                      "dirname:X=1",
                                      "rid:1",
                                      "rid:3.1",
                                      "rid:a",
                                      "other:00",
                                      "x400:00",
                                      "edi:00"}) {
    refusal(text);
  }
}

TEST_CASE("a DNS name has labels of 1 to 63 characters and 253 altogether (RFC 1034 section 3.5)") {
  const std::string label63(63, 'a');
  CHECK(x509::is_dns_name("a", Wildcard::kRefused));
  CHECK(x509::is_dns_name("_acme-challenge.A9.example", Wildcard::kRefused));
  CHECK(x509::is_dns_name("xn--fiqs8s.example", Wildcard::kRefused));
  CHECK(x509::is_dns_name(label63 + ".test", Wildcard::kRefused));
  CHECK_FALSE(x509::is_dns_name(label63 + "a.test", Wildcard::kRefused));
  const std::string name253 = label63 + "." + label63 + "." + label63 + "." + std::string(61, 'a');
  CHECK(name253.size() == 253);
  CHECK(x509::is_dns_name(name253, Wildcard::kRefused));
  CHECK_FALSE(x509::is_dns_name(name253 + "a", Wildcard::kRefused));
  CHECK(x509::is_dns_name("*.example", Wildcard::kAllowed));
  CHECK_FALSE(x509::is_dns_name("*.example", Wildcard::kRefused));
  for (const std::string_view name :
       {"", ".", "a.", ".a", "a..b", "*", "*.", "*.*.a", "a.*.b", "-a", "a-", "a b", "a/b", "a:1", "\xc3\xa4.test"}) {
    INFO(std::string(name));
    CHECK_FALSE(x509::is_dns_name(name, Wildcard::kAllowed));
  }
}

TEST_CASE("addresses and masks are printed (RFC 5952, RFC 5280 section 4.2.1.10)") {
  CHECK(x509::print_ip(*base::from_hex("c0000201")) == "192.0.2.1");
  CHECK(x509::print_ip(*base::from_hex("20010db8000000000000000000000001")) == "2001:db8::1");
  CHECK(x509::print_ip(*base::from_hex("c0000200ffffff00")) == "192.0.2.0/24");
  CHECK(x509::print_ip(*base::from_hex("c0000200ff00ff00")) == "192.0.2.0/255.0.255.0");
  CHECK(x509::print_ip(*base::from_hex("20010db8000000000000000000000000ffffffff000000000000000000000000")) ==
        "2001:db8::/32");
  CHECK(x509::print_ip(*base::from_hex("0000000000000000")) == "0.0.0.0/0");
  CHECK(x509::print_ip(*base::from_hex("010203")) == "010203");
}

TEST_CASE("a sequence of general names is read") {
  const auto names = names_of(
      "820161"                            // dNSName a
      "8704c0000201"                      // iPAddress
      "8103614062"                        // rfc822Name a@b
      "8603613a62"                        // URI a:b
      "88022a03"                          // registeredID 1.2.3
      "a40e300c310a300806035504030c0178"  // directoryName CN=x
      "a00706022a03a0010061");            // otherName, not well-formed inside: only its octets are kept
  CHECK_FALSE(names.has_value());         // because the otherName is cut into two elements, the second unknown
  const auto good = names_of(
      "8201618704c0000201810361406286"
      "03613a6288022a03a40e300c310a300806035504030c0178a00906022a03a0030c0161");
  REQUIRE(good);
  REQUIRE(good->size() == 7);
  CHECK((*good)[0].value == "a");
  CHECK((*good)[1].value == "192.0.2.1");
  CHECK((*good)[2].kind == GeneralNameKind::kEmail);
  CHECK((*good)[3].kind == GeneralNameKind::kUri);
  CHECK((*good)[4].value == "1.2.3");
  CHECK((*good)[5].value == "CN=x");
  CHECK((*good)[6].kind == GeneralNameKind::kOther);
  CHECK((*good)[6].value == "a00906022a03a0030c0161");
  CHECK(base::hex((*good)[6].content) == "06022a03a0030c0161");
}

TEST_CASE("malformed general names are refused") {
  for (const std::string_view hex : {
           "",                      // no name at all
           "8703c00002",            // an address of three octets
           "8708c0000200ffffff00",  // an address with a mask
           "8201ff",                // not ASCII
           "a4020500",              // no Name
           "a4003000",              // an empty directoryName, then a sequence
           "8800",                  // an empty OID
           "890161",                // no such choice
           "a20161",                // dNSName constructed
           "0c0161",                // no context tag
           "820261",                // cut short
           "82810161",              // length not minimal
       }) {
    INFO(std::string(hex));
    CHECK_FALSE(names_of(hex).has_value());
  }
}

TEST_CASE("every kind has the prefix that it is typed with") {
  CHECK(x509::general_name_prefix(GeneralNameKind::kDns) == "dns");
  CHECK(x509::general_name_prefix(GeneralNameKind::kIp) == "ip");
  CHECK(x509::general_name_prefix(GeneralNameKind::kEmail) == "email");
  CHECK(x509::general_name_prefix(GeneralNameKind::kUri) == "uri");
  CHECK(x509::general_name_prefix(GeneralNameKind::kDirectory) == "dirname");
  CHECK(x509::general_name_prefix(GeneralNameKind::kRegisteredId) == "rid");
  CHECK(x509::general_name_prefix(GeneralNameKind::kOther) == "other");
}
