#include <doctest/doctest.h>

#include "small_roles.hpp"
#include "yuxin/x509/der.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using evidence::Place;

const evidence::Organisation& town() {
  static const auto organisation = need(evidence::Organisation::parse(kOrganisation, "organisation.toml"));
  return *organisation;
}

bool covers(std::string_view text, const Place& place) { return evidence::covers(scope(text), place, town()); }
bool contains(std::string_view outer, std::string_view inner) {
  return evidence::contains(scope(outer), scope(inner), town());
}

}  // namespace

TEST_CASE("scopes as they are typed") {
  CHECK(scope("").unlimited());
  CHECK(scope("   ").unlimited());
  CHECK(evidence::print_scope(scope("profile:device  org:PSB/* district:500103 org:CITY org:CITY")) ==
        "org:CITY org:PSB/* district:500103 profile:device");
  for (const char* bad :
       {"PSB", "org:", "org:psb", "org:PSB/", "org:PSB/**", "org:/*", "district:50010", "district:5001033",
        "district:50010a", "profile:", "profile:Device", "building:7", ":x", "org:PSB,profile:device"}) {
    CAPTURE(bad);
    CHECK_FALSE(evidence::parse_scope(bad).has_value());
  }
  std::string many;
  for (int i = 0; i < 65; ++i) many += "district:5001" + std::to_string(10 + i) + " ";
  CHECK_FALSE(evidence::parse_scope(many).has_value());
}

TEST_CASE("a scope covers a place when each of its lists does") {
  const Place police{.organisation = org("PSB"), .district = {}, .profile = {}};
  const Place yuzhong{.organisation = org("PSB-500103"), .district = "500103", .profile = "device"};
  CHECK(covers("", {}));
  CHECK(covers("", yuzhong));
  CHECK(covers("org:PSB", police));
  CHECK_FALSE(covers("org:PSB", yuzhong));
  CHECK(covers("org:PSB/*", yuzhong));
  CHECK(covers("org:CITY/*", yuzhong));
  CHECK_FALSE(covers("org:OLD/*", yuzhong));
  CHECK(covers("org:OLD org:PSB/*", yuzhong));
  CHECK(covers("district:500103 profile:device", yuzhong));
  CHECK_FALSE(covers("district:500103 profile:tls-server", yuzhong));
  // what is not said is covered only where it is not limited
  CHECK_FALSE(covers("org:PSB", {}));
  CHECK_FALSE(covers("district:500103", police));
  CHECK_FALSE(covers("profile:device", police));
}

TEST_CASE("nobody grants more than they have") {
  CHECK(contains("", ""));
  CHECK(contains("", "org:PSB"));
  CHECK_FALSE(contains("org:PSB", ""));
  CHECK(contains("org:PSB/*", "org:PSB"));
  CHECK(contains("org:PSB/*", "org:PSB-500103/*"));
  CHECK_FALSE(contains("org:PSB", "org:PSB/*"));
  CHECK_FALSE(contains("org:PSB-500103", "org:PSB-500103/*"));  // the tree may grow
  CHECK_FALSE(contains("org:PSB/*", "org:CITY"));
  CHECK_FALSE(contains("org:PSB/*", "org:PSB org:CITY"));
  CHECK(contains("org:PSB org:OLD", "org:OLD"));
  CHECK(contains("profile:device profile:tls-server", "org:PSB profile:device"));
  CHECK_FALSE(contains("profile:device", "org:PSB"));
  CHECK_FALSE(contains("district:500103", "district:500103 district:500104"));
}

TEST_CASE("a scope in an attribute certificate") {
  const auto made = evidence::make_scope_attribute(scope("org:PSB/* org:CITY district:500103 profile:device"));
  CHECK(base::equal(made.type, x509::oid::kRoleScope));
  REQUIRE(made.values.size() == 1);
  // By hand: [0] { { "CITY" }, { "PSB", TRUE } }, [1] { "500103" }, [2] { "device" }
  CHECK(base::hex(made.values[0]) ==
        "3028a0123006130443495459300813035053420101ff"
        "a1081306353030313033a2081306646576696365");
  CHECK(need(evidence::read_scope(made.values[0])) == scope("org:PSB/* org:CITY district:500103 profile:device"));
}

TEST_CASE("scopes that cannot be read limit nothing and everything: they are refused") {
  for (const char* bad : {
           "3000",                                        // nothing limited: the attribute is absent then
           "3002a000",                                    // an empty list
           "300ca00830061304434954590500",                // something behind it
           "300aa0083006130463697479",                    // lower case
           "300ca00a30081303505342010100",                // FALSE written out, which DER does not
           "300aa1081306353030313061",                    // no digit
           "3013a1081306353030313033a00730051303505342",  // the wrong order
           "3009a00730050c03505342",                      // UTF8String
           "300aa0083006",                                // cut off
       }) {
    CAPTURE(bad);
    CHECK_FALSE(evidence::read_scope(*base::from_hex(bad)).has_value());
  }
}
