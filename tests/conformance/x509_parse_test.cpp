// Reads the certificates and lists of others: BoringSSL's parser tests, NIST PKITS and OpenSSL's fuzzing corpora.
#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "command.hpp"
#include "test_data.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/inspect.hpp"
#include "yuxin/x509/request.hpp"

namespace base = yuxin::base;
namespace x509 = yuxin::x509;
namespace oid = yuxin::x509::oid;
namespace test = yuxin::test;
using std::filesystem::path;

namespace {

struct ValueReader {
  x509::Oid oid;
  std::function<bool(base::ByteView)> reads;
};

const std::vector<ValueReader>& value_readers() {
  static const std::vector<ValueReader> kReaders{
      {oid::kBasicConstraints, [](auto value) { return x509::read_basic_constraints(value).has_value(); }},
      {oid::kKeyUsage, [](auto value) { return x509::read_key_usage(value).has_value(); }},
      {oid::kExtKeyUsage, [](auto value) { return x509::read_extended_key_usage(value).has_value(); }},
      {oid::kSubjectAltName, [](auto value) { return x509::read_alternative_names(value).has_value(); }},
      {oid::kIssuerAltName, [](auto value) { return x509::read_alternative_names(value).has_value(); }},
      {oid::kSubjectKeyIdentifier, [](auto value) { return x509::read_subject_key_identifier(value).has_value(); }},
      {oid::kAuthorityKeyIdentifier,
       [](auto value) { return x509::read_authority_key_identifier(value).has_value(); }},
      {oid::kAuthorityInfoAccess, [](auto value) { return x509::read_authority_info_access(value).has_value(); }},
      {oid::kCrlDistributionPoints, [](auto value) { return x509::read_crl_distribution_points(value).has_value(); }},
      {oid::kFreshestCrl, [](auto value) { return x509::read_crl_distribution_points(value).has_value(); }},
      {oid::kCertificatePolicies, [](auto value) { return x509::read_certificate_policies(value).has_value(); }},
      {oid::kPolicyMappings, [](auto value) { return x509::read_policy_mappings(value).has_value(); }},
      {oid::kPolicyConstraints, [](auto value) { return x509::read_policy_constraints(value).has_value(); }},
      {oid::kInhibitAnyPolicy, [](auto value) { return x509::read_inhibit_any_policy(value).has_value(); }},
      {oid::kNameConstraints, [](auto value) { return x509::read_name_constraints(value).has_value(); }},
      {oid::kIssuingDistributionPoint,
       [](auto value) { return x509::read_issuing_distribution_point(value).has_value(); }},
      {oid::kCrlNumber, [](auto value) { return x509::read_crl_number(value).has_value(); }},
      {oid::kDeltaCrlIndicator, [](auto value) { return x509::read_crl_number(value).has_value(); }},
  };
  return kReaders;
}

bool values_read(const std::vector<x509::ExtensionView>& extensions) {
  return std::ranges::all_of(extensions, [](const auto& view) {
    const auto reader =
        std::ranges::find_if(value_readers(), [&](const auto& entry) { return base::equal(entry.oid, view.oid); });
    return reader == value_readers().end() || reader->reads(view.value);
  });
}

bool certificate_reads(base::ByteView der) {
  const auto certificate = x509::Certificate::from_der(der);
  return certificate && values_read(certificate->tbs().extensions);
}

bool list_reads(base::ByteView der) {
  const auto list = x509::Crl::from_der(der);
  return list && values_read(list->extensions()) &&
         list->for_each_view([](const auto&) { return x509::Crl::Visit::kGoOn; }).has_value();
}

// What BoringSSL's verifier refuses when it parses, and we leave to `cert lint`, to the path, or to nobody.
const std::map<std::string, std::string>& read_nevertheless() {
  static const std::map<std::string, std::string> kCases{
      {"issuer_bad_printable_string.pem", "PrintableString with other ASCII characters"},
      {"subject_not_printable_string.pem", "PrintableString with other ASCII characters"},
      {"subject_blank_subjectaltname_not_critical.pem", "RFC 5280 section 4.2.1.6 is a lint"},
      {"extensions_duplicate_key_usage.pem", "duplicates are a lint"},
      {"extension_critical_0.pem", "critical FALSE written out is a lint"},
      {"bad_key_usage.pem", "a key usage without any bit is a lint"},
      {"basic_constraints_pathlen_256.pem", "path lengths above 255"},
  };
  return kCases;
}

// What BoringSSL splits without looking inside.
const std::map<std::string, std::string>& refused_nevertheless() {
  static const std::map<std::string, std::string> kCases{
      {"cert_skeleton.pem", "the TBSCertificate holds no certificate"},
      {"tbs_validity_relaxed.pem", "UTCTime without seconds: RFC 5280 section 4.1.2.5.1"},
      {"tbs_v1_extensions.pem", "extensions that are none"},
      {"tbs_v2_extensions.pem", "extensions that are none"},
      {"tbs_v3_extensions.pem", "extensions that are none"},
      {"tbs_v3_all_optionals.pem", "extensions that are none"},
      {"tbs_v3_extensions_not_sequence.pem", "extensions that are none"},
  };
  return kCases;
}

bool expected_to_read(const std::string& file, const base::JsonObject& entry) {
  if (read_nevertheless().contains(file)) return true;
  if (refused_nevertheless().contains(file)) return false;
  return base::json_string(entry, "errors").find("ERROR") == std::string::npos;
}

std::vector<path> files_of(const path& folder) {
  std::vector<path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

TEST_CASE("BoringSSL's certificates, TBS parts and extensions are read or refused as there") {
  const auto folder = test::test_data("boringssl-pki/parse");
  if (!folder) return;
  const auto index = base::parse_json(base::as_text(test::read_octets(*folder / "index.json")));
  REQUIRE(index.has_value());
  std::size_t compared = 0;
  for (const auto& value : index->as_array()) {
    const auto& entry = value.as_object();
    const std::string file = base::json_string(entry, "file");
    CAPTURE(file);
    for (const auto& block : base::parse_pem(base::as_text(test::read_octets(*folder / file)))) {
      if (block.label == "TBS CERTIFICATE") {
        CHECK(x509::parse_tbs_certificate(block.der).has_value() == expected_to_read(file, entry));
        ++compared;
      } else if (block.label == "CERTIFICATE") {
        CHECK(certificate_reads(block.der) == expected_to_read(file, entry));
        ++compared;
      }
    }
  }
  CHECK(compared > 80);
}

TEST_CASE("every certificate and every list of PKITS is read, with all of its extensions") {
  const auto folder = test::test_data("pkits");
  if (!folder) return;
  for (const auto& file : files_of(*folder / "certs")) {
    CAPTURE(file.filename().string());
    CHECK(certificate_reads(test::read_octets(file)));
  }
  for (const auto& file : files_of(*folder / "crls")) {
    CAPTURE(file.filename().string());
    CHECK(list_reads(test::read_octets(file)));
  }
}

TEST_CASE("BoringSSL's malformed lists are refused, all others are read") {
  const auto folder = test::test_data("boringssl-pki/crl");
  if (!folder) return;
  // Whether an issuing distribution point says something possible is decided with the path, not by the reader.
  const std::set<std::string> read_nevertheless{
      "invalid_idp_onlycontains_user_and_ca_certs.pem", "invalid_idp_onlycontainsusercerts_v1_leaf.pem",
      "invalid_issuer_keyusage_no_crlsign.pem", "invalid_key_rollover_issuer_keyusage_no_crlsign.pem",
      "invalid_mismatched_signature_algorithm.pem"};
  for (const auto& file : files_of(*folder)) {
    const std::string name = file.filename().string();
    CAPTURE(name);
    for (const auto& block : base::parse_pem(base::as_text(test::read_octets(file)))) {
      if (block.label != "CRL" && block.label != "X509 CRL") continue;
      CHECK(list_reads(block.der) == (!name.starts_with("invalid_") || read_nevertheless.contains(name)));
    }
  }
}

namespace {

// Comparison counts where OpenSSL and we disagree on one kind of object.
struct Comparison {
  std::size_t both = 0;
  std::size_t only_openssl = 0;
  std::size_t only_ours = 0;
  std::vector<std::string> ours;

  void count(bool openssl, bool we, const std::string& name) {
    both += openssl && we ? 1 : 0;
    only_openssl += openssl && !we ? 1 : 0;
    if (!openssl && we) ours.push_back(name);
    only_ours = ours.size();
  }
};

bool openssl_reads_certificate(const base::Bytes& der) {
  const unsigned char* at = der.data();
  X509* parsed = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
  const bool whole = parsed != nullptr && at == der.data() + der.size();
  X509_free(parsed);
  ERR_clear_error();
  return whole;
}

bool openssl_reads_list(const base::Bytes& der) {
  const unsigned char* at = der.data();
  X509_CRL* parsed = d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size()));
  const bool whole = parsed != nullptr && at == der.data() + der.size();
  X509_CRL_free(parsed);
  ERR_clear_error();
  return whole;
}

}  // namespace

TEST_CASE("nothing in OpenSSL's fuzzing corpora crashes a reader, and we read nothing that OpenSSL refuses") {
  const auto archive = test::test_data("openssl-fuzz-corpora-pki.tar.gz");
  if (!archive) return;
  const test::TemporaryFolder folder;
  REQUIRE(folder.run("tar xzf '" + archive->string() + "'").status == 0);
  Comparison certificates;
  Comparison lists;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    if (!entry.is_regular_file()) continue;
    const base::Bytes octets = test::read_octets(entry.path());
    const std::string kind = entry.path().parent_path().filename().string();
    const std::string name = kind + "/" + entry.path().filename().string();
    const bool certificate = x509::Certificate::from_der(octets).has_value();
    const bool list = list_reads(octets);
    static_cast<void>(certificate_reads(octets));
    static_cast<void>(x509::CertificateRequest::from_der(octets).has_value());
    static_cast<void>(x509::Name::from_der(octets).has_value());
    static_cast<void>(x509::inspect(octets, {.now = {1800000000}, .most_entries = 20}).has_value());
    static_cast<void>(x509::parse_tbs_certificate(octets).has_value());
    for (const auto& reader : value_readers()) static_cast<void>(reader.reads(octets));
    if (kind == "x509") certificates.count(openssl_reads_certificate(octets), certificate, name);
    if (kind == "crl") lists.count(openssl_reads_list(octets), list, name);
  }
  MESSAGE("certificates: both ", certificates.both, ", only OpenSSL ", certificates.only_openssl, ", only we ",
          certificates.only_ours);
  MESSAGE("lists: both ", lists.both, ", only OpenSSL ", lists.only_openssl, ", only we ", lists.only_ours);
  for (const auto& name : certificates.ours) CAPTURE(name);
  CHECK(certificates.ours.empty());
  CHECK(lists.ours.empty());
}
