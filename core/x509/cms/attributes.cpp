#include "cms/attributes.hpp"

#include <algorithm>

namespace yuxin::x509 {

namespace {

using base::Bytes;
using base::ByteView;

bool before(ByteView a, ByteView b) { return std::ranges::lexicographical_compare(a, b); }

bool in_order(const std::vector<ByteView>& elements) {
  return std::ranges::is_sorted(elements, [](ByteView a, ByteView b) { return before(a, b); });
}

// find collects the values of every attribute of a type: of unsigned ones there may be several (RFC 5126
// section 6.1.1).
std::optional<CmsAttribute> find(ByteView element, Oid type) {
  der::Reader reader(element);
  const auto set = reader.element();
  const auto attributes = set ? cms::read_attributes(set->content) : std::nullopt;
  if (!attributes) return std::nullopt;
  std::optional<CmsAttribute> found;
  for (const auto& attribute : *attributes) {
    if (!base::equal(attribute.type, type)) continue;
    if (!found) found = CmsAttribute{base::to_bytes(type), {}};
    for (const ByteView value : cms::read_values(attribute)) found->values.push_back(base::to_bytes(value));
  }
  return found;
}

}  // namespace

std::optional<CmsAttribute> CmsSignerInfo::signed_attribute(Oid type) const { return find(signed_attributes, type); }
std::optional<CmsAttribute> CmsSignerInfo::unsigned_attribute(Oid type) const {
  return find(unsigned_attributes, type);
}

namespace cms {

std::optional<std::vector<AttributeView>> read_attributes(ByteView set_content) {
  der::Reader set(set_content);
  std::vector<AttributeView> attributes;
  do {
    const auto element = set.element(der::kSequence);
    if (!element) return std::nullopt;
    der::Reader fields(element->content);
    const auto type = fields.oid();
    const auto values = type ? fields.content(der::kSet) : std::nullopt;
    if (!values || !fields.at_end()) return std::nullopt;
    for (der::Reader each(*values); !each.at_end();) {
      if (!each.element()) return std::nullopt;
    }
    attributes.push_back({*type, *values, element->whole});
  } while (!set.at_end());
  return attributes;
}

std::vector<ByteView> read_values(const AttributeView& attribute) {
  std::vector<ByteView> values;
  der::Reader each(attribute.values);
  while (const auto value = each.element()) values.push_back(value->whole);
  return values;
}

std::optional<der::Element> sole_value(const AttributeView& attribute) {
  der::Reader each(attribute.values);
  const auto value = each.element();
  return each.at_end() ? value : std::nullopt;
}

const AttributeView* find_attribute(const std::vector<AttributeView>& attributes, Oid type) {
  const auto found = std::ranges::find_if(attributes, [&](const auto& one) { return base::equal(one.type, type); });
  return found == attributes.end() ? nullptr : &*found;
}

Bytes signed_octets(ByteView signed_attributes, const std::vector<AttributeView>& read) {
  std::vector<ByteView> elements;
  elements.reserve(read.size());
  bool ordered = true;
  for (const auto& attribute : read) {
    elements.push_back(attribute.whole);
    ordered = ordered && (sole_value(attribute) || in_order(read_values(attribute)));
  }
  if (ordered && in_order(elements)) {
    Bytes octets = base::to_bytes(signed_attributes);
    octets.front() = der::kSet;
    return octets;
  }
  std::vector<Bytes> rewritten;
  rewritten.reserve(read.size());
  for (const auto& attribute : read) rewritten.push_back(write_attribute(attribute.type, read_values(attribute)));
  return write_set_of(der::kSet, views_of(rewritten));
}

Bytes write_attribute(Oid type, const std::vector<ByteView>& values) {
  der::Writer writer;
  const auto attribute = writer.open(der::kSequence);
  writer.oid(type);
  writer.raw(write_set_of(der::kSet, values));
  writer.close(attribute);
  return writer.take();
}

Bytes write_set_of(std::uint8_t tag, std::vector<ByteView> elements) {
  std::ranges::sort(elements, before);
  der::Writer writer;
  const auto set = writer.open(tag);
  for (const ByteView element : elements) writer.raw(element);
  writer.close(set);
  return writer.take();
}

std::vector<ByteView> views_of(const std::vector<Bytes>& octets) { return {octets.begin(), octets.end()}; }

}  // namespace cms

}  // namespace yuxin::x509
