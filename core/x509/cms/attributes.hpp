// Attributes of cryptographic messages (RFC 5652 section 5.3): reading over views, and writing.
#pragma once

#include <optional>
#include <vector>

#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509::cms {

// AttributeView is Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }.
struct AttributeView {
  Oid type;
  base::ByteView values;  // content of the SET
  base::ByteView whole;
};
// read_attributes reads the content of a SET OF Attribute; nothing if malformed or empty.
[[nodiscard]] std::optional<std::vector<AttributeView>> read_attributes(base::ByteView set_content);
// read_values reads the elements of an attribute that read_attributes gave.
[[nodiscard]] std::vector<base::ByteView> read_values(const AttributeView& attribute);
// sole_value is the value of an attribute that has exactly one.
[[nodiscard]] std::optional<der::Element> sole_value(const AttributeView& attribute);
[[nodiscard]] const AttributeView* find_attribute(const std::vector<AttributeView>& attributes, Oid type);

// signed_octets is what a signature over attributes is over: their DER under the tag SET OF (RFC 5652 section 5.4).
[[nodiscard]] base::Bytes signed_octets(base::ByteView signed_attributes, const std::vector<AttributeView>& read);

// write_attribute gives a DER Attribute.
[[nodiscard]] base::Bytes write_attribute(Oid type, const std::vector<base::ByteView>& values);
// write_set_of writes elements in the order that DER wants (X.690 section 11.6) under the tag given.
[[nodiscard]] base::Bytes write_set_of(std::uint8_t tag, std::vector<base::ByteView> elements);
[[nodiscard]] std::vector<base::ByteView> views_of(const std::vector<base::Bytes>& octets);

}  // namespace yuxin::x509::cms
