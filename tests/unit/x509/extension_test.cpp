#include "yuxin/x509/extension.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "command.hpp"
#include "yuxin/x509/der.hpp"

namespace base = yuxin::base;
namespace x509 = yuxin::x509;
namespace oid = yuxin::x509::oid;
using x509::Critical;

namespace {

base::Bytes octets(std::string_view hex) {
  auto read = base::from_hex(hex);
  REQUIRE(read);
  return *read;
}

x509::GeneralName name(std::string_view text) {
  auto parsed = x509::parse_general_name(text);
  REQUIRE(parsed);
  return *parsed;
}

// The value of a written extension, after reading it back.
base::Bytes value_of(const base::Bytes& extension, x509::Oid oid, bool critical) {
  const auto views = x509::read_extensions(extension);
  REQUIRE(views);
  REQUIRE(views->size() == 1);
  CHECK(base::equal(views->front().oid, oid));
  CHECK(views->front().critical == critical);
  CHECK_FALSE(views->front().critical_was_encoded_false);
  return base::to_bytes(views->front().value);
}

// Every prefix of a value, and the value with something after it, must be refused.
void check_strict(std::string_view hex, const std::function<bool(base::ByteView)>& reads) {
  const base::Bytes good = octets(hex);
  CHECK(reads(good));
  for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(reads(base::ByteView(good).first(size)));
  base::Bytes longer = good;
  longer.push_back(0);
  CHECK_FALSE(reads(longer));
}

}  // namespace

// Expected octets by hand from RFC 5280 appendix A, or from the certificates of RFC 5280 appendix C.
TEST_CASE("extensions are written as DER") {
  CHECK(base::hex(x509::make_basic_constraints(Critical::kYes, {.ca = true, .path_length = 0})) ==
        "30120603551d130101ff040830060101ff020100");
  CHECK(base::hex(x509::make_basic_constraints(Critical::kYes, {.ca = true, .path_length = {}})) ==
        "300f0603551d130101ff040530030101ff");
  CHECK(base::hex(x509::make_basic_constraints(Critical::kNo, {})) == "30090603551d1304023000");
  CHECK(base::hex(x509::make_key_usage(Critical::kYes, x509::kKeyCertSign | x509::kCrlSign)) ==
        "300e0603551d0f0101ff040403020106");
  CHECK(base::hex(x509::make_key_usage(Critical::kYes, x509::kDigitalSignature | x509::kNonRepudiation)) ==
        "300e0603551d0f0101ff0404030206c0");
  CHECK(base::hex(x509::make_key_usage(Critical::kNo, x509::kKeyAgreement | x509::kDecipherOnly)) ==
        "300c0603551d0f0405030307"
        "0880");
  CHECK(base::hex(x509::make_extended_key_usage(Critical::kNo, {base::to_bytes(oid::kServerAuth)})) ==
        "30130603551d25040c300a06082b06010505070301");
  CHECK(base::hex(x509::make_subject_key_identifier(octets("0102"))) == "300b0603551d0e040404020102");
  CHECK(base::hex(x509::make_authority_key_identifier(octets("0102"))) == "300d0603551d230406300480020102");
  CHECK(base::hex(x509::make_ocsp_no_check()) == "300f06092b060105050730010504020500");
  CHECK(base::hex(x509::make_subject_alt_name(Critical::kNo, {name("dns:a"), name("ip:192.0.2.1")})) ==
        "30120603551d11040b30098201618704c0000201");
  CHECK(base::hex(x509::make_crl_distribution_points({"http://a/"})) ==
        "301a0603551d1f04133011300fa00da00b8609687474703a2f2f612f");
  CHECK(base::hex(x509::make_authority_info_access({"http://a/"}, {})) ==
        "302506082b0601050507010104193017301506082b0601050507300186"
        "09687474703a2f2f612f");
  CHECK(base::hex(x509::make_certificate_policies(Critical::kNo, {{octets("2a0304"), {}, false}})) ==
        "30100603551d200409300730050603"
        "2a0304");
}

TEST_CASE("what is written is read back") {
  const auto constraints = x509::read_basic_constraints(value_of(
      x509::make_basic_constraints(Critical::kYes, {.ca = true, .path_length = 3}), oid::kBasicConstraints, true));
  REQUIRE(constraints);
  CHECK(constraints->ca);
  CHECK(constraints->path_length == 3);
  for (std::uint32_t bits = 1; bits < 512; ++bits) {
    CHECK(x509::read_key_usage(value_of(x509::make_key_usage(Critical::kYes, bits), oid::kKeyUsage, true)) == bits);
  }
  const auto policies = x509::read_certificate_policies(
      value_of(x509::make_certificate_policies(
                   Critical::kNo, {{octets("2a0304"), {"http://cps/"}, false}, {octets("2a0305"), {}, false}}),
               oid::kCertificatePolicies, false));
  REQUIRE(policies);
  REQUIRE(policies->size() == 2);
  CHECK((*policies)[0].cps == std::vector<std::string>{"http://cps/"});
  CHECK((*policies)[1].policy == octets("2a0305"));
  const auto access = x509::read_authority_info_access(
      value_of(x509::make_authority_info_access({"http://o/"}, {"http://i/"}), oid::kAuthorityInfoAccess, false));
  REQUIRE(access);
  REQUIRE(access->size() == 2);
  CHECK((*access)[0].location.value == "http://o/");
  CHECK(base::equal((*access)[1].method, oid::kCaIssuersAccess));
}

TEST_CASE("name constraints hold addresses with their masks") {
  x509::NameConstraints constraints;
  constraints.permitted = {name("dns:city.example"), {x509::GeneralNameKind::kIp, "", octets("0a000000ff000000")}};
  constraints.excluded = {name("dirname:C=CN, O=Other")};
  const auto read =
      x509::read_name_constraints(value_of(x509::make_name_constraints(constraints), oid::kNameConstraints, true));
  REQUIRE(read);
  REQUIRE(read->permitted.size() == 2);
  CHECK(read->permitted[1].value == "10.0.0.0/8");
  CHECK(read->excluded.at(0).value == "C=CN, O=Other");
  CHECK_FALSE(read->has_minimum_or_maximum);
  // minimum [0] written out, then maximum [1]
  CHECK(x509::read_name_constraints(octets("300aa008300682016180"
                                           "0101"))
            ->has_minimum_or_maximum);
  CHECK_FALSE(x509::read_name_constraints(octets("3006a004"
                                                 "30028704"))
                  .has_value());
  CHECK_FALSE(
      x509::read_name_constraints(octets("300aa00830068704c0000201")).has_value());  // an address without a mask
}

TEST_CASE("values that are cut short or go on are refused") {
  check_strict("30060101ff020100", [](auto v) { return x509::read_basic_constraints(v).has_value(); });
  check_strict("03020106", [](auto v) { return x509::read_key_usage(v).has_value(); });
  check_strict("300a06082b06010505070301", [](auto v) { return x509::read_extended_key_usage(v).has_value(); });
  check_strict("30098201618704c0000201", [](auto v) { return x509::read_alternative_names(v).has_value(); });
  check_strict("04020102", [](auto v) { return x509::read_subject_key_identifier(v).has_value(); });
  check_strict("300780020102820101", [](auto v) { return x509::read_authority_key_identifier(v).has_value(); });
  check_strict("3011300fa00da00b8609687474703a2f2f612f",
               [](auto v) { return x509::read_crl_distribution_points(v).has_value(); });
  check_strict("3017301506082b060105050730018609687474703a2f2f612f",
               [](auto v) { return x509::read_authority_info_access(v).has_value(); });
  check_strict("3007300506032a0304", [](auto v) { return x509::read_certificate_policies(v).has_value(); });
  check_strict("3009300706012a06022a03", [](auto v) { return x509::read_policy_mappings(v).has_value(); });
  check_strict("3006800100810100", [](auto v) { return x509::read_policy_constraints(v).has_value(); });
  check_strict("020100", [](auto v) { return x509::read_inhibit_any_policy(v).has_value(); });
  check_strict("020102", [](auto v) { return x509::read_crl_number(v).has_value(); });
  check_strict("30038101ff", [](auto v) { return x509::read_issuing_distribution_point(v).has_value(); });
}

TEST_CASE("malformed values are refused") {
  CHECK_FALSE(x509::read_basic_constraints(octets("30030101"
                                                  "01"))
                  .has_value());                                                      // BOOLEAN 1 is not DER
  CHECK_FALSE(x509::read_basic_constraints(octets("30030201ff")).has_value());        // negative path length
  CHECK_FALSE(x509::read_basic_constraints(octets("30060201000101ff")).has_value());  // order
  CHECK(x509::read_basic_constraints(octets("3003010100"))->ca == false);             // DEFAULT written out
  CHECK_FALSE(x509::read_key_usage(octets("0300")).has_value());
  CHECK_FALSE(x509::read_key_usage(octets("03020801")).has_value());  // eight unused bits
  CHECK_FALSE(x509::read_key_usage(octets("030201ff")).has_value());  // an unused bit is set
  CHECK_FALSE(x509::read_key_usage(octets("04020106")).has_value());
  CHECK(x509::read_key_usage(octets("030100")) == 0U);
  CHECK_FALSE(x509::read_extended_key_usage(octets("3000")).has_value());
  CHECK_FALSE(x509::read_alternative_names(octets("3000")).has_value());
  CHECK_FALSE(x509::read_authority_info_access(octets("3000")).has_value());
  CHECK_FALSE(x509::read_crl_distribution_points(octets("3000")).has_value());
  CHECK_FALSE(x509::read_certificate_policies(octets("3000")).has_value());
  CHECK_FALSE(
      x509::read_certificate_policies(octets("3009300706032a03043000")).has_value());  // no qualifier in the list
  CHECK_FALSE(x509::read_policy_mappings(octets("3000")).has_value());
  CHECK_FALSE(x509::read_policy_constraints(octets("3000")).has_value());
  CHECK_FALSE(x509::read_policy_constraints(octets("30038001ff")).has_value());
  CHECK_FALSE(x509::read_inhibit_any_policy(octets("0201ff")).has_value());
  CHECK_FALSE(x509::read_issuing_distribution_point(octets("3000")).has_value());
  CHECK_FALSE(x509::read_issuing_distribution_point(octets("3003810101")).has_value());
}

TEST_CASE("an authority key identifier may name the issuer and the serial number") {
  const auto read =
      x509::read_authority_key_identifier(octets("301780020102a10e"
                                                 "a40c300a"
                                                 "31083006060355040300"
                                                 "820101"));
  CHECK_FALSE(read.has_value());
  const auto good =
      x509::read_authority_key_identifier(octets("301980020102a110a40e300c310a300806035504030c0178820105"));
  REQUIRE(good);
  CHECK(good->key_identifier == octets("0102"));
  REQUIRE(good->issuer);
  CHECK(good->issuer->at(0).value == "CN=x");
  CHECK(good->serial == octets("05"));
  CHECK(x509::read_authority_key_identifier(octets("3000")).has_value());
}

TEST_CASE("distribution points keep reasons, relative names and issuers") {
  const auto points =
      x509::read_crl_distribution_points(octets("3021"
                                                "301fa00c"
                                                "a10a300806035504030c0178"
                                                "8102"
                                                "0640"
                                                "a20b"
                                                "a409300731053003"
                                                "0601"
                                                "00"));
  CHECK_FALSE(points.has_value());
  const auto good =
      x509::read_crl_distribution_points(octets("3026"
                                                "3024"
                                                "a00ca10a300806035504030c0178"
                                                "81020640"
                                                "a210a40e300c310a300806035504030c0178"));
  REQUIRE(good);
  CHECK(good->at(0).has_relative_name);
  CHECK(base::hex(good->at(0).relative_name) == "300806035504030c0178");
  CHECK(good->at(0).has_reasons);
  CHECK(good->at(0).reasons == 2U);  // keyCompromise (1)
  CHECK(good->at(0).crl_issuer.at(0).value == "CN=x");
  x509::IssuingDistributionPoint point;
  point.full_name = {name("uri:http://a/")};
  point.only_user_certificates = true;
  point.only_some_reasons = 2U;
  point.indirect_crl = true;
  const auto again = x509::read_issuing_distribution_point(
      value_of(x509::make_issuing_distribution_point(point), oid::kIssuingDistributionPoint, true));
  REQUIRE(again);
  CHECK(again->full_name.at(0).value == "http://a/");
  CHECK(again->only_user_certificates);
  CHECK_FALSE(again->only_ca_certificates);
  CHECK(again->only_some_reasons == 2U);
  CHECK(again->indirect_crl);
}

TEST_CASE("a list of extensions keeps order, duplicates and a written-out default") {
  const base::Bytes encoded = octets("300a0603551d0e0403040101300d0603551d0e0101000403040102");
  const auto good = x509::read_extensions(encoded);
  REQUIRE(good);
  REQUIRE(good->size() == 2);
  CHECK((*good)[1].critical_was_encoded_false);
  CHECK_FALSE((*good)[1].critical);
  CHECK(x509::find_extension(*good, oid::kSubjectKeyIdentifier) == &good->front());
  CHECK(x509::find_extension(*good, oid::kKeyUsage) == nullptr);
  CHECK_FALSE(x509::read_extensions(octets("300d0603551d0e0101010403040102")).has_value());  // BOOLEAN 1
  CHECK_FALSE(x509::read_extensions(octets("30050603551d0e")).has_value());                  // no value
  CHECK_FALSE(x509::read_extensions(octets("300c0603551d0e04030401010500")).has_value());    // something after it
}

TEST_CASE("key usages have names") {
  CHECK(x509::key_usage_names(x509::kDigitalSignature | x509::kCrlSign) ==
        std::vector<std::string>{"digitalSignature", "cRLSign"});
  CHECK(x509::key_usage_by_name("keyCertSign") == x509::kKeyCertSign);
  CHECK(x509::key_usage_by_name("CRLSIGN") == x509::kCrlSign);
  CHECK(x509::key_usage_by_name("contentCommitment") == x509::kNonRepudiation);
  CHECK_FALSE(x509::key_usage_by_name("sign").has_value());
}
