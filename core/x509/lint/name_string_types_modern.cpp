// RFC 5280 section 4.1.2.4: TeletexString, BMPString and UniversalString SHOULD NOT be used for new subjects.
#include "attribute_types.hpp"
#include "lint/offenders.hpp"
#include "lint/rules.hpp"

namespace yuxin::x509 {

namespace {

LintFault check(const LintContext& context) {
  const auto bad = find_attribute(context, [](const NameAttribute& attribute) {
    if (attribute.tag != der::kTeletexString && attribute.tag != der::kBmpString &&
        attribute.tag != der::kUniversalString) {
      return false;
    }
    const AttributeType* known = find_attribute_type(attribute.type);
    return known == nullptr || known->string_tag == der::kUtf8String;
  });
  if (!bad) return kHolds;
  return message("{} in the name of the {} uses an outdated string type; use UTF8String.", bad->keyword(),
                 bad->whose());
}

}  // namespace

const LintRule lint_rule::kNameStringTypesModern{"name_string_types_modern", "RFC 5280 4.1.2.4",
                                                 LintSeverity::kWarning, check};

}  // namespace yuxin::x509
