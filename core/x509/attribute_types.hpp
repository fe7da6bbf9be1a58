// The attribute types that people write in distinguished names.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/x509/oid.hpp"

namespace yuxin::x509 {

// AttributeType is one attribute with the keyword that is printed and the string type that it is written with.
struct AttributeType {
  std::string_view keyword;
  Oid type;
  std::uint8_t string_tag;
};
// attribute_types lives as long as the program.
[[nodiscard]] std::span<const AttributeType> attribute_types();
[[nodiscard]] const AttributeType* find_attribute_type(Oid type);
// attribute_keywords is every keyword and alias, for near misses.
[[nodiscard]] std::vector<std::string> attribute_keywords();

}  // namespace yuxin::x509
