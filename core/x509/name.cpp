#include "yuxin/x509/name.hpp"

#include <algorithm>

#include "attribute_types.hpp"
#include "directory_string.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

namespace {

base::Failure malformed_name() {
  return base::fail(base::Code::kMalformed, "The distinguished name is not well-formed DER.");
}

std::optional<NameAttribute> read_attribute(der::Reader& set) {
  auto pair = set.nested(der::kSequence);
  if (!pair) return std::nullopt;
  const auto type = pair->oid();
  const auto value = type ? pair->element() : std::nullopt;
  if (!value || !pair->at_end()) return std::nullopt;
  NameAttribute attribute{.type = base::to_bytes(*type), .tag = value->tag, .value = {}, .starts_rdn = false};
  if (is_string_tag(value->tag)) {
    auto text = decode_string(value->tag, value->content);
    if (!text) return std::nullopt;
    attribute.value = std::move(*text);
  } else {
    attribute.value = "#" + base::hex(value->whole);
  }
  return attribute;
}

bool read_rdn(der::Reader& sequence, std::vector<NameAttribute>& attributes) {
  auto set = sequence.nested(der::kSet);
  if (!set || set->at_end()) return false;  // RelativeDistinguishedName ::= SET SIZE (1..MAX)
  bool first = true;
  while (!set->at_end()) {
    auto attribute = read_attribute(*set);
    if (!attribute) return false;
    attribute->starts_rdn = first;
    first = false;
    attributes.push_back(std::move(*attribute));
  }
  return true;
}

// raw_value is the DER of a value kept as "#hex"; nothing for a string that only begins with "#".
std::optional<base::Bytes> raw_value(const NameAttribute& attribute) {
  if (is_string_tag(attribute.tag) || !attribute.value.starts_with('#')) return std::nullopt;
  auto octets = base::from_hex(std::string_view(attribute.value).substr(1));
  if (!octets) return std::nullopt;
  der::Reader reader(*octets);
  if (!reader.element() || !reader.at_end()) return std::nullopt;
  return octets;
}

std::uint8_t string_tag(const NameAttribute& attribute) {
  const AttributeType* known = find_attribute_type(attribute.type);
  const std::uint8_t wanted = known != nullptr ? known->string_tag : std::uint8_t{der::kUtf8String};
  const bool fits = wanted == der::kPrintableString ? is_printable(attribute.value) : is_ascii(attribute.value);
  return wanted == der::kUtf8String || fits ? wanted : std::uint8_t{der::kUtf8String};
}

base::Bytes encode_attribute(const NameAttribute& attribute) {
  der::Writer writer;
  const auto pair = writer.open(der::kSequence);
  writer.oid(attribute.type);
  if (const auto raw = raw_value(attribute)) {
    writer.raw(*raw);
  } else {
    writer.text(string_tag(attribute), attribute.value);
  }
  writer.close(pair);
  return writer.take();
}

base::Bytes encode_name(const std::vector<NameAttribute>& attributes) {
  der::Writer writer;
  const auto sequence = writer.open(der::kSequence);
  for (auto at = attributes.begin(); at != attributes.end();) {
    std::vector<base::Bytes> members;
    do {
      members.push_back(encode_attribute(*at++));
    } while (at != attributes.end() && !at->starts_rdn);
    std::ranges::sort(members);  // X.690 section 10.3: the members of a SET OF in ascending order
    const auto set = writer.open(der::kSet);
    for (const auto& member : members) writer.raw(member);
    writer.close(set);
  }
  writer.close(sequence);
  return writer.take();
}

void append_escape(std::string& out, char octet) {
  out.push_back('\\');
  out += base::hex_upper(base::as_bytes({&octet, 1}));
}

// RFC 4514 section 2.4. Characters that could lie on a screen are written as their octets.
std::string escape(std::string_view value) {
  std::string out;
  for (std::size_t at = 0; at < value.size();) {
    std::size_t size = 1;  // of this character
    while (at + size < value.size() && (static_cast<unsigned char>(value[at + size]) & 0xc0U) == 0x80U) ++size;
    const std::string_view character = value.substr(at, size);
    const bool at_edge = at == 0 || at + size == value.size();
    if (base::has_control_character(character)) {
      for (const char octet : character) append_escape(out, octet);
    } else {
      const char c = character.front();
      const bool special = std::string_view(",+\"\\<>;").find(c) != std::string_view::npos;
      if (special || (c == ' ' && at_edge) || (c == '#' && at == 0)) out.push_back('\\');
      out += character;
    }
    at += size;
  }
  return out;
}

}  // namespace

Name::Name() : der_{der::kSequence, 0} {}

base::Result<Name> Name::from_der(base::ByteView der) {
  const auto sequence = der::single(der, der::kSequence);
  if (!sequence) return malformed_name();
  der::Reader reader(sequence->content);
  Name name;
  while (!reader.at_end()) {
    if (!read_rdn(reader, name.attributes_)) return malformed_name();
  }
  name.der_ = base::to_bytes(der);
  return name;
}

Name Name::from_attributes(std::vector<NameAttribute> attributes) {
  Name name;
  name.der_ = encode_name(attributes);
  // The members of an RDN may have changed places: what is kept is what was written.
  if (auto written = from_der(name.der_)) return std::move(*written);
  name.attributes_ = std::move(attributes);
  return name;
}

std::string_view Name::first(Oid type) const {
  for (const auto& attribute : attributes_) {
    if (base::equal(attribute.type, type)) return attribute.value;
  }
  return {};
}

std::string Name::text() const {
  std::string out;
  for (const auto& attribute : attributes_) {
    if (!out.empty()) out += attribute.starts_rdn ? ", " : "+";
    out += attribute_keyword(attribute.type);
    out.push_back('=');
    out += is_string_tag(attribute.tag) ? escape(attribute.value) : attribute.value;
  }
  return out;
}

}  // namespace yuxin::x509
