// The lints of the fixed fields of a certificate (RFC 5280 section 4.1) and of its place below an issuer.
#include <array>

#include "lint_case.hpp"

namespace {

using namespace yuxin::test;
namespace base = yuxin::base;
namespace x509 = yuxin::x509;

constexpr std::array kCases{
    LintCase{"version_is_3", server_mould, as_it_is, [](TbsMould& m) { m.version = 1; }},
    LintCase{"version_default_not_encoded", server_mould, as_it_is, [](TbsMould& m) { m.version = 0; }},
    LintCase{"serial_positive", server_mould, [](TbsMould& m) { m.serial = unhex("01"); },
             [](TbsMould& m) { m.serial = unhex("00"); }},
    LintCase{"serial_positive", server_mould, [](TbsMould& m) { m.serial = unhex("0080"); },
             [](TbsMould& m) { m.serial = unhex("80"); }},
    LintCase{"serial_at_most_20_octets", server_mould,
             [](TbsMould& m) { m.serial = unhex("7f00000000000000000000000000000000000000"); },
             [](TbsMould& m) { m.serial = unhex("00ff00000000000000000000000000000000000000"); }},
    // id-dsa-with-sha256; md5WithRSAEncryption is as unknown as this one.
    LintCase{"signature_algorithm_known", server_mould, as_it_is,
             [](TbsMould& m) { m.signature_algorithm = unhex("300b0609608648016503040302"); }},
    LintCase{"signature_digest_is_current", server_mould, as_it_is,
             [](TbsMould& m) { m.signature_algorithm = unhex("300906072a8648ce3d0401"); }},
    LintCase{"issuer_name_is_issuer_subject", server_mould, as_it_is,
             [](TbsMould& m) { m.issuer = mould_name("Test root"); }},
    LintCase{"empty_subject_needs_critical_alternative_name", server_mould,
             [](TbsMould& m) {
               m.subject = sequence({});
               m.at(oid::kSubjectAltName).critical = true;
             },
             [](TbsMould& m) { m.subject = sequence({}); }},
    LintCase{"alternative_name_not_critical_beside_subject", server_mould, as_it_is,
             [](TbsMould& m) { m.at(oid::kSubjectAltName).critical = true; }},
    LintCase{"subject_of_authority_not_empty", authority_mould, as_it_is,
             [](TbsMould& m) { m.subject = sequence({}); }},
    LintCase{"unique_identifiers_absent", server_mould, as_it_is,
             [](TbsMould& m) { m.unique_identifiers = unhex("81020055"); }},
    LintCase{"validity_order", server_mould, [](TbsMould& m) { m.not_after = m.not_before; },
             [](TbsMould& m) { m.not_after = text(der::kUtcTime, "251231235959Z"); }},
    LintCase{"validity_time_type", server_mould,
             [](TbsMould& m) { m.not_after = text(der::kUtcTime, "491231235959Z"); },
             [](TbsMould& m) { m.not_after = text(der::kGeneralizedTime, "20491231235959Z"); }},
    LintCase{"validity_inside_issuer", server_mould,
             [](TbsMould& m) { m.not_after = text(der::kGeneralizedTime, "20550101000000Z"); },
             [](TbsMould& m) { m.not_after = text(der::kGeneralizedTime, "20550101000001Z"); }},
    LintCase{"validity_inside_issuer", server_mould,
             [](TbsMould& m) { m.not_before = text(der::kUtcTime, "250101000000Z"); },
             [](TbsMould& m) { m.not_before = text(der::kUtcTime, "241231235959Z"); }},
    LintCase{"authority_key_identifier_matches_issuer", server_mould, as_it_is,
             [](TbsMould& m) {
               m.set(oid::kAuthorityKeyIdentifier, false, sequence({element(der::context_tag(0), {kSubjectKey})}));
             }},
    LintCase{"path_length_inside_issuer", authority_mould,
             [](TbsMould& m) { m.set(oid::kBasicConstraints, true, sequence({unhex("0101ff"), small_integer(1)})); },
             [](TbsMould& m) { m.set(oid::kBasicConstraints, true, sequence({unhex("0101ff"), small_integer(2)})); }},
};

TEST_CASE("each lint of the fixed fields and of the issuer finds its own fault and nothing else") {
  try_cases(kCases);
}

std::string names(const std::vector<x509::LintFinding>& findings) {
  std::string rules;
  for (const auto& finding : findings) rules += (rules.empty() ? "" : " ") + std::string(finding.rule);
  return rules;
}

TEST_CASE("signature_algorithms_agree: the algorithm beside the signature is the signed one") {
  const x509::Certificate root = root_mould().certificate();
  CHECK(names(x509::lint(server_mould().certificate(), &root)) == "");
  CHECK(names(x509::lint(server_mould().certificate(unhex("300a06082a8648ce3d040303")), &root)) ==
        "signature_algorithms_agree");
}

TEST_CASE("signature_fits_issuer_key: an EC key cannot have made an RSA signature") {
  TbsMould mould = server_mould();
  mould.signature_algorithm = unhex("300d06092a864886f70d01010b0500");
  CHECK(findings(mould) == "signature_fits_issuer_key");
}

TEST_CASE("signature_algorithm_parameters: RSA has NULL, and ECDSA has none") {
  TbsMould root = root_mould();
  root.spki = rsa_spki(keys::kGood);
  const x509::Certificate issuer = root.certificate();
  TbsMould mould = server_mould();
  mould.signature_algorithm = unhex("300d06092a864886f70d01010b0500");
  CHECK(names(x509::lint(mould.certificate(), &issuer)) == "");
  mould.signature_algorithm = unhex("300b06092a864886f70d01010b");
  CHECK(names(x509::lint(mould.certificate(), &issuer)) == "signature_algorithm_parameters");
}

TEST_CASE("signature_digest_fits_issuer_key: P-384 wants SHA-384") {
  TbsMould root = root_mould();
  root.spki = unhex(keys::kP384);
  const x509::Certificate issuer = root.certificate();
  TbsMould mould = server_mould();
  CHECK(names(x509::lint(mould.certificate(), &issuer)) == "signature_digest_fits_issuer_key");
  mould.signature_algorithm = unhex("300a06082a8648ce3d040303");
  CHECK(names(x509::lint(mould.certificate(), &issuer)) == "");
}

TEST_CASE("issuer_may_sign: only an authority with keyCertSign issues") {
  TbsMould root = root_mould();
  root.set(oid::kKeyUsage, true, usage_bits(x509::kCrlSign));
  const x509::Certificate without_sign = root.certificate();
  CHECK(names(x509::lint(server_mould().certificate(), &without_sign)) == "issuer_may_sign");
  root = root_mould();
  root.drop(oid::kBasicConstraints);
  const x509::Certificate no_authority = root.certificate();
  CHECK(names(x509::lint(server_mould().certificate(), &no_authority)) == "issuer_may_sign");
  root = root_mould();
  root.drop(oid::kKeyUsage);
  const x509::Certificate without_usage = root.certificate();
  CHECK(names(x509::lint(server_mould().certificate(), &without_usage)) == "");
}

TEST_CASE("path_length_inside_issuer: below a path length of 0 there is no authority") {
  TbsMould root = root_mould();
  root.set(oid::kBasicConstraints, true, sequence({unhex("0101ff"), small_integer(0)}));
  const x509::Certificate issuer = root.certificate();
  CHECK(names(x509::lint(authority_mould().certificate(), &issuer)) == "path_length_inside_issuer");
  CHECK(names(x509::lint(server_mould().certificate(), &issuer)) == "");
}

TEST_CASE("issuer_not_empty: an empty issuer is found, also when the issuer is unknown") {
  TbsMould mould = server_mould();
  mould.issuer = sequence({});
  CHECK(names(x509::lint(mould.certificate(), nullptr)) == "issuer_not_empty");
  CHECK(names(x509::lint(server_mould().certificate(), nullptr)) == "");
}

TEST_CASE("a self-signed root keeps every rule, with itself as issuer and without") {
  const x509::Certificate root = root_mould().certificate();
  CHECK(names(x509::lint(root, &root)) == "");
  CHECK(names(x509::lint(root, nullptr)) == "");
}

}  // namespace
