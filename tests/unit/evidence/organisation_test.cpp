#include "yuxin/evidence/organisation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "small_roles.hpp"
#include "source_dir.hpp"
#include "yuxin/base/file.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using evidence::Exclusion;
using evidence::Organisation;
using evidence::OrgCode;
using evidence::RoleCode;
using evidence::RolePattern;

std::shared_ptr<const Organisation> shipped(std::string_view name) {
  const auto text = evidence::shipped_organisation(name);
  REQUIRE(text);
  return need(Organisation::parse(*text, std::string(name) + ".toml"));
}

std::string refusal(const std::string& text) {
  const auto parsed = Organisation::parse(text, "o.toml");
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().code == base::Code::kMalformed);
  return parsed.error().detail;
}

bool mentions(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

constexpr const char* kUnit = "[[unit]]\ncode = \"A\"\nname = { en = \"a\" }\n";
constexpr const char* kRole = "[[role]]\nroles = [\"A:X\", \"A:Y\"]\ntitle = { en = \"x\" }\n";

}  // namespace

TEST_CASE("codes of organisations") {
  for (const char* good : {"PSB", "DIST-500103", "A", "OPR-001", "A2345678901234567890123456789012"}) {
    CAPTURE(good);
    CHECK(OrgCode::parse(good).has_value());
  }
  for (const char* bad :
       {"", "psb", "1A", "-A", "A-", "A B", "A/*", "A_B", "\xe5\xb8\x82", "A23456789012345678901234567890123"}) {
    CAPTURE(bad);
    CHECK_FALSE(OrgCode::parse(bad).has_value());
  }
}

TEST_CASE("roles, and their names in attribute certificates") {
  for (const char* good : {"PSB:OFF", "RA.REVIEW", "CA.CUST-3", "JUD", "A.B:C"}) {
    CAPTURE(good);
    const auto parsed = need(RoleCode::parse(good));
    CHECK(parsed.uri() == std::string("urn:yuxin:role:") + good);
    CHECK(RoleCode::from_uri(parsed.uri()) == parsed);
  }
  for (const char* bad : {"", "psb:off", "PSB:", ":OFF", "PSB::OFF", "PSB:-X", "PSB:X-", "PSB OFF", "PSB:*", "9A"}) {
    CAPTURE(bad);
    CHECK_FALSE(RoleCode::parse(bad).has_value());
  }
  CHECK_FALSE(RoleCode::from_uri("urn:other:role:PSB:OFF"));
  CHECK_FALSE(RoleCode::from_uri("urn:yuxin:role:"));
  CHECK_FALSE(RoleCode::from_uri("URN:YUXIN:ROLE:PSB:OFF"));
}

TEST_CASE("a pattern is a role, or how it begins") {
  CHECK(RolePattern{"CA.AUD"}.matches(role("CA.AUD")));
  CHECK_FALSE(RolePattern{"CA.AUD"}.matches(role("CA.AUDADM")));
  CHECK(RolePattern{"CA.AUD*"}.matches(role("CA.AUDADM")));
  CHECK(RolePattern{"CA.*"}.matches(role("CA.OP")));
  CHECK_FALSE(RolePattern{"CA.*"}.matches(role("RA.INPUT")));
  CHECK(RolePattern{"*"}.matches(role("PSB:OFF")));
}

TEST_CASE("the tree: parents before children, and who lies below whom") {
  const auto city = need(Organisation::parse(R"(
unit = [
  { code = "LEAF", name = { en = "leaf" }, parent = "TWIG" },
  { code = "TWIG", name = { en = "twig" }, parent = "ROOT" },
  { code = "ROOT", name = { en = "root" } },
])",
                                             "o.toml"));
  REQUIRE(city->units().size() == 3);
  CHECK(city->units()[0].code.text() == "ROOT");
  CHECK(city->units()[2].code.text() == "LEAF");
  CHECK(city->is_within(org("LEAF"), org("ROOT")));
  CHECK(city->is_within(org("LEAF"), org("LEAF")));
  CHECK_FALSE(city->is_within(org("ROOT"), org("LEAF")));
  CHECK_FALSE(city->is_within(org("NOBODY"), org("ROOT")));
  CHECK_FALSE(city->is_within(org("NOBODY"), org("NOBODY")));
  CHECK(city->find(org("NOBODY")) == nullptr);
}

TEST_CASE("the most exact rule describes a role") {
  const auto city = need(Organisation::parse(R"(
[[role]]
roles = ["*"]
title = { en = "anybody" }
[[role]]
roles = ["CA.*"]
title = { en = "certificates" }
[[role]]
roles = ["CA.OP"]
title = { zh = "操作员" }
)",
                                             "o.toml"));
  CHECK(evidence::title_of(*city->rule_of(role("CA.OP"))) == "操作员");
  CHECK(evidence::title_of(*city->rule_of(role("CA.AUD"))) == "certificates");
  CHECK(evidence::title_of(*city->rule_of(role("PSB:OFF"))) == "anybody");
}

TEST_CASE("exclusions hold in both directions and not between a role and itself") {
  const RoleTown town;
  const auto conflict = [&](std::string_view a, std::string_view b, Exclusion::Reach reach) {
    const auto* found = town.organisation->conflict(role(a), role(b), reach);
    return found == nullptr ? std::string() : found->name;
  };
  CHECK(conflict("CA.AUD", "RA.INPUT", Exclusion::Reach::kPerson) == "auditor-operator");
  CHECK(conflict("RA.INPUT", "CA.AUDADM", Exclusion::Reach::kPerson) == "auditor-operator");
  CHECK(conflict("RA.INPUT", "RA.REVIEW", Exclusion::Reach::kPerson).empty());
  CHECK(conflict("RA.REVIEW", "RA.INPUT", Exclusion::Reach::kObject) == "own-input");
  CHECK(conflict("RA.INPUT", "RA.INPUT", Exclusion::Reach::kObject).empty());
  CHECK(conflict("PSB:OFF", "CA.AUD", Exclusion::Reach::kPerson).empty());
}

TEST_CASE("what is wrong with organisation.toml is said with the line") {
  const std::string unit = kUnit;
  const std::string rule = kRole;
  const auto exclusion = [&](const std::string& body) {
    return rule + "[[exclusion]]\nname = \"e\"\nreason = { en = \"r\" }\n" + body;
  };
  CHECK(mentions(refusal(unit + unit), "o.toml:5: there is a second organisation A"));
  CHECK(mentions(refusal(unit + "parent = \"B\"\n"), "there is no organisation B"));
  CHECK(mentions(refusal("[[unit]]\ncode = \"A\"\nname = { en = \"a\" }\nparent = \"A\"\n"), "A lies below itself"));
  CHECK(mentions(refusal("unit = [ { code = \"A\", name = { en = \"a\" }, parent = \"B\" },\n"
                         "  { code = \"B\", name = { en = \"b\" }, parent = \"A\" } ]\n"),
                 "lies below itself"));
  CHECK(mentions(refusal("[[unit]]\ncode = \"a\"\nname = { en = \"a\" }\n"), "\"a\" is no code"));
  CHECK(mentions(refusal("[[unit]]\ncode = \"A\"\n"), "\"name\" is missing"));
  CHECK(mentions(refusal("[[unit]]\ncode = \"A\"\nname = {}\n"), "needs a text"));
  CHECK(mentions(refusal("[[unit]]\ncode = \"A\"\nname = { en = \"a\\u202eb\" }\n"), "cannot be shown"));
  CHECK(mentions(refusal(unit + "district = \"5001\"\n"), "six digits"));
  CHECK(mentions(refusal(unit + "from = \"soon\"\n"), "\"soon\" is no date"));
  CHECK(mentions(refusal(unit + "from = \"2011-01-01\"\nuntil = \"2004-01-01\"\n"), "ends before it begins"));
  CHECK(mentions(refusal(unit + "parents = \"B\"\n"), "did you mean \"parent\""));
  CHECK(mentions(refusal("[[role]]\ntitle = { en = \"x\" }\n"), "say which roles"));
  CHECK(mentions(refusal("[[role]]\nroles = [\"a:x\"]\ntitle = { en = \"x\" }\n"), "no role and no beginning"));
  CHECK(mentions(refusal(rule + rule), "a second rule for A:X"));
  CHECK(mentions(refusal(rule + "granted_by = [\"B:X\"]\n"), "no [[role]] describes B:X"));
  CHECK(mentions(refusal(rule + "granted_by = [\"A:*\"]\ntogether = [\"A:Y\"]\n"), "only founding roles"));
  CHECK(mentions(refusal(rule + "at_most = \"P0D\"\n"), "ends at once"));
  CHECK(mentions(refusal(rule + "must_limit = [\"building\"]\n"), "must_limit takes"));
  CHECK(mentions(refusal(exclusion("one = [\"A:X\"]\nreach = \"person\"\n")), "both sides"));
  CHECK(mentions(refusal(exclusion("one = [\"A:X\"]\nother = [\"A:Z\"]\nreach = \"person\"\n")), "did you mean"));
  CHECK(mentions(refusal(exclusion("one = [\"A:X\"]\nother = [\"A:Y\"]\nreach = \"house\"\n")), "reach takes"));
  CHECK(mentions(refusal("[[rolle]]\n"), "did you mean \"role\""));
}

TEST_CASE("the two that come with the program are good") {
  for (const auto& one : evidence::shipped_organisations()) {
    CAPTURE(one.name);
    CHECK(Organisation::parse(one.text, std::string(one.name)).has_value());
  }
  CHECK_FALSE(evidence::shipped_organisation("village"));
}

TEST_CASE("the city's organisation is that of the municipal opinion of 2004") {
  const auto city = shipped("city");
  const auto count = [&](const std::string& prefix) {
    return std::ranges::count_if(city->units(), [&](const auto& u) { return u.code.text().starts_with(prefix); });
  };
  // 15 districts, 4 cities, 17 counties and 4 autonomous counties
  CHECK(count("DIST-") == 40);
  CHECK(count("PSB-") == 40);
  CHECK(count("LRA-500") == 40);
  CHECK(evidence::name_of(*city->find(org("DIST-500103"))) == "Yuzhong District");
  CHECK(city->find(org("DIST-500243"))->name_zh == "彭水苗族土家族自治县");
  CHECK(city->find(org("DIST-500243"))->district == "500243");
  // the fourteen member departments lie in the co-ordination group, the economic commission does not
  for (const char* code :
       {"PPD", "NCO", "SSB", "DRC", "STC", "EDC", "PSB", "NSB", "MIIB", "FIB", "RTB", "CMA", "QTB", "GAR"}) {
    CAPTURE(code);
    CHECK(city->find(org(code))->parent == org("CG"));
  }
  CHECK_FALSE(city->is_within(org("ETC"), org("CG")));
  CHECK(city->is_within(org("CGO"), org("MIIB")));
  CHECK(city->is_within(org("LRA-500101"), org("DCC")));
  CHECK(city->is_within(org("KMC"), org("NCO")));
  CHECK_FALSE(city->is_within(org("KMC"), org("DCC")));
  // Wansheng and Qijiang were merged in 2011, and before that there were two
  const auto* wansheng = city->find(org("DIST-500110"));
  CHECK(wansheng->exists_at({1'097'193'600}));
  CHECK_FALSE(wansheng->exists_at(kNow));
}

TEST_CASE("the city's roles: who grants whom, and who must not be whom") {
  const auto city = shipped("city");
  const auto granted_by = [&](std::string_view text) {
    std::set<std::string> names;
    const auto* rule = city->rule_of(role(text));
    REQUIRE(rule != nullptr);
    for (const auto& pattern : rule->granted_by) names.insert(pattern.text);
    return names;
  };
  CHECK(granted_by("CA.SUPER").empty());
  CHECK(city->rule_of(role("CA.SUPER"))->together == std::vector{role("CA.AUDADM")});
  for (const char* admin : {"CA.BIZADM", "RA.BIZADM", "KMC.BIZADM"}) {
    CAPTURE(admin);
    CHECK(granted_by(admin) == std::set<std::string>{"CA.SUPER"});
  }
  CHECK(granted_by("RA.REVIEW") == std::set<std::string>{"RA.BIZADM"});
  CHECK(granted_by("KMC.OP") == std::set<std::string>{"KMC.BIZADM"});
  CHECK(granted_by("CA.AUD") == std::set<std::string>{"CA.AUDADM"});
  CHECK(granted_by("PSB:OFF") == std::set<std::string>{"SEC:ADM"});
  CHECK(granted_by("GAR:LEAD") == std::set<std::string>{"SEC:ADM"});
  CHECK(city->rule_of(role("PSB:OFF"))->title_zh == "网安承办民警");
  CHECK(city->rule_of(role("NOBODY")) == nullptr);
  const auto excluded = [&](std::string_view a, std::string_view b, Exclusion::Reach reach) {
    return city->conflict(role(a), role(b), reach) != nullptr;
  };
  // GB/T 25056: no person in two of {SUPER, BIZADM, OP} and {AUDADM, AUD}
  for (const char* auditor : {"CA.AUDADM", "CA.AUD", "KMC.AUD"}) {
    for (const char* other :
         {"CA.SUPER", "CA.BIZADM", "CA.OP", "RA.INPUT", "RA.REVIEW", "RA.MAKE", "KMC.OP", "KMC.BIZADM"}) {
      CAPTURE(auditor);
      CAPTURE(other);
      CHECK(excluded(auditor, other, Exclusion::Reach::kPerson));
    }
  }
  CHECK(excluded("CA.CUST-1", "CA.CUST-2", Exclusion::Reach::kPerson));
  CHECK_FALSE(excluded("CA.CUST-1", "CA.CUST-1", Exclusion::Reach::kPerson));
  CHECK(excluded("RA.INPUT", "RA.REVIEW", Exclusion::Reach::kObject));
  // one person, two offices: the source document says so (由市信息产业局局长兼任)
  CHECK_FALSE(excluded("CGO:DIR", "MIIB:LEAD", Exclusion::Reach::kPerson));
}

TEST_CASE("what is shipped is what stands in the files, to the octet") {
  for (const auto& shipped : evidence::shipped_organisations()) {
    const auto file = test::source_file("core/evidence/organisations/" + std::string(shipped.name) + ".toml");
    const auto text = base::read_file(file, 1U << 20U);
    REQUIRE_MESSAGE(text.has_value(), file);
    CHECK_MESSAGE(base::as_text(*text) == shipped.text, file);
  }
}
