// verify_ocsp against the suites of BoringSSL and OpenSSL: ../shared/data/boringssl-pki/ocsp and ocsp-openssl.
#include <doctest/doctest.h>

#include <optional>

#include "command.hpp"
#include "test_data.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/ocsp_response.hpp"

using namespace yuxin;
using x509::Certificate;
using x509::OcspProblem;
using x509::OcspResponse;
using x509::OcspStatus;

namespace {

base::Json read_json(const std::filesystem::path& path) {
  const auto octets = test::read_octets(path);
  const auto value = base::parse_json(base::as_text(octets));
  REQUIRE(value);
  return *value;
}

// The suites are from before SHA-1 was refused.
x509::OcspVerifyOptions historic(base::UnixTime at) {
  x509::OcspVerifyOptions options;
  options.at = at;
  options.skew = base::Seconds{0};
  options.sha1 = x509::OcspVerifyOptions::Sha1::kAccepted;
  return options;
}

base::Bytes block(const std::vector<base::PemBlock>& blocks, std::string_view label) {
  for (const auto& one : blocks) {
    if (one.label == label) return one.der;
  }
  return {};
}

base::Bytes serial_of(base::ByteView certificate) {
  x509::der::Reader outer(certificate);
  auto fields = outer.nested(x509::der::kSequence);
  auto tbs = fields ? fields->nested(x509::der::kSequence) : std::nullopt;
  REQUIRE(tbs);
  REQUIRE(tbs->skip_optional(x509::der::constructed_tag(0)));
  return base::to_bytes(tbs->content(x509::der::kInteger).value());
}

std::string word_of(OcspStatus status) {
  return status == OcspStatus::kGood ? "GOOD" : status == OcspStatus::kRevoked ? "REVOKED" : "UNKNOWN";
}

// fits says whether our reason is what the suite means by its own; it has one word for all signatures that fail.
bool fits(OcspProblem problem, std::string_view expected) {
  switch (problem) {
    case OcspProblem::kErrorResponse:
      return expected == "ERROR_RESPONSE";
    case OcspProblem::kCriticalExtension:
      return expected == "UNHANDLED_CRITICAL_EXTENSION";
    case OcspProblem::kNoMatchingAnswer:
      return expected == "NO_MATCHING_RESPONSE";
    case OcspProblem::kNotYetValid:
    case OcspProblem::kOutdated:
    case OcspProblem::kTooOld:
      return expected == "INVALID_DATE";
    case OcspProblem::kProducedOutside:
      return expected == "BAD_PRODUCED_AT";
    case OcspProblem::kNoResponder:
    case OcspProblem::kResponderNotDelegated:
    case OcspProblem::kResponderExpired:
    case OcspProblem::kBadSignature:
      return expected == "PROVIDED";
    case OcspProblem::kNonceMismatch:
    case OcspProblem::kNonceMissing:
      return false;
  }
  return false;
}

}  // namespace

TEST_CASE("BoringSSL's OCSP responses are judged as BoringSSL judges them") {
  const auto suite = test::test_data("boringssl-pki/ocsp");
  if (!suite) return;
  const auto expected = read_json(*suite / "expected.json");
  auto options = historic(*base::parse_rfc3339(expected.at("verify_time").as_string()));
  options.max_age = base::Seconds{expected.at("max_age_seconds").as_int64()};
  std::size_t cases = 0;
  for (const auto& row : expected.at("cases").as_array()) {
    const std::string file(row.at("file").as_string());
    const std::string revocation(row.at("revocation").as_string());
    const std::string details(row.at("response").as_string());
    CAPTURE(file);
    CAPTURE(details);
    const auto text = test::read_octets(*suite / file);
    const auto blocks = base::parse_pem(base::as_text(text));
    const auto response = OcspResponse::from_der(block(blocks, "OCSP RESPONSE"));
    const auto issuer = Certificate::from_der(block(blocks, "CA CERTIFICATE"));
    const auto certificate = Certificate::from_der(block(blocks, "CERTIFICATE"));
    REQUIRE(issuer);
    ++cases;
    if (!response) {
      CHECK((details == "PARSE_RESPONSE_ERROR" || details == "PARSE_RESPONSE_DATA_ERROR"));
      continue;
    }
    // One certificate has a serial that is no INTEGER in DER, and is none for us; its serial can be asked about.
    const base::Bytes serial = serial_of(block(blocks, "CERTIFICATE"));
    const auto question =
        certificate ? x509::ocsp_question(*certificate, *issuer) : x509::OcspQuestion{*issuer, serial};
    const auto evidence = x509::verify_ocsp(*response, question, options);
    if (evidence) {
      CHECK(details == "PROVIDED");
      CHECK(word_of(evidence->status) == revocation);
    } else {
      CAPTURE(x509::ocsp_problem_name(evidence.error()));
      CHECK(revocation == "UNKNOWN");
      CHECK(fits(evidence.error(), details));
    }
  }
  CHECK(cases == 36);
}

TEST_CASE("OpenSSL's OCSP responses verify and fail as OpenSSL says") {
  const auto suite = test::test_data("ocsp-openssl");
  if (!suite) return;
  const auto expected = read_json(*suite / "expected.json");
  std::size_t cases = 0;
  for (const auto& row : expected.at("cases").as_array()) {
    const std::string title(row.at("title").as_string());
    const std::string file(row.at("response").as_string());
    const std::string issuer_file(row.at("untrusted").as_string());
    CAPTURE(title);
    CAPTURE(file);
    CAPTURE(issuer_file);
    const auto text = test::read_octets(*suite / file);
    const auto der = base::from_base64(base::as_text(text));
    REQUIRE(der);
    const auto response = OcspResponse::from_der(*der);
    // one of the files holds a chain, of which OpenSSL's test takes the first certificate
    const auto chain = x509::certificates_from_bytes(test::read_octets(*suite / issuer_file));
    REQUIRE(response);
    REQUIRE(chain);
    const auto& issuer = chain->front();
    REQUIRE(response->singles().size() == 1);
    // The suite judges the signer, not the times of the answer, which were over when it was made: the time is that of
    // the answer itself, when all certificates were valid.
    const auto& single = response->singles()[0];
    const auto evidence = x509::verify_ocsp(*response, {issuer, single.serial}, historic(response->produced_at()));
    CHECK(evidence.has_value() == row.at("verify_should_succeed").as_bool());
    ++cases;
  }
  CHECK(cases == 58);
}

TEST_CASE("a response by SHA-1 proves nothing today") {
  const auto suite = test::test_data("ocsp-openssl");
  if (!suite) return;
  const auto text = test::read_octets(*suite / "ND1.ors");
  const auto response = OcspResponse::from_der(*base::from_base64(base::as_text(text)));
  const auto issuer = Certificate::from_bytes(test::read_octets(*suite / "ND1_Issuer_ICA.pem"));
  REQUIRE(response);
  REQUIRE(issuer);
  auto options = historic(response->produced_at());
  const x509::OcspQuestion question{*issuer, response->singles()[0].serial};
  CHECK(x509::verify_ocsp(*response, question, options));
  options.sha1 = x509::OcspVerifyOptions::Sha1::kRefused;
  const auto refused = x509::verify_ocsp(*response, question, options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == OcspProblem::kBadSignature);
}
