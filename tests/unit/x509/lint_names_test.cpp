// The lints of distinguished names (RFC 5280 section 4.1.2.4 and appendix A.1, X.520).
#include <array>
#include <string>

#include "lint_case.hpp"

namespace {

using namespace yuxin::test;
namespace base = yuxin::base;

// named gives the mould a subject of one attribute. A client's certificate, so that no host name is expected.
void named(TbsMould& mould, ByteView type, std::uint8_t tag, std::string_view value) {
  mould.subject = sequence({attribute(type, tag, value)});
}
TbsMould client_mould() {
  TbsMould mould = server_mould();
  mould.set(oid::kExtKeyUsage, false, sequence({object_identifier(oid::kClientAuth)}));
  return mould;
}
std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

constexpr std::array kCases{
    LintCase{"names_decode", client_mould, as_it_is,
             [](TbsMould& m) { named(m, oid::kCommonName, der::kUtf8String, "\xc3\x28"); }},
    LintCase{"name_values_not_empty", client_mould, as_it_is,
             [](TbsMould& m) { named(m, oid::kCommonName, der::kUtf8String, ""); }},
    LintCase{"name_lengths", client_mould,
             [](TbsMould& m) { named(m, oid::kCommonName, der::kUtf8String, repeated("渝", 64)); },
             [](TbsMould& m) { named(m, oid::kCommonName, der::kUtf8String, repeated("渝", 65)); }},
    LintCase{"name_lengths", client_mould,
             [](TbsMould& m) { named(m, oid::kOrganizationName, der::kUtf8String, repeated("o", 64)); },
             [](TbsMould& m) { named(m, oid::kOrganizationName, der::kUtf8String, repeated("o", 65)); }},
    LintCase{"name_lengths", client_mould,
             [](TbsMould& m) { named(m, oid::kOrganizationalUnitName, der::kUtf8String, repeated("o", 64)); },
             [](TbsMould& m) { named(m, oid::kOrganizationalUnitName, der::kUtf8String, repeated("o", 65)); }},
    LintCase{"name_lengths", client_mould,
             [](TbsMould& m) { named(m, oid::kLocalityName, der::kUtf8String, repeated("l", 128)); },
             [](TbsMould& m) { named(m, oid::kLocalityName, der::kUtf8String, repeated("l", 129)); }},
    LintCase{"name_lengths", client_mould,
             [](TbsMould& m) { named(m, oid::kStateOrProvinceName, der::kUtf8String, repeated("s", 128)); },
             [](TbsMould& m) { named(m, oid::kStateOrProvinceName, der::kUtf8String, repeated("s", 129)); }},
    LintCase{"name_lengths", client_mould,
             [](TbsMould& m) { named(m, oid::kSerialNumber, der::kPrintableString, repeated("1", 64)); },
             [](TbsMould& m) { named(m, oid::kSerialNumber, der::kPrintableString, repeated("1", 65)); }},
    LintCase{"name_country_code", client_mould,
             [](TbsMould& m) { named(m, oid::kCountryName, der::kPrintableString, "CN"); },
             [](TbsMould& m) { named(m, oid::kCountryName, der::kPrintableString, "cn"); }},
    LintCase{"name_country_code", client_mould, as_it_is,
             [](TbsMould& m) { named(m, oid::kCountryName, der::kPrintableString, "CHN"); }},
    LintCase{"name_string_types", client_mould,
             [](TbsMould& m) { named(m, oid::kCommonName, der::kPrintableString, "Li"); },
             [](TbsMould& m) { named(m, oid::kCommonName, der::kIa5String, "Li"); }},
    LintCase{"name_string_types", client_mould, as_it_is,
             [](TbsMould& m) { named(m, oid::kCountryName, der::kUtf8String, "CN"); }},
    LintCase{"name_string_types", client_mould,
             [](TbsMould& m) { named(m, oid::kDomainComponent, der::kIa5String, "city"); },
             [](TbsMould& m) { named(m, oid::kDomainComponent, der::kUtf8String, "city"); }},
    LintCase{"name_string_types_modern", client_mould, as_it_is,
             [](TbsMould& m) { named(m, oid::kCommonName, der::kTeletexString, "Li"); }},
    LintCase{"name_string_types_modern", client_mould, as_it_is,
             [](TbsMould& m) { named(m, oid::kCommonName, der::kBmpString, {"\0L\0i", 4}); }},
    LintCase{"name_string_alphabet", client_mould,
             [](TbsMould& m) { named(m, oid::kCommonName, der::kPrintableString, "A-Z a-z 0-9 '()+,-./:=?"); },
             [](TbsMould& m) { named(m, oid::kCommonName, der::kPrintableString, "li@city.test"); }},
    LintCase{"name_string_alphabet", client_mould, as_it_is,
             [](TbsMould& m) { named(m, oid::kCommonName, der::kPrintableString, "A*"); }},
    LintCase{"name_without_control_characters", client_mould, as_it_is,
             [](TbsMould& m) { named(m, oid::kCommonName, der::kUtf8String, "a\tb"); }},
    LintCase{"name_without_control_characters", client_mould, as_it_is,
             [](TbsMould& m) {
               named(m, oid::kCommonName, der::kUtf8String,
                     "a\u202e"
                     "b");
             }},
    // a Braille pattern without dots, and a code without a character
    LintCase{"name_without_control_characters", client_mould,
             [](TbsMould& m) { named(m, oid::kCommonName, der::kUtf8String, "\u2801"); },
             [](TbsMould& m) { named(m, oid::kCommonName, der::kUtf8String, "\u2800"); }},
    LintCase{"name_without_control_characters", client_mould, as_it_is,
             [](TbsMould& m) { named(m, oid::kCommonName, der::kUtf8String, "a\u0378"); }},
    LintCase{
        "name_marks_not_piled", client_mould,
        [](TbsMould& m) {
          named(m, oid::kCommonName, der::kUtf8String, "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301e\u0301");
        },
        [](TbsMould& m) {
          named(m, oid::kCommonName, der::kUtf8String, "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301");
        }},
    LintCase{"name_without_surrounding_blanks", client_mould,
             [](TbsMould& m) { named(m, oid::kCommonName, der::kUtf8String, "Li Ming"); },
             [](TbsMould& m) { named(m, oid::kCommonName, der::kUtf8String, "Li "); }},
    LintCase{"name_domain_component_label", client_mould, as_it_is,
             [](TbsMould& m) { named(m, oid::kDomainComponent, der::kIa5String, "city.test"); }},
    LintCase{"name_rdn_types_unique", client_mould,
             [](TbsMould& m) {
               m.subject = sequence({attribute(oid::kOrganizationalUnitName, der::kUtf8String, "a"),
                                     attribute(oid::kOrganizationalUnitName, der::kUtf8String, "b")});
             },
             [](TbsMould& m) {
               m.subject = sequence(
                   {element(der::kSet, {attribute_value(oid::kOrganizationalUnitName, der::kUtf8String, "a"),
                                        attribute_value(oid::kOrganizationalUnitName, der::kUtf8String, "b")})});
             }},
    LintCase{"name_rdn_sorted", client_mould,
             [](TbsMould& m) {
               m.subject = sequence({element(der::kSet, {attribute_value(oid::kCommonName, der::kUtf8String, "a"),
                                                         attribute_value(oid::kTitle, der::kUtf8String, "b")})});
             },
             [](TbsMould& m) {
               m.subject = sequence({element(der::kSet, {attribute_value(oid::kTitle, der::kUtf8String, "b"),
                                                         attribute_value(oid::kCommonName, der::kUtf8String, "a")})});
             }},
};

TEST_CASE("each lint of names finds its own fault and nothing else") { try_cases(kCases); }

TEST_CASE("a message shows control characters of a hostile name as digits only") {
  TbsMould mould = client_mould();
  named(mould, oid::kCountryName, der::kPrintableString, "\x1b[2J");
  const Bytes der = mould.build();
  for (const auto& finding : yuxin::x509::lint_tbs(*yuxin::x509::parse_tbs_certificate(der), nullptr)) {
    CHECK(finding.message.find('\x1b') == std::string::npos);
  }
}

}  // namespace
