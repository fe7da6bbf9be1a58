#include "attribute_types.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "yuxin/base/text.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/name.hpp"

namespace yuxin::x509 {

namespace {

// 2.5.4.n: attribute types of X.520 that oid.hpp does not name.
constexpr std::array<std::uint8_t, 3> kInitials{0x55, 0x04, 0x2b};
constexpr std::array<std::uint8_t, 3> kName{0x55, 0x04, 0x29};
constexpr std::array<std::uint8_t, 3> kDescription{0x55, 0x04, 0x0d};
constexpr std::array<std::uint8_t, 3> kBusinessCategory{0x55, 0x04, 0x0f};
constexpr std::array<std::uint8_t, 3> kPostalAddress{0x55, 0x04, 0x10};
constexpr std::array<std::uint8_t, 3> kPostalCode{0x55, 0x04, 0x11};
constexpr std::array<std::uint8_t, 3> kTelephoneNumber{0x55, 0x04, 0x14};
constexpr std::array<std::uint8_t, 3> kGenerationQualifier{0x55, 0x04, 0x2c};
constexpr std::array<std::uint8_t, 3> kDnQualifier{0x55, 0x04, 0x2e};
constexpr std::array<std::uint8_t, 3> kPseudonym{0x55, 0x04, 0x41};
constexpr std::array<std::uint8_t, 3> kRole{0x55, 0x04, 0x48};
// 1.2.840.113549.1.9.{2,8}: PKCS#9.
constexpr std::array<std::uint8_t, 9> kUnstructuredName{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x02};
constexpr std::array<std::uint8_t, 9> kUnstructuredAddress{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x08};
// 1.3.6.1.4.1.311.60.2.1.{1,2,3}: jurisdiction of incorporation (CA/Browser Forum EV guidelines).
constexpr std::array<std::uint8_t, 11> kJurisdictionL{0x2b, 0x06, 0x01, 0x04, 0x01, 0x82,
                                                      0x37, 0x3c, 0x02, 0x01, 0x01};
constexpr std::array<std::uint8_t, 11> kJurisdictionSt{0x2b, 0x06, 0x01, 0x04, 0x01, 0x82,
                                                       0x37, 0x3c, 0x02, 0x01, 0x02};
constexpr std::array<std::uint8_t, 11> kJurisdictionC{0x2b, 0x06, 0x01, 0x04, 0x01, 0x82,
                                                      0x37, 0x3c, 0x02, 0x01, 0x03};

using Alias = std::pair<std::string_view, std::string_view>;
constexpr std::array<Alias, 22> kAliases{{
    {"commonName", "CN"},
    {"surname", "SN"},
    {"countryName", "C"},
    {"country", "C"},
    {"localityName", "L"},
    {"locality", "L"},
    {"stateOrProvinceName", "ST"},
    {"state", "ST"},
    {"S", "ST"},
    {"streetAddress", "street"},
    {"organizationName", "O"},
    {"organization", "O"},
    {"organizationalUnitName", "OU"},
    {"organizationalUnit", "OU"},
    {"givenName", "GN"},
    {"G", "GN"},
    {"userId", "UID"},
    {"domainComponent", "DC"},
    {"E", "emailAddress"},
    {"email", "emailAddress"},
    {"T", "title"},
    {"serial", "serialNumber"},
}};

}  // namespace

// RFC 5280 section 4.1.2.4 and appendix A: country, serial number and DN qualifier are PrintableString, domain
// component and e-mail address IA5String, everything else UTF8String.
std::span<const AttributeType> attribute_types() {
  static const std::array kTypes{
      AttributeType{"CN", oid::kCommonName, der::kUtf8String},
      AttributeType{"C", oid::kCountryName, der::kPrintableString},
      AttributeType{"ST", oid::kStateOrProvinceName, der::kUtf8String},
      AttributeType{"L", oid::kLocalityName, der::kUtf8String},
      AttributeType{"street", oid::kStreetAddress, der::kUtf8String},
      AttributeType{"O", oid::kOrganizationName, der::kUtf8String},
      AttributeType{"OU", oid::kOrganizationalUnitName, der::kUtf8String},
      AttributeType{"organizationIdentifier", oid::kOrganizationIdentifier, der::kUtf8String},
      AttributeType{"serialNumber", oid::kSerialNumber, der::kPrintableString},
      AttributeType{"SN", oid::kSurname, der::kUtf8String},
      AttributeType{"GN", oid::kGivenName, der::kUtf8String},
      AttributeType{"title", oid::kTitle, der::kUtf8String},
      AttributeType{"UID", oid::kUserId, der::kUtf8String},
      AttributeType{"DC", oid::kDomainComponent, der::kIa5String},
      AttributeType{"emailAddress", oid::kEmailAddress, der::kIa5String},
      AttributeType{"initials", kInitials, der::kUtf8String},
      AttributeType{"name", kName, der::kUtf8String},
      AttributeType{"description", kDescription, der::kUtf8String},
      AttributeType{"businessCategory", kBusinessCategory, der::kUtf8String},
      AttributeType{"postalAddress", kPostalAddress, der::kUtf8String},
      AttributeType{"postalCode", kPostalCode, der::kUtf8String},
      AttributeType{"telephoneNumber", kTelephoneNumber, der::kPrintableString},
      AttributeType{"generationQualifier", kGenerationQualifier, der::kUtf8String},
      AttributeType{"dnQualifier", kDnQualifier, der::kPrintableString},
      AttributeType{"pseudonym", kPseudonym, der::kUtf8String},
      AttributeType{"role", kRole, der::kUtf8String},
      AttributeType{"unstructuredName", kUnstructuredName, der::kUtf8String},
      AttributeType{"unstructuredAddress", kUnstructuredAddress, der::kUtf8String},
      AttributeType{"jurisdictionL", kJurisdictionL, der::kUtf8String},
      AttributeType{"jurisdictionST", kJurisdictionSt, der::kUtf8String},
      AttributeType{"jurisdictionC", kJurisdictionC, der::kPrintableString},
  };
  return kTypes;
}

const AttributeType* find_attribute_type(Oid type) {
  const auto types = attribute_types();
  const auto found = std::ranges::find_if(types, [&](const auto& entry) { return base::equal(entry.type, type); });
  return found == types.end() ? nullptr : &*found;
}

std::vector<std::string> attribute_keywords() {
  std::vector<std::string> keywords;
  for (const auto& entry : attribute_types()) keywords.emplace_back(entry.keyword);
  for (const auto& [alias, keyword] : kAliases) keywords.emplace_back(alias);
  return keywords;
}

std::string attribute_keyword(Oid type) {
  const AttributeType* known = find_attribute_type(type);
  return known != nullptr ? std::string(known->keyword) : dotted(type);
}

std::optional<base::Bytes> attribute_by_keyword(std::string_view keyword) {
  std::string wanted = base::lower(keyword);
  if (wanted.starts_with("oid.")) wanted.erase(0, 4);
  for (const auto& [alias, canonical] : kAliases) {
    if (base::lower(alias) == wanted) wanted = base::lower(canonical);
  }
  for (const auto& entry : attribute_types()) {
    if (base::lower(entry.keyword) == wanted) return base::to_bytes(entry.type);
  }
  return oid_from_dotted(wanted);
}

}  // namespace yuxin::x509
