// The lints of what only authorities have: basic constraints, name constraints, policy mappings and constraints.
#include <array>

#include "lint_case.hpp"

namespace {

using namespace yuxin::test;
namespace base = yuxin::base;
namespace x509 = yuxin::x509;

const Bytes kOne = unhex("2a811c8647010203");
const Bytes kTwo = unhex("2a811c8647010204");

Bytes mapping(ByteView from, ByteView to) {
  return sequence({sequence({object_identifier(from), object_identifier(to)})});
}
// permitted gives name constraints with one permitted subtree.
Bytes permitted(ByteView general_name) {
  return sequence({element(der::constructed_tag(0), {sequence({general_name})})});
}

constexpr std::array kCases{
    LintCase{"subject_key_identifier_of_ca", authority_mould, as_it_is,
             [](TbsMould& m) { m.drop(oid::kSubjectKeyIdentifier); }},
    LintCase{"basic_constraints_of_ca_critical", authority_mould, as_it_is,
             [](TbsMould& m) { m.at(oid::kBasicConstraints).critical = false; }},
    LintCase{"basic_constraints_path_length_needs_ca", server_mould,
             [](TbsMould& m) { m.set(oid::kBasicConstraints, true, sequence({})); },
             [](TbsMould& m) { m.set(oid::kBasicConstraints, true, sequence({small_integer(0)})); }},
    LintCase{"basic_constraints_default_not_encoded", server_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kBasicConstraints, true, sequence({unhex("010100")})); }},
    LintCase{"key_usage_of_ca_present", authority_mould, as_it_is, [](TbsMould& m) { m.drop(oid::kKeyUsage); }},
    LintCase{"key_usage_of_ca_can_sign", authority_mould,
             [](TbsMould& m) { m.at(oid::kKeyUsage).value = usage_bits(x509::kKeyCertSign); },
             [](TbsMould& m) { m.at(oid::kKeyUsage).value = usage_bits(x509::kCrlSign); }},
    LintCase{
        "key_usage_of_ca_only_signs", authority_mould,
        [](TbsMould& m) { m.at(oid::kKeyUsage).value = usage_bits(x509::kKeyCertSign | x509::kDigitalSignature); },
        [](TbsMould& m) { m.at(oid::kKeyUsage).value = usage_bits(x509::kKeyCertSign | x509::kKeyAgreement); }},
    LintCase{"policy_mappings_only_in_ca", server_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kPolicyMappings, true, mapping(kOne, kTwo)); }},
    LintCase{"policy_mappings_without_any_policy", authority_mould,
             [](TbsMould& m) {
               m.set(oid::kCertificatePolicies, false, sequence({sequence({object_identifier(kOne)})}));
               m.set(oid::kPolicyMappings, true, mapping(kOne, kTwo));
             },
             [](TbsMould& m) { m.set(oid::kPolicyMappings, true, mapping(oid::kAnyPolicy, kTwo)); }},
    LintCase{"policy_mappings_critical", authority_mould, as_it_is,
             [](TbsMould& m) {
               m.set(oid::kCertificatePolicies, false, sequence({sequence({object_identifier(kOne)})}));
               m.set(oid::kPolicyMappings, false, mapping(kOne, kTwo));
             }},
    LintCase{"policy_mappings_of_asserted_policies", authority_mould,
             [](TbsMould& m) {
               m.set(oid::kCertificatePolicies, false, sequence({sequence({object_identifier(kOne)})}));
               m.set(oid::kPolicyMappings, true, mapping(kOne, kTwo));
             },
             [](TbsMould& m) {
               m.set(oid::kCertificatePolicies, false, sequence({sequence({object_identifier(kTwo)})}));
               m.set(oid::kPolicyMappings, true, mapping(kOne, kTwo));
             }},
    LintCase{"policy_constraints_only_in_ca", server_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kPolicyConstraints, true, unhex("3003800100")); }},
    LintCase{"policy_constraints_critical", authority_mould,
             [](TbsMould& m) { m.set(oid::kPolicyConstraints, true, unhex("3006800100810100")); },
             [](TbsMould& m) { m.set(oid::kPolicyConstraints, false, unhex("3006800100810100")); }},
    LintCase{"extension_values_not_empty", authority_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kPolicyConstraints, true, sequence({})); }},
    LintCase{"inhibit_any_policy_only_in_ca", server_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kInhibitAnyPolicy, true, small_integer(0)); }},
    LintCase{"inhibit_any_policy_critical", authority_mould,
             [](TbsMould& m) { m.set(oid::kInhibitAnyPolicy, true, small_integer(0)); },
             [](TbsMould& m) { m.set(oid::kInhibitAnyPolicy, false, small_integer(0)); }},
    LintCase{"extension_values_well_formed", authority_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kInhibitAnyPolicy, true, small_integer(-1)); }},
    LintCase{"name_constraints_only_in_ca", server_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kNameConstraints, true, permitted(dns_name("city.test"))); }},
    LintCase{"name_constraints_critical", authority_mould,
             [](TbsMould& m) { m.set(oid::kNameConstraints, true, permitted(dns_name("city.test"))); },
             [](TbsMould& m) { m.set(oid::kNameConstraints, false, permitted(dns_name("city.test"))); }},
    LintCase{"extension_values_not_empty", authority_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kNameConstraints, true, sequence({})); }},
    LintCase{"name_constraints_without_bounds", authority_mould, as_it_is,
             [](TbsMould& m) {
               m.set(oid::kNameConstraints, true, permitted(join({dns_name("city.test"), unhex("800101")})));
             }},
    LintCase{"name_constraints_without_bounds", authority_mould, as_it_is,
             [](TbsMould& m) {
               m.set(oid::kNameConstraints, true, permitted(join({dns_name("city.test"), unhex("810101")})));
             }},
    LintCase{"name_constraints_ip_masks", authority_mould,
             [](TbsMould& m) { m.set(oid::kNameConstraints, true, permitted(ip_name("0a000000ff000000"))); },
             [](TbsMould& m) { m.set(oid::kNameConstraints, true, permitted(ip_name("0a000000ff00ff00"))); }},
    LintCase{"name_constraints_ip_masks", authority_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kNameConstraints, true, permitted(ip_name("0a000000"))); }},
    LintCase{"name_constraints_forms", authority_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kNameConstraints, true, permitted(unhex("88032a0304"))); }},
    LintCase{"name_constraints_names_valid", authority_mould,
             [](TbsMould& m) {
               m.set(oid::kNameConstraints, true,
                     sequence({element(der::constructed_tag(0),
                                       {sequence({email_name("li@city.test")}), sequence({email_name(".city.test")}),
                                        sequence({uri_name(".city.test")}), sequence({dns_name("")})})}));
             },
             [](TbsMould& m) { m.set(oid::kNameConstraints, true, permitted(dns_name("*.city.test"))); }},
    LintCase{"name_constraints_names_valid", authority_mould, as_it_is,
             [](TbsMould& m) { m.set(oid::kNameConstraints, true, permitted(uri_name("http://city.test/"))); }},
};

TEST_CASE("each lint of an authority's extensions finds its own fault and nothing else") { try_cases(kCases); }

}  // namespace
