// The lints of extensions that any certificate may have (RFC 5280 section 4.2).
#include <array>
#include <string>

#include "lint_case.hpp"

namespace {

using namespace yuxin::test;
namespace base = yuxin::base;
namespace x509 = yuxin::x509;

const Bytes kPolicy = unhex("2a811c8647010203");

// with_qualifier gives a policies extension with one qualifier.
Bytes with_qualifier(ByteView policy, ByteView id, ByteView value) {
  return sequence({sequence({object_identifier(policy), sequence({sequence({object_identifier(id), value})})})});
}
Bytes with_notice(ByteView explicit_text) {
  return with_qualifier(kPolicy, oid::kUserNoticeQualifier, sequence({explicit_text}));
}
Bytes names(std::initializer_list<ByteView> general_names) { return sequence(general_names); }

constexpr std::array kGeneral{
    LintCase{"extensions_unique", server_mould, as_it_is,
             [](TbsMould& m) { m.extensions.push_back(m.at(oid::kKeyUsage)); }},
    LintCase{"critical_default_not_encoded", server_mould, as_it_is,
             [](TbsMould& m) { m.at(oid::kSubjectAltName).writes_default = true; }},
    LintCase{"critical_extensions_known", server_mould, [](TbsMould& m) { m.set(unhex("2a811c86470a"), false, {}); },
             [](TbsMould& m) { m.set(unhex("2a811c86470a"), true, unhex("0500")); }},
    LintCase{"extension_values_well_formed", server_mould, as_it_is,
             [](TbsMould& m) { base::append(m.at(oid::kSubjectAltName).value, unhex("00")); }},
    LintCase{"extension_values_well_formed", server_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kCertificatePolicies, false, unhex("0500")); }},
    LintCase{"extension_values_not_empty", server_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kCertificatePolicies, false, sequence({})); }},
    LintCase{"extension_values_not_empty", server_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kExtKeyUsage, false, sequence({})); }},
    LintCase{"extension_values_not_empty", server_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kCrlDistributionPoints, false, sequence({})); }},
    LintCase{"authority_key_identifier_present", server_mould, as_it_is,
             [](TbsMould& m) { m.drop(oid::kAuthorityKeyIdentifier); }},
    LintCase{"authority_key_identifier_has_key", server_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kAuthorityKeyIdentifier, false, sequence({})); }},
    LintCase{"authority_key_identifier_not_critical", server_mould, as_it_is,
             [](TbsMould& m) { m.at(oid::kAuthorityKeyIdentifier).critical = true; }},
    LintCase{"authority_key_identifier_pair", server_mould,
             [](TbsMould& m) {
               m.set(oid::kAuthorityKeyIdentifier, false,
                     sequence({element(der::context_tag(0), {kAuthorityKey}),
                               element(der::constructed_tag(1), {element(der::constructed_tag(4), {m.issuer})}),
                               element(der::context_tag(2), {unhex("05")})}));
             },
             [](TbsMould& m) {
               m.set(oid::kAuthorityKeyIdentifier, false,
                     sequence({element(der::context_tag(0), {kAuthorityKey}),
                               element(der::context_tag(2), {unhex("05")})}));
             }},
    LintCase{"subject_key_identifier_of_end_entity", server_mould, as_it_is,
             [](TbsMould& m) { m.drop(oid::kSubjectKeyIdentifier); }},
    LintCase{"subject_key_identifier_not_critical", server_mould, as_it_is,
             [](TbsMould& m) { m.at(oid::kSubjectKeyIdentifier).critical = true; }},
    LintCase{"key_identifiers_not_empty", server_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kSubjectKeyIdentifier, false, unhex("0400")); }},
    // RFC 5280 section 5.2.3 (cRLNumber) and RFC 6960 section 4.4.1 (nonce); nocheck is for certificates
    LintCase{"extensions_are_of_certificates", ocsp_signer_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kCrlNumber, false, unhex("020101")); }},
    LintCase{"extensions_are_of_certificates", server_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kOcspNonce, false, unhex("04020102")); }},
    LintCase{"precertificate_marks_agree", server_mould,
             [](TbsMould& m) { m.set(oid::kPrecertificatePoison, true, unhex("0500")); },
             [](TbsMould& m) { m.set(oid::kPrecertificatePoison, false, unhex("0500")); }},
    LintCase{"subject_directory_attributes_not_critical", server_mould,
             [](TbsMould& m) {
               m.set(oid::kSubjectDirectoryAttributes, false,
                     sequence({sequence({object_identifier(oid::kTitle), unhex("31030c0161")})}));
             },
             [](TbsMould& m) {
               m.set(oid::kSubjectDirectoryAttributes, true,
                     sequence({sequence({object_identifier(oid::kTitle), unhex("31030c0161")})}));
             }},
};

TEST_CASE("each lint of extensions as such and of key identifiers finds its own fault and nothing else") {
  try_cases(kGeneral);
}

constexpr std::array kUsage{
    LintCase{"key_usage_critical", server_mould, as_it_is,
             [](TbsMould& m) { m.at(oid::kKeyUsage).critical = false; }},
    LintCase{"key_usage_not_zero", server_mould, as_it_is,
             [](TbsMould& m) { m.at(oid::kKeyUsage).value = unhex("030100"); }},
    // digitalSignature with seven unused bits is 03 02 07 80.
    LintCase{"key_usage_minimal_bits", server_mould, as_it_is,
             [](TbsMould& m) { m.at(oid::kKeyUsage).value = unhex("03020080"); }},
    LintCase{"key_usage_bits_known", server_mould, as_it_is,
             [](TbsMould& m) { m.at(oid::kKeyUsage).value = unhex("0303068040"); }},
    LintCase{
        "key_usage_cert_sign_needs_ca", server_mould,
        [](TbsMould& m) { m.at(oid::kKeyUsage).value = usage_bits(x509::kDigitalSignature | x509::kCrlSign); },
        [](TbsMould& m) { m.at(oid::kKeyUsage).value = usage_bits(x509::kDigitalSignature | x509::kKeyCertSign); }},
    LintCase{
        "key_usage_only_bits_need_agreement", server_mould,
        [](TbsMould& m) { m.at(oid::kKeyUsage).value = usage_bits(x509::kKeyAgreement | x509::kEncipherOnly); },
        [](TbsMould& m) { m.at(oid::kKeyUsage).value = usage_bits(x509::kDigitalSignature | x509::kEncipherOnly); }},
    LintCase{"key_usage_only_bits_need_agreement", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kKeyUsage).value =
                   usage_bits(x509::kKeyAgreement | x509::kEncipherOnly | x509::kDecipherOnly);
             }},
    LintCase{
        "extended_key_usage_any_not_critical", server_mould,
        [](TbsMould& m) { m.set(oid::kExtKeyUsage, false, names({object_identifier(oid::kAnyExtendedKeyUsage)})); },
        [](TbsMould& m) { m.set(oid::kExtKeyUsage, true, names({object_identifier(oid::kAnyExtendedKeyUsage)})); }},
    LintCase{"extended_key_usage_unique", server_mould,
             [](TbsMould& m) {
               m.set(oid::kExtKeyUsage, false,
                     sequence({object_identifier(oid::kServerAuth), object_identifier(oid::kClientAuth)}));
             },
             [](TbsMould& m) {
               m.set(oid::kExtKeyUsage, false,
                     sequence({object_identifier(oid::kServerAuth), object_identifier(oid::kServerAuth)}));
             }},
    // serverAuth goes with keyAgreement, clientAuth with digitalSignature or keyAgreement.
    LintCase{"extended_key_usage_fits_key_usage", server_mould,
             [](TbsMould& m) { m.at(oid::kKeyUsage).value = usage_bits(x509::kKeyAgreement); },
             [](TbsMould& m) { m.at(oid::kKeyUsage).value = usage_bits(x509::kNonRepudiation); }},
    LintCase{"extended_key_usage_fits_key_usage", ocsp_signer_mould,
             [](TbsMould& m) { m.at(oid::kKeyUsage).value = usage_bits(x509::kNonRepudiation); },
             [](TbsMould& m) { m.at(oid::kKeyUsage).value = usage_bits(x509::kKeyAgreement); }},
    LintCase{"time_stamping_usage_critical", time_stamper_mould, as_it_is,
             [](TbsMould& m) { m.at(oid::kExtKeyUsage).critical = false; }},
    LintCase{"time_stamping_usage_alone", time_stamper_mould, as_it_is,
             [](TbsMould& m) {
               m.set(oid::kExtKeyUsage, true,
                     sequence({object_identifier(oid::kTimeStamping), object_identifier(oid::kCodeSigning)}));
             }},
    LintCase{"ocsp_signer_not_ca", authority_mould,
             [](TbsMould& m) { m.set(oid::kExtKeyUsage, false, sequence({object_identifier(oid::kClientAuth)})); },
             [](TbsMould& m) { m.set(oid::kExtKeyUsage, false, sequence({object_identifier(oid::kOcspSigning)})); }},
    LintCase{"ocsp_no_check_not_critical", ocsp_signer_mould, as_it_is,
             [](TbsMould& m) { m.at(oid::kOcspNoCheck).critical = true; }},
    LintCase{"ocsp_no_check_only_on_signer", server_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kOcspNoCheck, false, unhex("0500")); }},
    LintCase{"no_revocation_available_alone", server_mould,
             [](TbsMould& m) {
               m.set(unhex("551d38"), false, unhex("0500"));
               m.drop(oid::kCrlDistributionPoints);
               m.drop(oid::kAuthorityInfoAccess);
             },
             [](TbsMould& m) { m.set(unhex("551d38"), false, unhex("0500")); }},
    LintCase{"revocation_information_present", server_mould, [](TbsMould& m) { m.drop(oid::kCrlDistributionPoints); },
             [](TbsMould& m) {
               m.drop(oid::kCrlDistributionPoints);
               m.drop(oid::kAuthorityInfoAccess);
             }},
};

TEST_CASE("each lint of key usage and of special purposes finds its own fault and nothing else") {
  try_cases(kUsage);
}

TEST_CASE("ocsp_signer_revocation: a responder says how it is checked itself") {
  TbsMould mould = ocsp_signer_mould();
  mould.drop(oid::kOcspNoCheck);
  // That no place is named at all is a notice of its own.
  CHECK(findings(mould) == "ocsp_signer_revocation revocation_information_present");
  mould.set(oid::kCrlDistributionPoints, false, sequence({point("http://crl.city.test/root.crl")}));
  CHECK(findings(mould) == "");
}

constexpr std::array kAlternativeNames{
    LintCase{"tls_server_has_names", server_mould,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({ip_name("c0000201")});
               m.subject = mould_name("192.0.2.1");
             },
             [](TbsMould& m) { m.drop(oid::kSubjectAltName); }},
    LintCase{"tls_server_common_name_in_names", server_mould,
             [](TbsMould& m) { m.subject = mould_name("Portal.City.Test"); },
             [](TbsMould& m) { m.subject = mould_name("www.city.test"); }},
    LintCase{"alternative_names_ia5", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), dns_name("重庆.test")});
             }},
    LintCase{"alternative_names_ia5", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), dns_name({"a\0b.test", 8})});
             }},
    LintCase{"alternative_dns_names_valid", server_mould,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), dns_name("*.city.test")});
             },
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), dns_name("www.*.test")});
             }},
    LintCase{
        "alternative_dns_names_valid", server_mould, as_it_is,
        [](TbsMould& m) { m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), dns_name("*")}); }},
    LintCase{"alternative_dns_names_valid", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), dns_name("city.test.")});
             }},
    LintCase{
        "alternative_dns_names_valid", server_mould, as_it_is,
        [](TbsMould& m) { m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), dns_name(" ")}); }},
    LintCase{"alternative_dns_names_valid", server_mould,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), dns_name(std::string(63, 'a') + ".test")});
             },
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), dns_name(std::string(64, 'a') + ".test")});
             }},
    LintCase{"alternative_dns_names_without_underscore", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), dns_name("a_b.city.test")});
             }},
    // RFC 8375: hosts at home are named in home.arpa; RFC 3172: nothing else below arpa is a host.
    LintCase{"alternative_dns_names_outside_arpa", server_mould,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), dns_name("printer.home.arpa")});
             },
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), dns_name("1.0.168.192.IN-ADDR.arpa")});
             }},
    LintCase{"alternative_dns_names_outside_arpa", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), dns_name("*.ip6.arpa")});
             }},
    LintCase{"alternative_dns_wildcards_narrow", server_mould,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), dns_name("*.gov.test")});
             },
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), dns_name("*.test")});
             }},
    // RFC 3492 section 7.1 (B): Chinese simplified; the bad one ends inside a number.
    LintCase{"alternative_dns_names_idna", server_mould,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), dns_name("xn--ihqwcrb4cv8a8dqg056pqjye.test")});
             },
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), dns_name("xn--ihqwcrb4cv8a8dqg056pqjy.test")});
             }},
    LintCase{"alternative_dns_names_idna", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), dns_name("ab--cd.test")});
             }},
    LintCase{"alternative_ip_addresses_valid", server_mould,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), ip_name("20010db8000000000000000000000001")});
             },
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), ip_name("c000020100")});
             }},
    // RFC 6890 section 2.2, RFC 5771, RFC 4291 section 2.7: 0.0.0.0, 0.1.2.3, 255.255.255.255, 224.0.0.1,
    // 239.255.255.255, ::, ::ffff:1.2.3.4, ff02::1
    LintCase{"alternative_ip_addresses_of_hosts", server_mould,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), ip_name("7f000001"), ip_name("c0a80001"), ip_name("dfffffff"),
                          ip_name("00000000000000000000000000000001"), ip_name("20010db8000000000000000000000001")});
             },
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), ip_name("00000000")});
             }},
    LintCase{"alternative_ip_addresses_of_hosts", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), ip_name("00010203")});
             }},
    LintCase{"alternative_ip_addresses_of_hosts", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), ip_name("ffffffff")});
             }},
    LintCase{"alternative_ip_addresses_of_hosts", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), ip_name("e0000001")});
             }},
    LintCase{"alternative_ip_addresses_of_hosts", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), ip_name("efffffff")});
             }},
    LintCase{"alternative_ip_addresses_of_hosts", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), ip_name("00000000000000000000000000000000")});
             }},
    LintCase{"alternative_ip_addresses_of_hosts", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), ip_name("00000000000000000000ffff01020304")});
             }},
    LintCase{"alternative_ip_addresses_of_hosts", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), ip_name("ff020000000000000000000000000001")});
             }},
    // RFC 5321 section 4.1.2: the labels of a domain are letters, digits and hyphens
    LintCase{"alternative_emails_valid", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), email_name("a@a_b.test")});
             }},
    LintCase{"alternative_emails_valid", server_mould,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), email_name("first.last+pki@city.test"),
                          email_name("\"a b\"@city.test")});
             },
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), email_name("Li <li@city.test>")});
             }},
    LintCase{"alternative_emails_valid", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), email_name("li")});
             }},
    LintCase{"alternative_uris_absolute", server_mould,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), uri_name("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6")});
             },
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), uri_name("/a/b")});
             }},
    LintCase{"alternative_uris_absolute", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), uri_name("http://a.test/a b")});
             }},
    LintCase{"alternative_uri_hosts_valid", server_mould,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value =
                   names({dns_name("portal.city.test"), uri_name("https://u@city.test:8443/x"),
                          uri_name("https://[2001:db8::1]/"), uri_name("https://192.0.2.1/")});
             },
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), uri_name("https:///x")});
             }},
    LintCase{"alternative_names_unique", server_mould, as_it_is,
             [](TbsMould& m) {
               m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), dns_name("portal.city.test")});
             }},
    LintCase{"issuer_alternative_name_not_critical", server_mould,
             [](TbsMould& m) { m.set(oid::kIssuerAltName, false, names({uri_name("http://city.test/")})); },
             [](TbsMould& m) { m.set(oid::kIssuerAltName, true, names({uri_name("http://city.test/")})); }},
    LintCase{"alternative_emails_valid", server_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kIssuerAltName, false, names({email_name("@city.test")})); }},
    LintCase{
        "subject_email_in_alternative_names", server_mould,
        [](TbsMould& m) {
          m.subject = sequence({attribute(oid::kEmailAddress, der::kIa5String, "li@city.test")});
          m.at(oid::kSubjectAltName).value = names({dns_name("portal.city.test"), email_name("li@city.test")});
        },
        [](TbsMould& m) { m.subject = sequence({attribute(oid::kEmailAddress, der::kIa5String, "li@city.test")}); }},
};

TEST_CASE("each lint of alternative names finds its own fault and nothing else") { try_cases(kAlternativeNames); }

constexpr std::array kPolicies{
    LintCase{
        "policies_unique", server_mould,
        [](TbsMould& m) {
          m.set(oid::kCertificatePolicies, false,
                sequence({sequence({object_identifier(kPolicy)}), sequence({object_identifier(oid::kAnyPolicy)})}));
        },
        [](TbsMould& m) {
          m.set(oid::kCertificatePolicies, false,
                sequence({sequence({object_identifier(kPolicy)}), sequence({object_identifier(kPolicy)})}));
        }},
    LintCase{
        "any_policy_qualifiers_known", server_mould,
        [](TbsMould& m) { m.set(oid::kCertificatePolicies, false, with_qualifier(kPolicy, kPolicy, unhex("0500"))); },
        [](TbsMould& m) {
          m.set(oid::kCertificatePolicies, false, with_qualifier(oid::kAnyPolicy, kPolicy, unhex("0500")));
        }},
    LintCase{"policy_cps_is_uri", server_mould,
             [](TbsMould& m) {
               m.set(oid::kCertificatePolicies, false,
                     with_qualifier(kPolicy, oid::kCpsQualifier, text(der::kIa5String, "http://city.test/cps.pdf")));
             },
             [](TbsMould& m) {
               m.set(oid::kCertificatePolicies, false,
                     with_qualifier(kPolicy, oid::kCpsQualifier, text(der::kIa5String, "see our office")));
             }},
    LintCase{"policy_text_length", server_mould,
             [](TbsMould& m) {
               std::string two_hundred;
               for (int i = 0; i < 200; ++i) two_hundred += "证";
               m.set(oid::kCertificatePolicies, false, with_notice(text(der::kUtf8String, two_hundred)));
             },
             [](TbsMould& m) {
               m.set(oid::kCertificatePolicies, false, with_notice(text(der::kUtf8String, std::string(201, 'a'))));
             }},
    LintCase{
        "policy_text_type", server_mould, as_it_is,
        [](TbsMould& m) { m.set(oid::kCertificatePolicies, false, with_notice(text(der::kVisibleString, "a"))); }},
    LintCase{
        "policy_text_type", server_mould, as_it_is,
        [](TbsMould& m) { m.set(oid::kCertificatePolicies, false, with_notice(text(der::kBmpString, {"\0a", 2}))); }},
    LintCase{"policy_text_utf8", server_mould,
             [](TbsMould& m) { m.set(oid::kCertificatePolicies, false, with_notice(text(der::kUtf8String, "a"))); },
             [](TbsMould& m) { m.set(oid::kCertificatePolicies, false, with_notice(text(der::kIa5String, "a"))); }},
    LintCase{
        "policy_text_printable", server_mould, as_it_is,
        [](TbsMould& m) { m.set(oid::kCertificatePolicies, false, with_notice(text(der::kUtf8String, "a\nb"))); }},
    LintCase{"policy_notice_without_reference", server_mould, as_it_is,
             [](TbsMould& m) {
               m.set(oid::kCertificatePolicies, false,
                     with_notice(sequence({text(der::kUtf8String, "City"), sequence({small_integer(1)})})));
             }},
};

TEST_CASE("each lint of certificate policies finds its own fault and nothing else") { try_cases(kPolicies); }

constexpr std::array kPointers{
    LintCase{"crl_distribution_points_not_critical", server_mould, as_it_is,
             [](TbsMould& m) { m.at(oid::kCrlDistributionPoints).critical = true; }},
    LintCase{"freshest_crl_not_critical", server_mould,
             [](TbsMould& m) { m.set(oid::kFreshestCrl, false, sequence({point("http://crl.city.test/d.crl")})); },
             [](TbsMould& m) { m.set(oid::kFreshestCrl, true, sequence({point("http://crl.city.test/d.crl")})); }},
    LintCase{"distribution_points_have_name", server_mould, as_it_is,
             [](TbsMould& m) {
               m.set(oid::kCrlDistributionPoints, false,
                     sequence({point("http://crl.city.test/root.crl"), sequence({unhex("81020560")})}));
             }},
    LintCase{"distribution_points_cover_all_reasons", server_mould, as_it_is,
             [](TbsMould& m) {
               const Bytes name =
                   element(der::constructed_tag(0),
                           {element(der::constructed_tag(0), {uri_name("http://crl.city.test/a.crl")})});
               m.set(oid::kCrlDistributionPoints, false, sequence({sequence({name, unhex("81020560")})}));
             }},
    LintCase{"distribution_points_without_relative_name", server_mould, as_it_is,
             [](TbsMould& m) {
               const Bytes relative =
                   element(der::constructed_tag(1), {attribute_value(oid::kCommonName, der::kUtf8String, "CRL 1")});
               m.set(oid::kCrlDistributionPoints, false,
                     sequence({sequence({element(der::constructed_tag(0), {relative})})}));
             }},
    LintCase{"distribution_points_crl_issuer_differs", server_mould,
             [](TbsMould& m) {
               const Bytes other =
                   element(der::constructed_tag(2), {element(der::constructed_tag(4), {mould_name("CRL")})});
               m.set(oid::kCrlDistributionPoints, false, sequence({sequence({other})}));
             },
             [](TbsMould& m) {
               const Bytes own = element(der::constructed_tag(2), {element(der::constructed_tag(4), {m.issuer})});
               m.set(oid::kCrlDistributionPoints, false, sequence({sequence({own})}));
             }},
    LintCase{"distribution_points_have_uri", server_mould, as_it_is,
             [](TbsMould& m) {
               const Bytes name =
                   element(der::constructed_tag(0), {element(der::constructed_tag(4), {mould_name("CRL")})});
               m.set(oid::kCrlDistributionPoints, false,
                     sequence({sequence({element(der::constructed_tag(0), {name})})}));
             }},
    LintCase{"authority_info_access_not_critical", server_mould, as_it_is,
             [](TbsMould& m) { m.at(oid::kAuthorityInfoAccess).critical = true; }},
    LintCase{"authority_info_access_methods_known", server_mould, as_it_is,
             [](TbsMould& m) {
               m.set(oid::kAuthorityInfoAccess, false, sequence({access(kPolicy, "http://city.test/")}));
             }},
    LintCase{
        "subject_info_access_not_critical", server_mould,
        [](TbsMould& m) { m.set(oid::kSubjectInfoAccess, false, sequence({access(kPolicy, "http://city.test/")})); },
        [](TbsMould& m) { m.set(oid::kSubjectInfoAccess, true, sequence({access(kPolicy, "http://city.test/")})); }},
    LintCase{"retrieval_uris_valid", server_mould,
             [](TbsMould& m) {
               m.set(oid::kCrlDistributionPoints, false,
                     sequence({point("ldap:///CN=root,C=CN?certificateRevocationList;binary"),
                               point("http://192.0.2.1:8080/crl")}));
             },
             [](TbsMould& m) { m.set(oid::kCrlDistributionPoints, false, sequence({point("crl/root.crl")})); }},
    LintCase{"retrieval_uris_valid", server_mould, as_it_is,
             [](TbsMould& m) {
               m.set(oid::kAuthorityInfoAccess, false, sequence({access(oid::kOcspAccess, "http:///ocsp")}));
             }},
    LintCase{"uri_hosts_fully_qualified", server_mould,
             [](TbsMould& m) {
               m.set(oid::kCrlDistributionPoints, false, sequence({point("http://127.0.0.1:8080/crl")}));
             },
             [](TbsMould& m) {
               m.set(oid::kCrlDistributionPoints, false, sequence({point("http://localhost:8080/crl")}));
             }},
    LintCase{"retrieval_uris_plain", server_mould, as_it_is,
             [](TbsMould& m) {
               m.set(oid::kCrlDistributionPoints, false, sequence({point("https://crl.city.test/root.crl")}));
             }},
};

TEST_CASE("each lint of pointers to CRLs, issuers and responders finds its own fault and nothing else") {
  try_cases(kPointers);
}

}  // namespace
