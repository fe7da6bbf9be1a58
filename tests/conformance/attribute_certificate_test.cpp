// Attribute certificates that BouncyCastle made (tests/data/attribute_certificates/bouncycastle/README.md).
#include <doctest/doctest.h>

#include "command.hpp"
#include "yuxin/x509/attribute_certificate.hpp"

namespace {

using namespace yuxin;

std::string folder() { return "tests/data/attribute_certificates/bouncycastle/"; }

x509::Certificate certificate(const std::string& name) {
  const auto parsed = x509::Certificate::from_bytes(test::read_octets(folder() + name));
  REQUIRE(parsed.has_value());
  return *parsed;
}

x509::AttributeCertificate attributes(const std::string& name) {
  const auto parsed = x509::AttributeCertificate::from_bytes(test::read_octets(folder() + name));
  REQUIRE_MESSAGE(parsed.has_value(), (parsed ? "" : parsed.error().detail));
  return *parsed;
}

}  // namespace

TEST_CASE("attribute certificates of BouncyCastle are read and verified, however they name their holder") {
  const auto authority = certificate("authority.pem");
  const auto holder = certificate("holder.pem");
  int serial = 100;
  for (const char* name : {"by_base_certificate.pem", "by_name.pem", "by_key_digest.pem"}) {
    CAPTURE(name);
    const auto one = attributes(name);
    CHECK(base::equal(one.serial().content(), base::Bytes{static_cast<std::uint8_t>(serial++)}));
    CHECK(one.issuer().same(authority.subject()));
    CHECK(one.not_before() == base::UnixTime{1'790'000'000});
    CHECK(one.not_after() == base::UnixTime{1'890'000'000});
    CHECK(one.roles() == std::vector<std::string>{"urn:yuxin:role:PSB:OFF"});
    CHECK(x509::verify_signature(one, *authority.public_key()).has_value());
    CHECK_FALSE(x509::verify_signature(one, *holder.public_key()).has_value());
    CHECK(x509::is_held_by(one, holder));
    CHECK_FALSE(x509::is_held_by(one, authority));
  }
}

TEST_CASE("each names its holder by one thing") {
  CHECK_FALSE(attributes("by_base_certificate.pem").holder().subject);
  CHECK_FALSE(attributes("by_base_certificate.pem").holder().base_serial.empty());
  CHECK(attributes("by_name.pem").holder().subject->text() == "C=CN, O=Bouncy City, CN=officer-05");
  CHECK(attributes("by_name.pem").holder().public_key_digest.empty());
  CHECK(attributes("by_key_digest.pem").holder().digest == x509::DigestAlgorithm::kSha256);
}
