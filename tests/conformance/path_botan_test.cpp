// The path suites that Botan keeps: the older NIST set with CRLs, and x509test's certificates of TLS servers.
#include <doctest/doctest.h>

#include <map>
#include <sstream>

#include "path_suite.hpp"
#include "test_data.hpp"

namespace base = yuxin::base;
namespace x509 = yuxin::x509;
namespace test = yuxin::test;

namespace {

// expectations reads lines "name:words"; "#" begins a remark.
std::vector<std::pair<std::string, std::string>> expectations(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<std::pair<std::string, std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(':');
    if (line.empty() || line[0] == '#' || colon == std::string::npos) continue;
    rows.emplace_back(line.substr(0, colon), line.substr(colon + 1));
  }
  return rows;
}

// The words that may stand for what the suite expects, where it expects a refusal for one reason.
const std::map<std::string, std::vector<std::string_view>>& reasons() {
  static const std::map<std::string, std::vector<std::string_view>> kReasons{
      {"Verified", {"ok"}},
      {"Signature error", {"bad-signature"}},
      {"Certificate is not yet valid", {"not-yet-valid"}},
      {"Certificate has expired", {"expired"}},
      {"Certificate issuer not found", {"no-trusted-issuer"}},
      {"Cannot establish trust", {"no-trusted-issuer"}},
      {"Loop in certificate chain", {"no-trusted-issuer"}},
      {"No revocation data", {"no-revocation-data"}},
      {"CRL has expired", {"crl-expired", "no-revocation-data"}},
      {"CRL bad signature", {"crl-invalid"}},
      {"CA certificate not allowed to issue CRLs", {"crl-invalid", "no-revocation-data"}},
      {"CRL contains a critical extension that could not be processed", {"crl-invalid", "no-revocation-data"}},
      {"Certificate is revoked", {"revoked"}},
      {"CA certificate not allowed to issue certs", {"not-an-authority", "no-trusted-issuer"}},
      {"Certificate chain too long", {"path-too-long"}},
      {"Certificate does not allow the requested usage", {"wrong-purpose"}},
      {"Certificate does not match provided name", {"name-mismatch"}},
      {"Certificate does not pass name constraint", {"name-constraint"}},
      {"Certificate extension encoding error", {"name-mismatch", "name-constraint", "malformed"}},
  };
  return kReasons;
}

// In tests 45 and 47 an authority requires an explicit policy that the path does not have, so RFC 5280 section 6.1.5
// refuses it. The suite's own remark says that its answers are wrong here, because Botan does not process policies.
bool is_wrong_answer(const std::string& name) { return name == "test45" || name == "test47"; }

bool is_expected(const std::string& words, std::string_view reason) {
  const auto found = reasons().find(words);
  return found != reasons().end() && std::ranges::find(found->second, reason) != found->second.end();
}

TEST_CASE("the older NIST path suite with CRLs is judged as expected") {
  const auto folder = test::test_data("botan-x509/nist");
  if (!folder) return;
  const auto root_list = x509::Crl::from_bytes(test::octets_of(*folder / "root.crl"));
  REQUIRE(root_list);
  x509::PathOptions options;
  options.revocation = x509::RevocationMode::kCrlRequired;
  options.minimum_security_bits = 0;  // RSA of 1024 bits with SHA-1
  test::Score score;
  for (const auto& [name, words] : expectations(*folder / "expected.txt")) {
    x509::PathMaterial material{
        .anchors = {test::certificate_of(*folder / "root.crt")}, .untrusted = {}, .crls = {*root_list}};
    for (const auto& file : std::filesystem::directory_iterator(*folder / name)) {
      if (file.path().filename() == "end.crt") continue;
      if (file.path().extension() == ".crt") material.untrusted.push_back(test::certificate_of(file.path()));
      if (file.path().extension() != ".crl") continue;
      if (auto crl = x509::Crl::from_bytes(test::octets_of(file.path()))) material.crls.push_back(*crl);
    }
    const auto report = x509::verify_path(test::certificate_of(*folder / name / "end.crt"), material,
                                          *base::parse_rfc3339("2002-01-15T00:00:00Z"), options);
    const bool as_expected = is_wrong_answer(name) ? report.reason == "policy" : is_expected(words, report.reason);
    score.add(name, as_expected, words + ": " + std::string(report.reason) + " " + report.diagnostic);
  }
  INFO("others:" << score.others());
  CHECK(score.cases() == 76);
  CHECK(score.as_expected() == 76);
}

TEST_CASE("x509test: certificates of TLS servers are judged as expected") {
  const auto folder = test::test_data("botan-x509/x509test");
  if (!folder) return;
  x509::PathOptions options;
  options.purpose = x509::PathPurpose::kTlsServer;
  options.names = {*x509::parse_general_name("dns:www.tls.test")};
  options.common_names = x509::CommonNames::kWhenNoDnsNames;
  options.revocation = x509::RevocationMode::kNone;
  options.minimum_security_bits = 0;  // RSA of 1024 bits with SHA-1
  test::Score score;
  for (const auto& [name, words] : expectations(*folder / "expected.txt")) {
    auto certificates = x509::certificates_from_bytes(test::octets_of(*folder / name));
    if (!certificates) {
      score.add(name, words == "Certificate extension encoding error", words + ": does not parse");
      continue;
    }
    const x509::Certificate target = certificates->front();
    certificates->erase(certificates->begin());
    const x509::PathMaterial material{
        .anchors = {test::certificate_of(*folder / "root.pem")}, .untrusted = *certificates, .crls = {}};
    const auto report = x509::verify_path(target, material, *base::parse_rfc3339("2015-12-15T00:00:00Z"), options);
    score.add(name, is_expected(words, report.reason),
              words + ": " + std::string(report.reason) + " " + report.diagnostic);
  }
  INFO("others:" << score.others());
  CHECK(score.cases() == 37);
  CHECK(score.as_expected() == 37);
}

}  // namespace
