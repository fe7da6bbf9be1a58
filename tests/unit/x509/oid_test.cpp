#include "yuxin/x509/oid.hpp"

#include <doctest/doctest.h>

namespace x509 = yuxin::x509;
using yuxin::base::from_hex;
using yuxin::base::hex;

TEST_CASE("dotted forms and octets convert both ways") {
  // RFC 5280, X.690 section 8.19.5 ({2 100 3}, here 2.999.3 of its present edition), GB/T 33560 and X.667 (2.25.UUID)
  const std::pair<const char*, const char*> known[] = {
      {"2.5.29.15", "551d0f"},
      {"2.999.3", "883703"},
      {"1.2.840.113549.1.1.11", "2a864886f70d01010b"},
      {"1.2.156.10197.1.301", "2a811ccf5501822d"},
      {"0.9.2342.19200300.100.1.25", "0992268993f22c640119"},
      {"1.3.6.1.4.1.11129.2.4.2", "2b06010401d679020402"},
      {"0.0", "00"},
      {"0.39", "27"},
      {"1.0", "28"},
      {"1.39", "4f"},
      {"2.0", "50"},
      {"2.47", "7f"},
      {"2.48", "8100"},
      {"2.25.329800735698586629295641978511506172918", "6983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776"},
  };
  for (const auto& [text, octets] : known) {
    CAPTURE(text);
    const auto encoded = x509::oid_from_dotted(text);
    REQUIRE(encoded.has_value());
    CHECK(hex(*encoded) == octets);
    CHECK(x509::dotted(*from_hex(octets)) == text);
  }
}

TEST_CASE("what is not an object identifier is refused") {
  for (const char* bad :
       {"", ".", "1", "2.", ".2", "1..2", "3.1", "1.40", "0.40", "1.02", "1.2.a", "1.2 ", "-1.2", "1.2.+3"}) {
    CAPTURE(bad);
    CHECK_FALSE(x509::oid_from_dotted(bad).has_value());
  }
  CHECK(x509::dotted({}) == "(malformed)");
  CHECK(x509::dotted(*from_hex("551d8f")) == "(malformed)");
  CHECK(x509::dotted(*from_hex("55801f")) == "(malformed)");
  CHECK_FALSE(x509::oid_from_dotted("1.2." + std::string(400, '9')).has_value());
  CHECK(x509::dotted(yuxin::base::Bytes(1000000, 0x01)) == "(malformed)");
}

TEST_CASE("known identifiers have names, others their dotted form") {
  CHECK(x509::oid_name(x509::oid::kKeyUsage) == "keyUsage");
  CHECK(x509::oid_name(x509::oid::kServerAuth) == "serverAuth");
  CHECK(x509::oid_name(*x509::oid_from_dotted("1.2.840.10045.4.3.2")) == "ecdsa-with-SHA256");
  CHECK(x509::oid_name(*x509::oid_from_dotted("1.2.156.10197.1.501")) == "SM2-with-SM3");
  CHECK(x509::oid_name(*x509::oid_from_dotted("1.2.3.4")) == "1.2.3.4");
  CHECK(hex(*x509::oid_by_name("serverAuth")) == hex(x509::oid::kServerAuth));
  CHECK(hex(*x509::oid_by_name("2.5.29.15")) == "551d0f");
  CHECK_FALSE(x509::oid_by_name("noSuchName").has_value());
}

TEST_CASE("constants are the numbers of their standards") {
  CHECK(x509::dotted(x509::oid::kCommonName) == "2.5.4.3");
  CHECK(x509::dotted(x509::oid::kEmailAddress) == "1.2.840.113549.1.9.1");
  CHECK(x509::dotted(x509::oid::kDomainComponent) == "0.9.2342.19200300.100.1.25");
  CHECK(x509::dotted(x509::oid::kAnyPolicy) == "2.5.29.32.0");
  CHECK(x509::dotted(x509::oid::kOcspNonce) == "1.3.6.1.5.5.7.48.1.2");
  CHECK(x509::dotted(x509::oid::kTlsFeature) == "1.3.6.1.5.5.7.1.24");
  CHECK(x509::dotted(x509::oid::kPrecertificatePoison) == "1.3.6.1.4.1.11129.2.4.3");
  CHECK(x509::dotted(x509::oid::kSm3) == "1.2.156.10197.1.401");
  CHECK(x509::dotted(x509::oid::kTimeStampToken) == "1.2.840.113549.1.9.16.2.14");
  CHECK(x509::dotted(x509::oid::kSigningCertificateV2) == "1.2.840.113549.1.9.16.2.47");
  CHECK(x509::dotted(x509::oid::kTstInfo) == "1.2.840.113549.1.9.16.1.4");
  CHECK(x509::dotted(x509::oid::kRiOcspResponse) == "1.3.6.1.5.5.7.16.2");
  CHECK(x509::dotted(x509::oid::kGmSignedData) == "1.2.156.10197.6.1.4.2.2");
}
