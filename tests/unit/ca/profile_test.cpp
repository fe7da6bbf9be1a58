#include "yuxin/ca/profile.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "source_dir.hpp"
#include "yuxin/base/file.hpp"

namespace ca = yuxin::ca;
namespace x509 = yuxin::x509;
using yuxin::base::Code;

namespace {

// A small profile that is right; a case replaces one line of it or adds one.
struct Draft {
  std::string head = "name = \"sample\"\nkeys = [\"ec:P-256\", \"rsa:2048-4096\"]\nvalidity = \"P1Y\"\n";
  std::string subject = "[subject]\norder = [\"C\", \"O\", \"CN\"]\nrequire = [\"CN\"]\n";
  std::string san = "[san]\ndns = { max = 3 }\n";
  std::string extensions =
      "[extensions]\nkey_usage = { values = [\"digitalSignature\"], add_for_rsa = [\"keyEncipherment\"] }\n";

  [[nodiscard]] auto parse() const { return ca::parse_profile(head + subject + san + extensions, "sample.toml"); }
};

void check_refused(const Draft& draft, std::string_view part) {
  const auto profile = draft.parse();
  REQUIRE_FALSE(profile.has_value());
  CHECK(profile.error().code == Code::kMalformed);
  CHECK_MESSAGE(profile.error().detail.starts_with("sample.toml:"), profile.error().detail);
  CHECK_MESSAGE(profile.error().detail.find(part) != std::string::npos, profile.error().detail);
}

void check_extensions_refused(const std::string& extensions, std::string_view part) {
  Draft draft;
  draft.extensions = "[extensions]\n" + extensions;
  check_refused(draft, part);
}

}  // namespace

TEST_CASE("every shipped profile loads and carries its own name") {
  const auto& shipped = ca::shipped_profiles();
  CHECK(shipped.size() == 21);
  for (const auto& file : shipped) {
    const auto profile = ca::parse_profile(file.text, std::string(file.name));
    REQUIRE_MESSAGE(profile.has_value(), (profile ? "" : profile.error().detail));
    CHECK(profile->name == file.name);
    CHECK_FALSE(profile->title_zh.empty());
  }
}

TEST_CASE("names without a dot are listed for dns, and are names") {
  Draft draft;
  for (const char* san :
       {"[san]\nip = { single_labels = [\"localhost\"] }\n", "[san]\ndns = { single_labels = [\"a.test\"] }\n",
        "[san]\ndns = { single_labels = [\"a_b\"] }\n", "[san]\ndns = { single_labels = [\"\"] }\n"}) {
    draft.san = san;
    check_refused(draft, "single_labels");
  }
}

TEST_CASE("the draft of these tests is right") {
  const auto profile = Draft{}.parse();
  REQUIRE_MESSAGE(profile.has_value(), (profile ? "" : profile.error().detail));
  CHECK(profile->key_usage_of(x509::KeyType::kP256) == x509::kDigitalSignature);
  CHECK(profile->key_usage_of(x509::KeyType::kRsa) == (x509::kDigitalSignature | x509::kKeyEncipherment));
}

TEST_CASE("a profile admits the key kinds that it lists, within their sizes") {
  const auto profile = Draft{}.parse();
  REQUIRE(profile.has_value());
  CHECK(profile->admits({x509::KeyType::kP256, 256}));
  CHECK(profile->admits({x509::KeyType::kRsa, 2048}));
  CHECK(profile->admits({x509::KeyType::kRsa, 4096}));
  CHECK_FALSE(profile->admits({x509::KeyType::kRsa, 1024}));
  CHECK_FALSE(profile->admits({x509::KeyType::kRsa, 4097}));
  CHECK_FALSE(profile->admits({x509::KeyType::kRsaPss, 3072}));
  CHECK_FALSE(profile->admits({x509::KeyType::kP384, 384}));
  CHECK(profile->keys_text() == "ec:P-256, rsa:2048-4096");
}

TEST_CASE("an unknown key is refused and the nearest known one named") {
  Draft draft;
  draft.head += "validty = \"P2Y\"\n";
  check_refused(draft, "validity");
}

TEST_CASE("what is missing or unreadable in the head is said") {
  for (const auto& [from, to, part] : std::vector<std::array<std::string, 3>>{
           {"name = \"sample\"", "name = \"Sample One\"", "lower-case"},
           {"keys = [\"ec:P-256\", \"rsa:2048-4096\"]", "keys = []", "subject keys"},
           {"\"ec:P-256\"", "\"rsa:1024\"", "rsa:1024"},
           {"\"ec:P-256\"", "\"rsa:4096-2048\"", "rsa:4096-2048"},
           {"\"ec:P-256\"", "\"dsa\"", "dsa"},
           {"validity = \"P1Y\"", "validity = \"P0D\"", "valid"},
           {"validity = \"P1Y\"", "validity = \"PT1S\"", "ten minutes"},
           {"validity = \"P1Y\"", "validity = \"PT9M59S\"", "ten minutes"},
       }) {
    Draft draft;
    const auto at = draft.head.find(from);
    REQUIRE(at != std::string::npos);
    draft.head.replace(at, from.size(), to);
    check_refused(draft, part);
  }
}

TEST_CASE("the subject's rules must fit together") {
  Draft draft;
  draft.subject = "[subject]\norder = [\"C\", \"CN\", \"CN\"]\n";
  check_refused(draft, "twice");
  draft.subject = "[subject]\norder = [\"C\"]\nrequire = [\"CN\"]\n";
  check_refused(draft, "CN");
  draft.subject = "[subject]\norder = [\"XYZ\"]\n";
  check_refused(draft, "XYZ");
  draft.subject = "[subject]\norder = [\"CN\"]\nCN = { must_be_in = \"san.email\" }\n";
  check_refused(draft, "san");
  draft.subject = "[subject]\norder = [\"CN\"]\nmay_be_empty = true\n";  // no name is required either
  check_refused(draft, "4.1.2.6");
}

TEST_CASE("the names' rules must make sense") {
  Draft draft;
  draft.san = "[san]\ndns = { min = 3, max = 2 }\n";
  check_refused(draft, "min");
  draft.san = "[san]\ndns = { max = 3, under = [\"not a domain\"] }\n";
  check_refused(draft, "not a domain");
  draft.san = "[san]\nip = { max = 3, under = [\"192.0.2.0/33\"] }\n";
  check_refused(draft, "192.0.2.0/33");
  draft.san = "[san]\nemail = { max = 1, wildcard = \"left-most label\" }\n";
  check_refused(draft, "wildcard");
}

TEST_CASE("a profile that contradicts RFC 5280 does not load and names the section") {
  const std::string usage = "key_usage = { values = [\"digitalSignature\"] }\n";
  check_extensions_refused("", "4.2.1.3");
  check_extensions_refused("key_usage = { values = [\"keyCertSign\"] }\n", "4.2.1.9");
  check_extensions_refused("key_usage = { values = [\"cRLSign\"] }\n", "cRLSign");
  check_extensions_refused("key_usage = { values = [\"digitalSignature\", \"encipherOnly\"] }\n", "4.2.1.3");
  check_extensions_refused("key_usage = { values = [\"keyEncipherment\"] }\n", "RFC 5480");
  check_extensions_refused("key_usage = { values = [\"keyAgreement\"] }\n", "RFC 3279");
  check_extensions_refused(usage + "basic_constraints = { ca = true }\n", "keyCertSign");
  check_extensions_refused(
      "key_usage = { values = [\"keyCertSign\"] }\nbasic_constraints = { ca = true, critical = false }\n", "4.2.1.9");
  check_extensions_refused(
      "key_usage = { values = [\"keyCertSign\"] }\nbasic_constraints = { ca = true, path_length = -1 }\n", "4.2.1.9");
  check_extensions_refused(usage + "basic_constraints = { ca = false, path_length = 0 }\n", "4.2.1.9");
  check_extensions_refused(usage + "name_constraints = { permitted = [\"dns:city.example\"] }\n", "4.2.1.10");
  check_extensions_refused(usage + "extended_key_usage = [\"timeStamping\"]\n", "RFC 3161");
  check_extensions_refused(usage + "ocsp_no_check = true\n", "RFC 6960");
  check_extensions_refused(usage + "policies = [{ oid = \"1.2.3\" }, { oid = \"1.2.3\" }]\n", "4.2.1.4");
  check_extensions_refused(usage + "policies = [{ oid = \"1.2.3\", cps = \"http://例/\" }]\n", "4.2.1.4");
  check_extensions_refused(usage + "extra = [{ oid = \"2.5.29.15\", der = \"03020780\" }]\n", "4.2");
  check_extensions_refused(usage + "extra = [{ oid = \"1.2.3\", der = \"0500ff\" }]\n", "DER");
}

namespace {

std::string extra(std::string_view oid, std::string_view der, bool critical) {
  return "extra = [{ oid = \"" + std::string(oid) + "\", der = \"" + std::string(der) +
         "\", critical = " + (critical ? "true" : "false") + " }]\n";
}

// A URI, http://a.test/d, as fullName of a DistributionPoint and as accessLocation of caRepository.
constexpr std::string_view kPoints = "30173015a013a011860f687474703a2f2f612e746573742f64";
constexpr std::string_view kAccess = "301d301b06082b06010505073005860f687474703a2f2f612e746573742f64";

}  // namespace

TEST_CASE("a period is longer than what it begins in the past") {
  Draft draft;
  draft.head.replace(draft.head.find("P1Y"), 3, "PT10M");
  CHECK(draft.parse().has_value());
}

TEST_CASE("what a profile adds is DER to its leaves (X.690)") {
  const std::string usage = "key_usage = { values = [\"digitalSignature\"] }\n";
  for (const char* value : {"30030101aa", "300402020001", "0500ff", "30800000", "050100", "05"})
    check_extensions_refused(usage + extra("1.2.3", value, false), "DER");
}

TEST_CASE("what belongs into lists, into precertificates or to one certificate is not added by a profile") {
  const std::string usage = "key_usage = { values = [\"digitalSignature\"] }\n";
  for (const auto& [oid, der] : std::vector<std::array<const char*, 2>>{
           {"2.5.29.20", "020101"},                              // cRLNumber
           {"2.5.29.21", "0a0101"},                              // reasonCode
           {"2.5.29.23", "06022a03"},                            // holdInstructionCode
           {"2.5.29.24", "180f32303530303130313030303030305a"},  // invalidityDate
           {"2.5.29.27", "020101"},                              // deltaCRLIndicator
           {"2.5.29.28", "30038101ff"},                          // issuingDistributionPoint
           {"2.5.29.29", "3003820161"},                          // certificateIssuer
           {"1.3.6.1.5.5.7.48.1.2", "040101"},                   // the nonce of OCSP
       }) {
    CAPTURE(oid);
    check_extensions_refused(usage + extra(oid, der, false), "not into certificates");
  }
  check_extensions_refused(usage + extra("1.3.6.1.4.1.11129.2.4.3", "0500", true), "RFC 6962 section 3.1");
  check_extensions_refused(usage + extra("1.3.6.1.4.1.11129.2.4.2", "04020000", false), "RFC 6962 section 3.3");
  check_extensions_refused(usage + extra("2.5.29.16", "3000", false), "privateKeyUsagePeriod");
  Draft period;
  period.extensions += extra("2.5.29.16", "3011800f32303530303130313030303030305a", false);
  CHECK(period.parse().has_value());
}

TEST_CASE("what is added to a profile keeps RFC 5280 as its certificates must") {
  const std::string usage = "key_usage = { values = [\"digitalSignature\"] }\n";
  const std::string authority = "key_usage = { values = [\"keyCertSign\"] }\nbasic_constraints = { ca = true }\n";
  check_extensions_refused(usage + "extended_key_usage = [\"serverAuth\", \"1.3.6.1.5.5.7.3.1\"]\n", "twice");
  // anyPolicy mapped to 1.2.3; 1.2.3 to 1.2.4 in a certificate that is no authority's
  check_extensions_refused(authority + extra("2.5.29.33", "300c300a0604551d200006022a03", true), "4.2.1.5");
  check_extensions_refused(usage + extra("2.5.29.33", "300a300806022a0306022a04", true), "4.2.1.5");
  check_extensions_refused(authority + extra("2.5.29.54", "020100", false), "4.2.1.14");
  check_extensions_refused(usage + extra("2.5.29.54", "020100", true), "4.2.1.14");
  check_extensions_refused(authority + extra("2.5.29.36", "3003800100", false), "4.2.1.11");
  check_extensions_refused(authority + extra("2.5.29.36", "3000", true), "4.2");
  check_extensions_refused(usage + extra("2.5.29.46", kPoints, true), "4.2.1.15");
  check_extensions_refused(usage + extra("1.3.6.1.5.5.7.1.11", kAccess, true), "4.2.2.2");
  check_extensions_refused(usage + extra("2.5.29.9", "300b300906022a033103020101", true), "4.2.1.8");
  check_extensions_refused(usage + extra("1.2.3.4", "0500", true), "critical and unknown");
  check_extensions_refused(usage + extra("2.5.29.56", "0500", false), "RFC 9608");
  check_extensions_refused(usage + "policies = [{ oid = \"1.2.3\", cps = \"nowhere\" }]\n", "4.2.1.4");

  const std::string silent = usage + "authority_info_access = false\ncrl_distribution_points = false\n";
  for (const auto& good :
       {authority + extra("2.5.29.33", "300a300806022a0306022a04", true) + "policies = [{ oid = \"1.2.3\" }]\n",
        authority + extra("2.5.29.54", "020100", true), authority + extra("2.5.29.36", "3003800100", true),
        usage + extra("2.5.29.46", kPoints, false), usage + extra("1.3.6.1.5.5.7.1.11", kAccess, false),
        usage + extra("2.5.29.9", "300b300906022a033103020101", false), silent + extra("2.5.29.56", "0500", false)}) {
    Draft draft;
    draft.extensions = "[extensions]\n" + good;
    const auto profile = draft.parse();
    CHECK_MESSAGE(profile.has_value(), (profile ? "" : profile.error().detail));
  }
}

TEST_CASE("a key that can only sign takes no other usage (RFC 8410 section 5)") {
  Draft draft;
  draft.head = "name = \"sample\"\nkeys = [\"ed25519\"]\nvalidity = \"P1Y\"\n";
  draft.extensions = "[extensions]\nkey_usage = { values = [\"keyAgreement\"] }\n";
  check_refused(draft, "RFC 8410");
}

TEST_CASE("a set finds a profile by name and suggests the nearest one") {
  auto profile = Draft{}.parse();
  REQUIRE(profile.has_value());
  const auto set = ca::ProfileSet::of({std::move(*profile)});
  CHECK(set.find("sample").has_value());
  const auto missing = set.find("sampel");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == Code::kNotFound);
  CHECK(missing.error().detail.find("sample") != std::string::npos);
}

TEST_CASE("what is shipped is what stands in the files, to the octet") {
  for (const auto& shipped : ca::shipped_profiles()) {
    const auto file = yuxin::test::source_file("ca/profiles/" + std::string(shipped.name) + ".toml");
    const auto text = yuxin::base::read_file(file, 1U << 20U);
    REQUIRE_MESSAGE(text.has_value(), file);
    CHECK_MESSAGE(yuxin::base::as_text(*text) == shipped.text, file);
  }
}
