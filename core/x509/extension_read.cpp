#include <algorithm>
#include <array>
#include <limits>

#include "extension_der.hpp"
#include "general_name_der.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/extension.hpp"

namespace yuxin::x509 {

namespace {

constexpr std::array<std::string_view, 9> kKeyUsageNames{"digitalSignature", "nonRepudiation", "keyEncipherment",
                                                         "dataEncipherment", "keyAgreement",   "keyCertSign",
                                                         "cRLSign",          "encipherOnly",   "decipherOnly"};

std::optional<ExtensionView> read_extension(der::Reader& reader) {
  auto fields = reader.nested(der::kSequence);
  const auto oid = fields ? fields->oid() : std::nullopt;
  if (!oid) return std::nullopt;
  ExtensionView view;
  view.oid = *oid;
  if (fields->next_is(der::kBoolean)) {
    const auto critical = fields->boolean();
    if (!critical) return std::nullopt;
    view.critical = *critical;
    view.critical_was_encoded_false = !*critical;
  }
  const auto value = fields->content(der::kOctetString);
  if (!value || !fields->at_end()) return std::nullopt;
  view.value = *value;
  return view;
}

std::optional<AccessDescription> read_access_description(der::Reader& reader) {
  auto fields = reader.nested(der::kSequence);
  const auto method = fields ? fields->oid() : std::nullopt;
  const auto location = method ? fields->element() : std::nullopt;
  auto name = location ? read_general_name(*location, IpForm::kAddress) : std::nullopt;
  if (!name || !fields->at_end()) return std::nullopt;
  return AccessDescription{base::to_bytes(*method), std::move(*name)};
}

// GeneralSubtrees ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1]
// OPTIONAL }
bool read_subtrees(der::Reader& fields, unsigned tag, std::vector<GeneralName>& names, bool& has_bounds) {
  if (!fields.next_is(der::constructed_tag(tag))) return true;
  auto subtrees = fields.nested(der::constructed_tag(tag));
  if (!subtrees || subtrees->at_end()) return false;
  while (!subtrees->at_end()) {
    auto subtree = subtrees->nested(der::kSequence);
    const auto element = subtree ? subtree->element() : std::nullopt;
    auto name = element ? read_general_name(*element, IpForm::kAddressAndMask) : std::nullopt;
    if (!name) return false;
    has_bounds = has_bounds || !subtree->at_end();
    if (!subtree->skip_optional(der::context_tag(0)) || !subtree->skip_optional(der::context_tag(1))) return false;
    if (!subtree->at_end()) return false;
    names.push_back(std::move(*name));
  }
  return true;
}

}  // namespace

std::optional<std::vector<ExtensionView>> read_extensions(base::ByteView sequence_content) {
  der::Reader reader(sequence_content);
  std::vector<ExtensionView> extensions;
  extensions.reserve(10);
  while (!reader.at_end()) {
    const auto extension = read_extension(reader);
    if (!extension) return std::nullopt;
    extensions.push_back(*extension);
  }
  return extensions;
}

const ExtensionView* find_extension(const std::vector<ExtensionView>& extensions, Oid oid) {
  const auto found = std::ranges::find_if(extensions, [&](const auto& view) { return base::equal(view.oid, oid); });
  return found == extensions.end() ? nullptr : &*found;
}

std::vector<std::string> key_usage_names(std::uint32_t bits) {
  std::vector<std::string> names;
  for (std::size_t bit = 0; bit < kKeyUsageNames.size(); ++bit) {
    if ((bits >> bit & 1U) != 0) names.emplace_back(kKeyUsageNames.at(bit));
  }
  return names;
}

std::optional<std::uint32_t> key_usage_by_name(std::string_view name) {
  const std::string wanted = base::lower(name);
  if (wanted == "contentcommitment") return kNonRepudiation;
  for (std::size_t bit = 0; bit < kKeyUsageNames.size(); ++bit) {
    if (wanted == base::lower(kKeyUsageNames.at(bit))) return 1U << bit;
  }
  return std::nullopt;
}

std::optional<BasicConstraints> read_basic_constraints(base::ByteView value) {
  auto fields = whole_sequence(value);
  if (!fields) return std::nullopt;
  BasicConstraints constraints;
  if (fields->next_is(der::kBoolean)) {
    // cA DEFAULT FALSE: an encoded FALSE is read, because older authorities wrote it.
    const auto ca = fields->boolean();
    if (!ca) return std::nullopt;
    constraints.ca = *ca;
  }
  if (fields->next_is(der::kInteger)) {
    const auto length = fields->small_integer();
    if (!length || *length < 0 || *length > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
    constraints.path_length = length;
  }
  if (!fields->at_end()) return std::nullopt;
  return constraints;
}

std::optional<std::uint32_t> read_key_usage(base::ByteView value) {
  const auto element = der::single(value, der::kBitString);
  return element ? read_named_bits(element->content, 16) : std::nullopt;
}

std::optional<std::vector<base::Bytes>> read_extended_key_usage(base::ByteView value) {
  return read_list<base::Bytes>(value, [](der::Reader& reader) -> std::optional<base::Bytes> {
    const auto usage = reader.oid();
    if (!usage) return std::nullopt;
    return base::to_bytes(*usage);
  });
}

std::optional<std::vector<GeneralName>> read_alternative_names(base::ByteView value) {
  const auto sequence = der::single(value, der::kSequence);
  return sequence ? read_general_names(sequence->content) : std::nullopt;
}

std::optional<base::ByteView> read_subject_key_identifier(base::ByteView value) {
  const auto element = der::single(value, der::kOctetString);
  if (!element) return std::nullopt;
  return element->content;
}

std::optional<AuthorityKeyIdentifier> read_authority_key_identifier(base::ByteView value) {
  auto fields = whole_sequence(value);
  if (!fields) return std::nullopt;
  AuthorityKeyIdentifier identifier;
  if (fields->next_is(der::context_tag(0))) {
    const auto key = fields->content(der::context_tag(0));
    if (!key) return std::nullopt;
    identifier.key_identifier = base::to_bytes(*key);
  }
  if (fields->next_is(der::constructed_tag(1))) {
    const auto issuer = fields->content(der::constructed_tag(1));
    identifier.issuer = issuer ? read_general_names(*issuer) : std::nullopt;
    if (!identifier.issuer) return std::nullopt;
  }
  if (fields->next_is(der::context_tag(2))) {
    const auto serial = fields->content(der::context_tag(2));
    if (!serial || !der::is_minimal_integer(*serial)) return std::nullopt;
    identifier.serial = base::to_bytes(*serial);
  }
  if (!fields->at_end()) return std::nullopt;
  return identifier;
}

std::optional<std::vector<AccessDescription>> read_authority_info_access(base::ByteView value) {
  return read_list<AccessDescription>(value, read_access_description);
}

std::optional<NameConstraints> read_name_constraints(base::ByteView value) {
  auto fields = whole_sequence(value);
  if (!fields) return std::nullopt;
  NameConstraints constraints;
  bool& bounds = constraints.has_minimum_or_maximum;
  if (!read_subtrees(*fields, 0, constraints.permitted, bounds)) return std::nullopt;
  if (!read_subtrees(*fields, 1, constraints.excluded, bounds)) return std::nullopt;
  if (!fields->at_end()) return std::nullopt;
  return constraints;
}

std::optional<base::Bytes> read_crl_number(base::ByteView value) {
  der::Reader reader(value);
  const auto number = reader.integer();
  if (!number || !reader.at_end()) return std::nullopt;
  return base::to_bytes(*number);
}

}  // namespace yuxin::x509
