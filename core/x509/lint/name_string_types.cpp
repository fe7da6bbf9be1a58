// RFC 5280 appendix A.1: country, serial number and DN qualifier are PrintableString; e-mail address and domain
// component are IA5String; the other known attributes are DirectoryString.
#include "attribute_types.hpp"
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

bool is_directory_string(std::uint8_t tag) {
  return tag == der::kUtf8String || tag == der::kPrintableString || tag == der::kTeletexString ||
         tag == der::kBmpString || tag == der::kUniversalString;
}

LintFault check(const LintContext& context) {
  const auto bad = find_attribute(context, [](const NameAttribute& attribute) {
    if (attribute.tag == der::kUtf8String || attribute.tag == der::kPrintableString) {
      const AttributeType* known = find_attribute_type(attribute.type);
      return known != nullptr && known->string_tag != der::kUtf8String && known->string_tag != attribute.tag;
    }
    const AttributeType* known = find_attribute_type(attribute.type);
    if (known == nullptr || known->string_tag == attribute.tag) return false;
    // PKCS#9 unstructuredName may be an IA5String.
    if (known->keyword == "unstructuredName" && attribute.tag == der::kIa5String) return false;
    return known->string_tag != der::kUtf8String || !is_directory_string(attribute.tag);
  });
  if (!bad) return kHolds;
  return message("{} in the name of the {} has a string type that is not allowed for it.", bad->keyword(),
                 bad->whose());
}

}  // namespace

const LintRule lint_rule::kNameStringTypes{"name_string_types", "RFC 5280 A.1", LintSeverity::kError, check};

}  // namespace yuxin::x509
