// What a profile makes of a subject, of names and of a period; the judgements are those of docs/profiles.md.
#include "ca/certificate_rules.hpp"

#include <doctest/doctest.h>

#include "need.hpp"
#include "small_ca.hpp"

namespace ca = yuxin::ca;
namespace base = yuxin::base;
namespace x509 = yuxin::x509;
namespace test = yuxin::test;
using base::Code;
using Names = std::vector<std::string>;

namespace {

// A profile with these lines under [subject] and [san].
std::shared_ptr<const ca::Profile> profile(const std::string& subject, const std::string& san = "") {
  return test::profile_of(
      "name = \"test\"\ntitle = { en = \"Test\", zh = \"测试\" }\nkeys = [\"ec:P-256\"]\nvalidity = \"P1Y\"\n"
      "[subject]\n" +
      subject + "\n[san]\n" + san +
      "\n[extensions]\nkey_usage = { values = [\"digitalSignature\"] }\nextended_key_usage = [\"clientAuth\"]\n");
}

// The subject that a profile makes of another, or the refusal.
std::string subject_of(const ca::Profile& profile, const std::string& wanted, const Names& names = {}) {
  std::vector<x509::GeneralName> alt_names;
  for (const auto& name : names) alt_names.push_back(test::need(x509::parse_general_name(name)));
  const auto subject =
      ca::apply_subject(profile, wanted.empty() ? x509::Name() : test::need(x509::Name::parse(wanted)), alt_names);
  if (subject) return subject->text();
  CHECK(subject.error().code == Code::kRefused);
  return "refused: " + subject.error().detail;
}

bool refused(const std::string& text, std::string_view because) {
  return text.starts_with("refused: ") && text.find(because) != std::string::npos;
}

// The names that a profile leaves of those asked for, or the refusal.
std::string names_of(const ca::Profile& profile, const Names& wanted) {
  static const test::Applicant applicant({x509::KeyType::kP256, 256});
  auto enrolment = applicant.ask("CN=x", wanted);
  if (wanted.empty()) enrolment.alt_names.emplace();
  const auto names = ca::apply_alt_names(profile, enrolment);
  if (names) return ca::alt_names_text(*names);
  CHECK(names.error().code == Code::kRefused);
  return "refused: " + names.error().detail;
}

}  // namespace

TEST_CASE("the subject comes in the profile's order, whatever the request's was") {
  const auto rules = profile("order = [\"C\", \"O\", \"OU\", \"CN\"]\nOU = { max = 2 }");
  CHECK(subject_of(*rules, "CN=a, O=City, C=CN") == "C=CN, O=City, CN=a");
  CHECK(subject_of(*rules, "OU=1, CN=a, OU=2, C=CN") == "C=CN, OU=1, OU=2, CN=a");
  // a set of two attributes is taken apart
  CHECK(subject_of(*rules, "C=CN, CN=a+O=City") == "C=CN, O=City, CN=a");
}

TEST_CASE("an attribute that the profile does not know, or too many of one, is refused") {
  const auto rules = profile("order = [\"C\", \"O\", \"CN\"]\nrequire = [\"CN\"]");
  CHECK(refused(subject_of(*rules, "CN=a, L=Chongqing"), "L"));
  CHECK(refused(subject_of(*rules, "CN=a, CN=b"), "2 times CN"));
  CHECK(refused(subject_of(*rules, "O=City"), "no CN"));
  CHECK(refused(subject_of(*rules, ""), "no CN"));
}

TEST_CASE("a fixed attribute is added where it is missing, and no other value is taken") {
  const auto rules = profile("order = [\"C\", \"O\", \"CN\"]\nfixed = { C = \"CN\" }");
  CHECK(subject_of(*rules, "CN=a") == "C=CN, CN=a");
  CHECK(subject_of(*rules, "C=CN, CN=a") == "C=CN, CN=a");
  CHECK(refused(subject_of(*rules, "C=US, CN=a"), "C=US"));
}

TEST_CASE("an attribute that may take some values takes no other") {
  const auto rules = profile("order = [\"O\", \"CN\"]\nO = { one_of = [\"Water\", \"Police\"] }");
  CHECK(subject_of(*rules, "O=Police, CN=a") == "O=Police, CN=a");
  CHECK(refused(subject_of(*rules, "O=police, CN=a"), "Water, Police"));
}

TEST_CASE("a common name that must stand among the names does, in either case of its letters") {
  const auto rules = profile("order = [\"CN\"]\nCN = { must_be_in = \"san.dns\" }", "dns = { max = 9 }");
  CHECK(subject_of(*rules, "CN=Portal.city.test", {"dns:portal.city.test"}) == "CN=Portal.city.test");
  CHECK(refused(subject_of(*rules, "CN=portal.city.test", {"dns:www.city.test"}), "--san dns:portal.city.test"));
  CHECK(refused(subject_of(*rules, "CN=portal.city.test", {"email:portal.city.test@x.test"}), "--san dns:"));
}

TEST_CASE("names of kinds that the profile lists, as many as it says, each once") {
  const auto rules = profile("order = [\"CN\"]", "dns = { min = 1, max = 2 }");
  CHECK(names_of(*rules, {"dns:a.test"}) == "dns:a.test");
  // DNS names are the same in either case (RFC 4343)
  CHECK(names_of(*rules, {"dns:a.test", "dns:A.test", "dns:b.test"}) == "dns:a.test dns:b.test");
  CHECK(refused(names_of(*rules, {}), "0 names of kind dns"));
  CHECK(refused(names_of(*rules, {"dns:a.test", "dns:b.test", "dns:c.test"}), "3 names of kind dns"));
  CHECK(refused(names_of(*rules, {"dns:a.test", "ip:192.0.2.1"}), "ip:192.0.2.1"));
  CHECK(refused(names_of(*rules, {"dns:*.a.test"}), "wildcard"));
}

TEST_CASE("a profile with wildcards takes one whole label on the left") {
  const auto rules = profile("order = [\"CN\"]", "dns = { max = 9, wildcard = \"left-most label\" }");
  CHECK(names_of(*rules, {"dns:*.a.test"}) == "dns:*.a.test");
  // people cannot type these, but a request may hold them
  for (const std::string name : {"*a.test", "a.*.test", "*.*.a.test", "*", "a..test", "", "a test", "a.test."}) {
    const test::Applicant applicant({x509::KeyType::kP256, 256});
    auto enrolment = applicant.ask("CN=x");
    enrolment.alt_names = {{x509::GeneralNameKind::kDns, name, base::to_bytes(base::as_bytes(name))}};
    CHECK_MESSAGE(yuxin::test::error_of(ca::apply_alt_names(*rules, enrolment)).code == Code::kRefused, name);
  }
}

TEST_CASE("a DNS name is the name of a host, in whose last label no resolver reads a number") {
  const auto rules = profile("order = [\"CN\"]", "dns = { max = 9, wildcard = \"left-most label\" }");
  // RFC 1123 section 2.1; xn--fiqs8s is 中国, xn--bcher-kva is bücher (RFC 3492)
  for (const char* name : {"a.test", "3com.test", "a-b.test", "1.2.3.test", "xn--fiqs8s.xn--fiqs8s",
                           "*.xn--bcher-kva.test", "0x.test", "a.0y1"})
    CHECK_MESSAGE(names_of(*rules, {std::string("dns:") + name}) == std::string("dns:") + name, name);
  // people cannot type some of these, but a request may hold them
  for (const std::string name :
       {"a_b.test", "_dmarc.a.test", "-a.test", "a-.test", "192.0.2.1", "a.1", "a.0x7f", "a.0X", "1", "0x7f000001",
        "*.192.0.2.1", "xn--a\u00fc.test", "xn--99999999999.test", "xn--.test", "ab--cd.test",
        // Python's punycode of a zero-width space, of a direction override, of a decomposed á, of full-width letters
        "xn--alice-mt3b.test", "xn--ab-g4t.test", "xn--a-xbb.test", "xn--ph7cc.test", "*.a_b.test"}) {
    const test::Applicant applicant({x509::KeyType::kP256, 256});
    auto enrolment = applicant.ask("CN=x");
    enrolment.alt_names = {{x509::GeneralNameKind::kDns, name, base::to_bytes(base::as_bytes(name))}};
    CHECK_MESSAGE(yuxin::test::error_of(ca::apply_alt_names(*rules, enrolment)).code == Code::kRefused, name);
  }
}

TEST_CASE("a name without a domain is taken only where the profile lists it") {
  const auto none = profile("order = [\"CN\"]", "dns = { max = 9, wildcard = \"left-most label\" }");
  CHECK(refused(names_of(*none, {"dns:localhost"}), "single_labels"));
  CHECK(refused(names_of(*none, {"dns:*.test"}), "top-level domain"));
  const auto one = profile("order = [\"CN\"]", "dns = { max = 9, single_labels = [\"localhost\"] }");
  CHECK(names_of(*one, {"dns:LocalHost"}) == "dns:LocalHost");
  CHECK(refused(names_of(*one, {"dns:intranet"}), "single_labels"));
  const auto any =
      profile("order = [\"CN\"]", "dns = { max = 9, wildcard = \"left-most label\", single_labels = [\"*\"] }");
  CHECK(names_of(*any, {"dns:pump-7"}) == "dns:pump-7");
  CHECK(refused(names_of(*any, {"dns:*.test"}), "top-level domain"));
}

TEST_CASE("a profile that is limited to a domain takes it and what lies under it, and no look-alike") {
  const auto rules =
      profile("order = [\"CN\"]",
              "dns = { max = 9, under = [\"city.test\"] }\nemail = { max = 9, under = [\"city.test\"] }\n"
              "uri = { max = 9, under = [\"city.test\"] }");
  for (const char* name :
       {"dns:city.test", "dns:CITY.test", "dns:a.b.city.test", "email:a@city.test", "email:a@mail.city.test",
        "uri:https://www.city.test/x", "uri:https://city.test:8443/", "uri:https://evil.test@city.test/"})
    CHECK_MESSAGE(names_of(*rules, {name}) == name, name);
  for (const char* name :
       {"dns:evilcity.test", "dns:city.test.evil.test", "email:a@evilcity.test", "email:city.test@evil.test",
        "uri:https://evilcity.test/", "uri:https://evil.test/city.test", "uri:https://evil.test/?x=@city.test",
        "uri:https://evil.test#@city.test", "uri:https://city.test@evil.test/", "uri:urn:city.test"})
    CHECK_MESSAGE(refused(names_of(*rules, {name}), "city.test"), name);
}

TEST_CASE("a profile that is limited to networks takes addresses inside them") {
  const auto rules =
      profile("order = [\"CN\"]", "ip = { max = 9, under = [\"192.0.2.128/25\", \"2001:db8:1::/48\"] }");
  CHECK(names_of(*rules, {"ip:192.0.2.128"}) == "ip:192.0.2.128");
  CHECK(names_of(*rules, {"ip:192.0.2.255"}) == "ip:192.0.2.255");
  CHECK(names_of(*rules, {"ip:2001:db8:1:2::3"}) == "ip:2001:db8:1:2::3");
  for (const char* name : {"ip:192.0.2.127", "ip:192.0.3.128", "ip:2001:db8:2::1", "ip:::ffff:192.0.2.129"})
    CHECK_MESSAGE(refused(names_of(*rules, {name}), "192.0.2.128/25"), name);
}

TEST_CASE("a certificate begins a minute ago and ends with the profile's period, its last second included") {
  const auto rules = profile("order = [\"CN\"]");
  const auto now = *base::parse_rfc3339("2026-11-22T10:00:00Z");
  const auto validity = ca::apply_validity(*rules, std::nullopt, now, nullptr);
  REQUIRE(validity);
  CHECK(base::rfc3339(validity->not_before) == "2026-11-22T09:59:00Z");
  CHECK(base::rfc3339(validity->not_after) == "2027-11-22T09:58:59Z");
  const auto ten_days = ca::apply_validity(*rules, base::days(10), now, nullptr);
  REQUIRE(ten_days);
  CHECK(base::rfc3339(ten_days->not_after) == "2026-12-02T09:58:59Z");
  CHECK(ca::apply_validity(*rules, base::days(365), now, nullptr));
  CHECK(yuxin::test::error_of(ca::apply_validity(*rules, base::days(366), now, nullptr)).code == Code::kRefused);
  for (const auto nothing : {base::Seconds{0}, base::Seconds{-86400}})
    CHECK(yuxin::test::error_of(ca::apply_validity(*rules, nothing, now, nullptr)).code == Code::kUsage);
  for (const std::int64_t seconds : {1, 60, 599})
    CHECK(yuxin::test::error_of(ca::apply_validity(*rules, base::Seconds{seconds}, now, nullptr)).code ==
          Code::kUsage);
  CHECK(ca::apply_validity(*rules, base::minutes(10), now, nullptr));
}

TEST_CASE("nothing is signed that is over by then") {
  auto rules = *profile("order = [\"CN\"]");
  const auto now = *base::parse_rfc3339("2026-11-22T10:00:00Z");
  for (const std::int64_t seconds : {1, 60}) {
    rules.validity = base::Period{0, 0, seconds};
    const auto over = ca::apply_validity(rules, std::nullopt, now, nullptr);
    REQUIRE_FALSE(over);
    CHECK(over.error().code == Code::kRefused);
  }
}

TEST_CASE("a certificate stays inside its authority's validity: cut when nobody asked, refused when somebody did") {
  const auto rules = profile("order = [\"CN\"]");
  const auto now = *base::parse_rfc3339("2026-11-22T10:00:00Z");
  const ca::Validity issuer{now - base::Seconds{10}, now + base::days(30)};
  const auto cut = ca::apply_validity(*rules, std::nullopt, now, &issuer);
  REQUIRE(cut);
  CHECK(cut->not_before == issuer.not_before);
  CHECK(cut->not_after == issuer.not_after);
  CHECK(ca::apply_validity(*rules, base::days(30), now, &issuer));
  CHECK(yuxin::test::error_of(ca::apply_validity(*rules, base::days(31), now, &issuer)).code == Code::kRefused);
  // at the edges of the authority's own validity
  CHECK(ca::apply_validity(*rules, std::nullopt, issuer.not_after, &issuer));
  CHECK(yuxin::test::error_of(ca::apply_validity(*rules, std::nullopt, issuer.not_after + base::Seconds{1}, &issuer))
            .code == Code::kRefused);
  CHECK(yuxin::test::error_of(ca::apply_validity(*rules, std::nullopt, issuer.not_before - base::Seconds{1}, &issuer))
            .code == Code::kRefused);
}
