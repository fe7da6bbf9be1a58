// The gate over acts that were really signed and accepted.
#include "yuxin/evidence/gate.hpp"

#include <doctest/doctest.h>

#include "act_city.hpp"
#include "pss_twin.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::evidence;
using test::ActCity;
using test::need;
using test::Person;

std::shared_ptr<const Organisation> organisation() {
  static const auto kOrganisation = need(Organisation::parse(R"(
[[unit]]
code = "CITY"
name = { en = "City", zh = "市" }

[[unit]]
code = "PSB"
name = { en = "Public Security Bureau", zh = "公安局" }
parent = "CITY"

[[unit]]
code = "MIIB"
name = { en = "Economy and Information", zh = "经信委" }
parent = "CITY"

[[role]]
roles = ["RA.*"]
title = { en = "Registration", zh = "注册" }
granted_by = []

[[role]]
roles = ["AUD"]
title = { en = "Auditor", zh = "审计员" }
granted_by = []

[[exclusion]]
name = "auditor-registration"
one = ["AUD"]
other = ["RA.*"]
reach = "person"
reason = { en = "auditors do not register", zh = "审计员不得办理注册" }

[[exclusion]]
name = "entry-approval"
one = ["RA.ENTRY"]
other = ["RA.APPROVE"]
reach = "object"
reason = { en = "nobody approves what they entered", zh = "录入者不得审批" }
)",
                                                             "organisation.toml"));
  return kOrganisation;
}

Requirement requirement(std::string name, std::vector<std::string> types, std::vector<std::string> roles) {
  Requirement one;
  one.name = std::move(name);
  one.types = std::move(types);
  for (auto& role : roles) one.roles.push_back({std::move(role)});
  return one;
}
Requirement entry() { return requirement("entry", {"request.enter"}, {"RA.ENTRY"}); }
Requirement review() {
  auto one = requirement("review", {"request.review"}, {"RA.REVIEW"});
  one.not_same_person_as = {"entry"};
  return one;
}
GateRule rule(std::vector<Requirement> requirements) {
  return need(GateRule::make("request", std::move(requirements)));
}

// Office has a city, some persons with all the roles of registration, and their acts on R-1042.
struct Office {
  Office() {
    for (const Person* person : {&wei, &li, &zhao}) {
      for (const char* role : {"RA.ENTRY", "RA.REVIEW", "RA.APPROVE"}) city.grant(*person, role);
    }
  }
  const VerifiedAct& make(const Person& person, std::string_view type, std::string_view role,
                          std::string_view object = "R-1042") {
    auto act = city.act(type, object, role);
    if (!acts.empty() && acts.back().act().object == object) act.previous = acts.back().digest();
    acts.push_back(city.accepted(act, person));
    city.clock.advance(base::Seconds{10});
    return acts.back();
  }
  // The order in which the acts are given does not matter: every question is asked forwards and backwards.
  [[nodiscard]] GateDecision ask(const GateRule& rule, const Place& place = {}) const {
    auto decision = decide(rule, {"R-1042", place, acts}, *organisation());
    const std::vector<VerifiedAct> backwards(acts.rbegin(), acts.rend());
    const auto again = decide(rule, {"R-1042", place, backwards}, *organisation());
    CHECK(again.allowed == decision.allowed);
    CHECK(again.missing.size() == decision.missing.size());
    std::vector<std::size_t> used;
    for (const std::size_t a : again.used) used.push_back(acts.size() - 1 - a);
    std::ranges::sort(used);
    CHECK(used == decision.used);
    return decision;
  }

  ActCity city;
  Person wei = city.person("Wei");
  Person li = city.person("Li");
  Person zhao = city.person("Zhao");
  std::vector<VerifiedAct> acts;
};

using Used = std::vector<std::size_t>;

TEST_CASE("entry by one person and review by another open the gate") {
  Office office;
  office.make(office.wei, "request.enter", "RA.ENTRY");
  office.make(office.li, "request.review", "RA.REVIEW");
  const auto decision = office.ask(rule({entry(), review()}));
  CHECK(decision.allowed);
  CHECK(decision.missing.empty());
  CHECK(decision.used == Used{0, 1});
}

TEST_CASE("without acts everything is missing, and who could supply it is named") {
  const Office office;
  const auto decision = office.ask(rule({entry(), review()}), {need(OrgCode::parse("PSB")), "500103", "device"});
  CHECK_FALSE(decision.allowed);
  REQUIRE(decision.missing.size() == 2);
  CHECK(decision.missing[1].requirement == "review");
  CHECK(decision.missing[1].have == 0);
  CHECK(decision.missing[1].need == 1);
  CHECK(decision.missing[1].roles == std::vector<std::string>{"RA.REVIEW"});
  CHECK(decision.missing[1].place == "organisation PSB, district 500103, profile device");
}

TEST_CASE("nobody reviews what they entered, also with a second entry by somebody else") {
  Office office;
  office.make(office.wei, "request.enter", "RA.ENTRY");
  office.make(office.wei, "request.review", "RA.REVIEW");
  office.make(office.li, "request.enter", "RA.ENTRY");
  const auto decision = office.ask(rule({entry(), review()}));
  CHECK_FALSE(decision.allowed);
  REQUIRE(decision.missing.size() == 1);
  REQUIRE(decision.missing[0].passed_over.size() == 1);
  CHECK(decision.missing[0].passed_over[0].act == 1);
  CHECK(decision.missing[0].passed_over[0].reason == "the same person acted for \"entry\"");
}

TEST_CASE("a renewed certificate and another name with the same key are still the same person") {
  Office office;
  const auto renewed = office.city.certify("C=CN, O=Test City, CN=Wei", ActCity::person_extensions());
  const auto same_key =
      office.city.certify("C=CN, O=Test City, CN=Wei Again", office.wei.key, ActCity::person_extensions());
  office.city.grant(renewed, "RA.REVIEW");
  office.city.grant(same_key, "RA.REVIEW");
  office.make(office.wei, "request.enter", "RA.ENTRY");
  office.make(renewed, "request.review", "RA.REVIEW");
  office.make(same_key, "request.review", "RA.REVIEW");
  CHECK_FALSE(office.ask(rule({entry(), review()})).allowed);
  office.make(office.li, "request.review", "RA.REVIEW");
  CHECK(office.ask(rule({entry(), review()})).allowed);
}

TEST_CASE("who holds one RSA key under two kinds and two names is one person") {
  Office office;
  const auto certified = [&](const std::string& name, x509::PrivateKey key) {
    auto certificate = office.city.issuing.issue("C=CN, O=Test City, CN=" + name, key.public_key(),
                                                 ActCity::person_extensions(), test::kLong);
    auto signer = need(key.signer(x509::default_signature(key.public_key().kind())));
    return Person{std::move(key), std::move(certificate), std::move(signer)};
  };
  auto key = need(x509::PrivateKey::generate({x509::KeyType::kRsa, 2048}));
  auto twin = test::pss_twin(key);
  const auto chen = certified("Chen", std::move(key));
  const auto other_chen = certified("Someone Else", std::move(twin));
  office.city.grant(chen, "RA.ENTRY");
  office.city.grant(other_chen, "RA.REVIEW");
  office.make(chen, "request.enter", "RA.ENTRY");
  office.make(other_chen, "request.review", "RA.REVIEW");
  CHECK_FALSE(office.ask(rule({entry(), review()})).allowed);
  office.make(office.li, "request.review", "RA.REVIEW");
  CHECK(office.ask(rule({entry(), review()})).allowed);
}

TEST_CASE("a name written otherwise is the same person (RFC 5280 section 7.1)") {
  for (const char* name : {"C=CN, O=TEST CITY, CN=WEI", "C=CN, O=Test  City, CN=wei",
                           "C=CN, O=Test City, CN=W\xe2\x80\x8b"
                           "ei"}) {
    Office office;
    const auto again = office.city.certify(name, ActCity::person_extensions());
    office.city.grant(again, "RA.REVIEW");
    office.make(office.wei, "request.enter", "RA.ENTRY");
    office.make(again, "request.review", "RA.REVIEW");
    CHECK_FALSE(office.ask(rule({entry(), review()})).allowed);
  }
}

TEST_CASE("a quorum counts persons and not acts") {
  Office office;
  auto two = requirement("approval", {"request.approve"}, {"RA.APPROVE"});
  two.quorum = 2;
  office.make(office.wei, "request.approve", "RA.APPROVE");
  office.make(office.wei, "request.approve", "RA.APPROVE");
  const auto one = office.ask(rule({two}));
  CHECK_FALSE(one.allowed);
  REQUIRE(one.missing.size() == 1);
  CHECK(one.missing[0].have == 1);
  CHECK(one.missing[0].need == 2);
  office.make(office.li, "request.approve", "RA.APPROVE");
  const auto both = office.ask(rule({two}));
  CHECK(both.allowed);
  CHECK(both.used == Used{0, 2});
}

TEST_CASE("acts on other objects and of other types are passed over with a remark") {
  Office office;
  office.make(office.wei, "request.enter", "RA.ENTRY", "R-7");
  office.make(office.wei, "request.withdraw", "RA.ENTRY");
  const auto decision = office.ask(rule({entry()}));
  CHECK_FALSE(decision.allowed);
  CHECK(decision.missing[0].passed_over.empty());
  REQUIRE(decision.passed_over.size() == 2);
  CHECK(decision.passed_over[0].reason == "it is about R-7");
  CHECK(decision.passed_over[1].reason == "acts of type request.withdraw are not asked for");
}

TEST_CASE("an act in another role, in no role, or in a role for another place does not count") {
  Office office;
  const auto chen = office.city.person("Chen");
  office.city.grant(chen, "RA.REVIEW", "profile:person-signing");
  office.make(office.wei, "request.review", "RA.ENTRY");
  office.make(office.li, "request.review", "");
  office.make(chen, "request.review", "RA.REVIEW");
  const auto plain = rule({requirement("review", {"request.review"}, {"RA.REVIEW"})});
  const auto decision = office.ask(plain, {std::nullopt, "", "device"});
  CHECK_FALSE(decision.allowed);
  const auto& passed = decision.missing[0].passed_over;
  REQUIRE(passed.size() == 3);
  CHECK(passed[0].reason == "role RA.ENTRY is not one that is asked for");
  CHECK(passed[1].reason == "it was made in no role");
  CHECK(passed[2].reason == "role RA.REVIEW does not cover profile device");
  CHECK(office.ask(plain, {std::nullopt, "", "person-signing"}).allowed);
  CHECK_FALSE(office.ask(plain).allowed);  // a place that is not said is covered by an unlimited scope only
}

TEST_CASE("an exclusion among acts on one object lets the later act not count") {
  Office office;
  office.make(office.wei, "request.enter", "RA.ENTRY");
  office.make(office.wei, "request.approve", "RA.APPROVE");
  const auto approval = rule({requirement("approval", {"request.approve"}, {"RA.APPROVE"})});
  const auto decision = office.ask(approval);
  CHECK_FALSE(decision.allowed);
  CHECK(decision.missing[0].passed_over.at(0).reason ==
        "the same person acted here in role RA.ENTRY: nobody approves what they entered");
  CHECK(office.ask(rule({entry()})).allowed);
}

TEST_CASE("an exclusion of persons holds at the gate too") {
  Office office;
  office.city.grant(office.wei, "AUD");
  office.make(office.wei, "request.note", "AUD");
  office.make(office.wei, "request.enter", "RA.ENTRY");
  CHECK_FALSE(office.ask(rule({entry()})).allowed);
}

TEST_CASE("within one second the chain of the acts says which was first") {
  Office office;
  auto first = office.city.act("request.enter", "R-1042", "RA.ENTRY");
  office.acts.push_back(office.city.accepted(first, office.wei));
  auto second = office.city.act("request.approve", "R-1042", "RA.APPROVE");
  second.previous = office.acts[0].digest();
  office.acts.push_back(office.city.accepted(second, office.wei));
  CHECK(office.ask(rule({entry()})).allowed);
  CHECK_FALSE(office.ask(rule({requirement("approval", {"request.approve"}, {"RA.APPROVE"})})).allowed);

  // Two that do not follow each other exclude each other.
  second.previous.reset();
  office.acts[1] = office.city.accepted(second, office.wei);
  CHECK_FALSE(office.ask(rule({entry()})).allowed);
}

TEST_CASE("who could serve in two places is put where needed") {
  Office office;
  const auto chen = office.city.person("Chen");
  office.city.grant(chen, "RA.REVIEW");
  auto first = requirement("first", {"request.sign"}, {"RA.REVIEW", "RA.APPROVE"});
  auto second = requirement("second", {"request.sign"}, {"RA.APPROVE"});
  second.not_same_person_as = {"first"};
  office.make(office.wei, "request.sign", "RA.APPROVE");  // could serve in both
  office.make(chen, "request.sign", "RA.REVIEW");         // only in the first
  const auto decision = office.ask(rule({first, second}));
  CHECK(decision.allowed);
  CHECK(decision.used == Used{0, 1});
}

TEST_CASE("a person may serve in several places where nothing keeps them apart") {
  Office office;
  office.make(office.wei, "request.enter", "RA.ENTRY");
  office.make(office.wei, "request.review", "RA.REVIEW");
  auto free_review = requirement("review", {"request.review"}, {"RA.*"});
  CHECK(office.ask(rule({entry(), free_review})).allowed);
}

TEST_CASE("persons of distinct organisations stand for the one that their role names") {
  Office office;
  const auto psb1 = office.city.person("Psb 1");
  const auto psb2 = office.city.person("Psb 2");
  const auto miib = office.city.person("Miib");
  office.city.grant(psb1, "RA.SIGN", "org:PSB");
  office.city.grant(psb2, "RA.SIGN", "org:PSB/*");
  office.city.grant(miib, "RA.SIGN", "org:MIIB");
  auto joint = requirement("joint", {"request.sign"}, {"RA.SIGN"});
  joint.quorum = 2;
  joint.organisations = Requirement::Organisations::kDistinct;
  joint.roles = {{"RA.SIGN"}, {"RA.ENTRY"}};
  office.make(psb1, "request.sign", "RA.SIGN");
  office.make(psb2, "request.sign", "RA.SIGN");
  office.make(office.wei, "request.sign", "RA.ENTRY");
  const Place psb{need(OrgCode::parse("PSB")), "", ""};
  const auto decision = office.ask(rule({joint}), psb);
  CHECK_FALSE(decision.allowed);
  CHECK(decision.missing[0].have == 1);
  const auto& passed = decision.missing[0].passed_over;
  REQUIRE(passed.size() == 2);
  CHECK(passed[0].reason == "another person of the same organisation counts already");
  CHECK(passed[1].reason == "its role stands for no single organisation");
}

TEST_CASE("a requirement may have a place of its own") {
  Office office;
  const auto chen = office.city.person("Chen");
  office.city.grant(chen, "RA.REVIEW", "org:MIIB");
  office.make(chen, "request.review", "RA.REVIEW");
  const Place psb{need(OrgCode::parse("PSB")), "", ""};
  auto one = requirement("review", {"request.review"}, {"RA.REVIEW"});
  CHECK_FALSE(office.ask(rule({one}), psb).allowed);
  one.place = Place{need(OrgCode::parse("MIIB")), "", ""};
  CHECK(office.ask(rule({one}), psb).allowed);
  one.place = Place{};  // nowhere: only a role without limits is good
  const auto refused = office.ask(rule({one}), psb);
  CHECK_FALSE(refused.allowed);
  CHECK(refused.missing.front().place.empty());
}

TEST_CASE("whom the matter is about counts by their key, in any role or none") {
  Office office;
  office.make(office.wei, "request.receive", "");
  auto one = requirement("receipt", {"request.receive"}, {});
  one.key = x509::sha256(office.wei.certificate.tbs().spki);
  CHECK(office.ask(rule({one})).allowed);
  one.key = x509::sha256(office.li.certificate.tbs().spki);
  const auto refused = office.ask(rule({one}));
  CHECK_FALSE(refused.allowed);
  CHECK(refused.missing.front().passed_over.front().reason == "it was not made with the key that is asked for");
  // beside the key a role counts as before
  one.roles = {{"RA.ENTRY"}};
  CHECK_FALSE(office.ask(rule({one})).allowed);
  office.make(office.wei, "request.receive", "RA.ENTRY");
  CHECK(office.ask(rule({one})).allowed);
}

TEST_CASE("a rule that cannot be meant is refused") {
  const auto refused = [](std::vector<Requirement> requirements) {
    const auto made = GateRule::make("x", std::move(requirements));
    return !made && made.error().code == base::Code::kUsage;
  };
  CHECK(refused({}));
  CHECK(refused({entry(), entry()}));
  auto one = entry();
  one.quorum = 0;
  CHECK(refused({one}));
  one.quorum = 13;
  CHECK(refused({one}));
  one.quorum = SIZE_MAX;
  CHECK(refused({one, entry()}));
  CHECK(refused({review()}));  // kept apart from an entry that is not there
  one = entry();
  one.types.clear();
  CHECK(refused({one}));
  one = entry();
  one.not_same_person_as = {"entry"};
  CHECK(refused({one}));
  std::vector<Requirement> many;
  for (int i = 0; i < 7; ++i) {
    many.push_back(entry());
    many.back().name += std::to_string(i);
  }
  CHECK(refused(many));
}

}  // namespace
