// NIST PKITS 1.0.1 (Public Key Interoperability Test Suite): path validation with policies, constraints and CRLs.
#include <doctest/doctest.h>

#include <map>

#include "path_suite.hpp"
#include "test_data.hpp"
#include "yuxin/base/json.hpp"

namespace base = yuxin::base;
namespace x509 = yuxin::x509;
namespace oid = yuxin::x509::oid;
namespace test = yuxin::test;

namespace {

// PKITS section 3.4: the test policies are 2.16.840.1.101.3.2.1.48.n.
base::Bytes policy_of(const std::string& name) {
  if (name == "anyPolicy") return base::to_bytes(oid::kAnyPolicy);
  const std::string prefix = "NIST-test-policy-";
  REQUIRE(name.rfind(prefix, 0) == 0);
  return *x509::oid_from_dotted("2.16.840.1.101.3.2.1.48." + name.substr(prefix.size()));
}

std::vector<base::Bytes> policies_of(const base::JsonArray& names) {
  std::vector<base::Bytes> policies;
  for (const auto& name : names) policies.push_back(policy_of(std::string(name.as_string())));
  std::ranges::sort(policies);
  return policies;
}

struct Case {
  std::string id;
  bool valid = false;
  x509::PathMaterial material;
  std::optional<x509::Certificate> target;
  x509::PathOptions options;
  std::vector<base::Bytes> expected_policies;
};

// case_of reads a row. The first certificate is the anchor, the last the one to be verified.
Case case_of(const base::JsonObject& row, const std::filesystem::path& folder) {
  Case made;
  made.id = base::json_string(row, "id");
  made.valid = row.at("should_validate").as_bool();
  const auto& names = row.at("certs").as_array();
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto certificate = test::certificate_of(folder / "certs" / (std::string(names[i].as_string()) + ".crt"));
    if (i == 0) {
      made.material.anchors.push_back(certificate);
    } else if (i + 1 < names.size()) {
      made.material.untrusted.push_back(certificate);
    } else {
      made.target = certificate;
    }
  }
  for (const auto& name : row.at("crls").as_array()) {
    auto crl = x509::Crl::from_bytes(test::octets_of(folder / "crls" / (std::string(name.as_string()) + ".crl")));
    if (crl) made.material.crls.push_back(*crl);
  }
  made.options.policies = policies_of(row.at("initial_policy_set").as_array());
  made.options.require_explicit_policy = row.at("initial_explicit_policy").as_bool();
  made.options.inhibit_policy_mapping = row.at("initial_policy_mapping_inhibit").as_bool();
  made.options.inhibit_any_policy = row.at("initial_inhibit_any_policy").as_bool();
  made.options.revocation = x509::RevocationMode::kCrlRequired;
  made.options.minimum_security_bits = 0;  // DSA with SHA-1 is a part of the suite
  made.expected_policies = policies_of(row.at("expected_user_constrained_policy_set").as_array());
  return made;
}

// Rows that OpenSSL, which validates here, decides otherwise; both to the safe side.
const std::map<std::string, std::string>& refused_though_valid() {
  static const std::map<std::string, std::string> kRows{
      {"4.1.5", "DSA keys without parameters, inherited from the issuer"},
      {"4.14.30", "a CRL of another issuer, which is certified by a path of another CRL of its own"},
  };
  return kRows;
}

TEST_CASE("PKITS: every path is judged as NIST does, but for two that are refused") {
  const auto folder = test::test_data("pkits");
  if (!folder) return;
  const auto octets = test::octets_of(*folder / "pkits.json");
  const auto rows = base::parse_json(base::as_text(octets));
  REQUIRE(rows);
  // The suite was made in 2010 and its certificates end in 2030.
  const base::UnixTime at = *base::parse_rfc3339("2020-01-01T00:00:00Z");
  test::Score verdicts;
  test::Score policies;
  for (const auto& row : rows->as_array()) {
    const Case one = case_of(row.as_object(), *folder);
    const auto report = x509::verify_path(*one.target, one.material, at, one.options);
    const bool known = refused_though_valid().count(one.id) != 0;
    verdicts.add(one.id, report.valid == (one.valid && !known), std::string(report.reason) + " " + report.diagnostic);
    CHECK(report.valid == (report.reason == "ok"));
    CHECK(report.valid == report.detail.empty());
    if (report.valid && one.valid) {
      policies.add(one.id, report.policies == one.expected_policies, std::to_string(report.policies.size()));
      CHECK(report.chain.size() >= 2);
    }
  }
  INFO("other verdicts:" << verdicts.others());
  INFO("other policies:" << policies.others());
  CHECK(verdicts.cases() == 249);
  CHECK(verdicts.as_expected() == 249);
  CHECK(policies.as_expected() == policies.cases());
}

}  // namespace
