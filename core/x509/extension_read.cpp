#include <algorithm>
#include <array>
#include <limits>

#include "general_name_der.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/extension.hpp"

namespace yuxin::x509 {

namespace {

constexpr std::array<std::string_view, 9> kKeyUsageNames{"digitalSignature", "nonRepudiation", "keyEncipherment",
                                                         "dataEncipherment", "keyAgreement",   "keyCertSign",
                                                         "cRLSign",          "encipherOnly",   "decipherOnly"};

// sequence_of_one reads the single SEQUENCE that a value consists of.
std::optional<der::Reader> whole_sequence(base::ByteView value) {
  const auto sequence = der::single(value, der::kSequence);
  if (!sequence) return std::nullopt;
  return der::Reader(sequence->content);
}

// read_list reads SEQUENCE SIZE (1..MAX) OF something.
template <typename T, typename ReadOne>
std::optional<std::vector<T>> read_list(base::ByteView value, ReadOne read_one) {
  auto reader = whole_sequence(value);
  if (!reader || reader->at_end()) return std::nullopt;
  std::vector<T> list;
  while (!reader->at_end()) {
    std::optional<T> one = read_one(*reader);
    if (!one) return std::nullopt;
    list.push_back(std::move(*one));
  }
  return list;
}

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

// DistributionPointName ::= CHOICE { fullName [0] GeneralNames, nameRelativeToCRLIssuer [1] }
bool read_point_name(der::Reader& fields, DistributionPoint& point) {
  auto choice = fields.nested(der::constructed_tag(0));
  const auto name = choice ? choice->element() : std::nullopt;
  if (!name || !choice->at_end()) return false;
  if (name->tag == der::constructed_tag(1)) {
    point.has_relative_name = true;
    return true;
  }
  if (name->tag != der::constructed_tag(0)) return false;
  auto names = read_general_names(name->content);
  if (!names) return false;
  point.full_name = std::move(*names);
  return true;
}

std::optional<DistributionPoint> read_distribution_point(der::Reader& reader) {
  auto fields = reader.nested(der::kSequence);
  if (!fields) return std::nullopt;
  DistributionPoint point;
  if (fields->next_is(der::constructed_tag(0)) && !read_point_name(*fields, point)) return std::nullopt;
  if (fields->next_is(der::context_tag(1))) {
    if (!fields->content(der::context_tag(1))) return std::nullopt;
    point.has_reasons = true;
  }
  if (fields->next_is(der::constructed_tag(2))) {
    const auto issuer = fields->content(der::constructed_tag(2));
    auto names = issuer ? read_general_names(*issuer) : std::nullopt;
    if (!names) return std::nullopt;
    point.crl_issuer = std::move(*names);
  }
  if (!fields->at_end()) return std::nullopt;
  return point;
}

std::optional<AccessDescription> read_access_description(der::Reader& reader) {
  auto fields = reader.nested(der::kSequence);
  const auto method = fields ? fields->oid() : std::nullopt;
  const auto location = method ? fields->element() : std::nullopt;
  auto name = location ? read_general_name(*location, IpForm::kAddress) : std::nullopt;
  if (!name || !fields->at_end()) return std::nullopt;
  return AccessDescription{base::to_bytes(*method), std::move(*name)};
}

// PolicyQualifierInfo ::= SEQUENCE { policyQualifierId, qualifier ANY }
bool read_qualifier(der::Reader& qualifiers, PolicyInformation& policy) {
  auto fields = qualifiers.nested(der::kSequence);
  const auto id = fields ? fields->oid() : std::nullopt;
  const auto qualifier = id ? fields->element() : std::nullopt;
  if (!qualifier || !fields->at_end()) return false;
  if (base::equal(*id, oid::kCpsQualifier) && qualifier->tag == der::kIa5String) {
    policy.cps.emplace_back(base::as_text(qualifier->content));
  } else {
    policy.has_other_qualifiers = true;
  }
  return true;
}

std::optional<PolicyInformation> read_policy(der::Reader& reader) {
  auto fields = reader.nested(der::kSequence);
  const auto id = fields ? fields->oid() : std::nullopt;
  if (!id) return std::nullopt;
  PolicyInformation policy;
  policy.policy = base::to_bytes(*id);
  if (fields->at_end()) return policy;
  auto qualifiers = fields->nested(der::kSequence);
  if (!qualifiers || qualifiers->at_end() || !fields->at_end()) return std::nullopt;
  while (!qualifiers->at_end()) {
    if (!read_qualifier(*qualifiers, policy)) return std::nullopt;
  }
  return policy;
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
    constraints.path_length = *length;
  }
  if (!fields->at_end()) return std::nullopt;
  return constraints;
}

std::optional<std::uint32_t> read_key_usage(base::ByteView value) {
  const auto element = der::single(value, der::kBitString);
  // One octet of unused bits, then at most nine bits.
  if (!element || element->content.empty() || element->content.size() > 3) return std::nullopt;
  const unsigned unused = element->content[0];
  const auto octets = element->content.subspan(1);
  if (unused > 7 || (octets.empty() && unused != 0)) return std::nullopt;
  if (!octets.empty() && (octets.back() & ((1U << unused) - 1U)) != 0) return std::nullopt;
  std::uint32_t bits = 0;
  for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
    if ((octets[bit / 8] & (0x80U >> (bit % 8))) != 0) bits |= 1U << bit;
  }
  return bits;
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

std::optional<std::vector<DistributionPoint>> read_crl_distribution_points(base::ByteView value) {
  return read_list<DistributionPoint>(value, read_distribution_point);
}

std::optional<std::vector<PolicyInformation>> read_certificate_policies(base::ByteView value) {
  return read_list<PolicyInformation>(value, read_policy);
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
