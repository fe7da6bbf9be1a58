// Attribute certificates (RFC 5755).
#include <array>

#include "inspect/parts.hpp"
#include "signed_object.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::x509::inspect_detail {

namespace {

constexpr std::array<std::uint8_t, 3> kRole{0x55, 0x04, 0x48};  // 2.5.4.72

// IssuerSerial ::= SEQUENCE { issuer GeneralNames, serial INTEGER, issuerUID BIT STRING OPTIONAL }
std::optional<std::vector<Node>> issuer_serial(base::ByteView content) {
  der::Reader fields(content);
  const auto issuer = fields.content(der::kSequence);
  const auto names = issuer ? read_general_names(*issuer) : std::nullopt;
  const auto serial = names ? fields.integer() : std::nullopt;
  if (!serial || !fields.skip_optional(der::kBitString) || !fields.at_end()) return std::nullopt;
  return std::vector<Node>{list("certificate_issuer", base::tr("issuer"), general_name_texts(*names)),
                           serial_node("certificate_serial", base::tr("serial"), *serial)};
}

// ObjectDigestInfo ::= SEQUENCE { digestedObjectType ENUMERATED, otherObjectTypeID OPTIONAL, digestAlgorithm,
// objectDigest }
std::optional<std::vector<Node>> object_digest(base::ByteView content) {
  der::Reader fields(content);
  if (!fields.element(der::kEnumerated) || !fields.skip_optional(der::kOid)) return std::nullopt;
  const auto algorithm = fields.element(der::kSequence);
  const auto digest = algorithm ? fields.bit_string() : std::nullopt;
  if (!digest || !fields.at_end()) return std::nullopt;
  return std::vector<Node>{algorithm_node("digest_algorithm", base::tr("digest algorithm"), algorithm->whole),
                           octets("digest", base::tr("digest of the object"), *digest)};
}

bool add(std::vector<Node>& nodes, std::optional<std::vector<Node>> more) {
  if (!more) return false;
  for (auto& node : *more) nodes.push_back(std::move(node));
  return true;
}

// Holder ::= SEQUENCE { baseCertificateID [0], entityName [1] GeneralNames, objectDigestInfo [2] }, all OPTIONAL
std::optional<Node> holder_node(base::ByteView content) {
  der::Reader fields(content);
  std::vector<Node> nodes;
  if (fields.next_is(der::constructed_tag(0))) {
    const auto part = fields.content(der::constructed_tag(0));
    if (!part || !add(nodes, issuer_serial(*part))) return std::nullopt;
  }
  if (fields.next_is(der::constructed_tag(1))) {
    const auto part = fields.content(der::constructed_tag(1));
    const auto names = part ? read_general_names(*part) : std::nullopt;
    if (!names) return std::nullopt;
    nodes.push_back(list("names", base::tr("name"), general_name_texts(*names)));
  }
  if (fields.next_is(der::constructed_tag(2))) {
    const auto part = fields.content(der::constructed_tag(2));
    if (!part || !add(nodes, object_digest(*part))) return std::nullopt;
  }
  if (nodes.empty() || !fields.at_end()) return std::nullopt;
  return group("holder", base::tr("holder"), std::move(nodes));
}

// AttCertIssuer ::= CHOICE { v1Form GeneralNames, v2Form [0] V2Form }
std::optional<Node> issuer_node(der::Reader& fields) {
  if (fields.next_is(der::kSequence)) {
    const auto content = fields.content(der::kSequence);
    const auto names = content ? read_general_names(*content) : std::nullopt;
    if (!names) return std::nullopt;
    return list("issuer", base::tr("issuer"), general_name_texts(*names));
  }
  auto form = fields.nested(der::constructed_tag(0));
  const auto content = form && form->next_is(der::kSequence) ? form->content(der::kSequence) : std::nullopt;
  const auto names = content ? read_general_names(*content) : std::nullopt;
  if (!names || !form->skip_optional(der::constructed_tag(0)) || !form->skip_optional(der::constructed_tag(1)) ||
      !form->at_end()) {
    return std::nullopt;
  }
  return list("issuer", base::tr("issuer"), general_name_texts(*names));
}

// RoleSyntax ::= SEQUENCE { roleAuthority [0] GeneralNames OPTIONAL, roleName [1] GeneralName }
std::optional<std::string> role_text(base::ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  if (!fields.skip_optional(der::constructed_tag(0))) return std::nullopt;
  const auto name = fields.content(der::constructed_tag(1));
  const auto names = name ? read_general_names(*name) : std::nullopt;
  if (!names || names->size() != 1 || !fields.at_end()) return std::nullopt;
  return general_name_text(names->front());
}

// IetfAttrSyntax ::= SEQUENCE { policyAuthority [0] OPTIONAL, values SEQUENCE OF CHOICE { octets, oid, string } }
std::optional<std::string> ietf_text(base::ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  if (!fields.skip_optional(der::constructed_tag(0))) return std::nullopt;
  auto values = fields.nested(der::kSequence);
  if (!values || values->at_end() || !fields.at_end()) return std::nullopt;
  std::string text;
  while (!values->at_end()) {
    const auto value = values->element();
    if (!value) return std::nullopt;
    const bool octets = value->tag == der::kOctetString && base::is_utf8(base::as_text(value->content));
    text +=
        (text.empty() ? "" : ", ") + (octets ? std::string(base::as_text(value->content)) : any_value(value->whole));
  }
  return text;
}

std::optional<Node> attribute_node(der::Reader& reader) {
  auto fields = reader.nested(der::kSequence);
  const auto type = fields ? fields->oid() : std::nullopt;
  auto values = type ? fields->nested(der::kSet) : std::nullopt;
  if (!values || values->at_end() || !fields->at_end()) return std::nullopt;
  const bool role = base::equal(*type, kRole);
  std::vector<std::string> texts;
  while (!values->at_end()) {
    const auto value = values->element();
    if (!value) return std::nullopt;
    const auto text = role ? role_text(value->whole) : ietf_text(value->whole);
    texts.push_back(text ? *text : any_value(value->whole));
  }
  const std::string name = role ? "role" : oid_name(*type);
  Node node = list(name, role ? std::string(base::tr("role")) : name, texts);
  node.json = base::JsonObject{{"oid", dotted(*type)}, {"name", name}, {"values", node.json}};
  return node;
}

bool add_attributes(der::Reader& fields, std::vector<Node>& nodes) {
  auto sequence = fields.nested(der::kSequence);
  if (!sequence) return false;
  std::vector<Node> attributes;
  while (!sequence->at_end()) {
    auto attribute = attribute_node(*sequence);
    if (!attribute) return false;
    attributes.push_back(std::move(*attribute));
  }
  nodes.push_back(array("attributes", base::tr("attributes"), std::move(attributes)));
  return true;
}

bool add_validity(der::Reader& fields, std::vector<Node>& nodes, base::UnixTime now) {
  auto validity = fields.nested(der::kSequence);
  const auto from = validity ? validity->element(der::kGeneralizedTime) : std::nullopt;
  const auto to = from ? validity->element(der::kGeneralizedTime) : std::nullopt;
  if (!to || !validity->at_end()) return false;
  const auto not_before = der::parse_time(*from);
  const auto not_after = der::parse_time(*to);
  return not_before && not_after && add(nodes, validity_nodes(*not_before, *not_after, now));
}

// issuerUniqueID BIT STRING OPTIONAL, extensions Extensions OPTIONAL
bool add_rest(der::Reader& fields, std::vector<Node>& nodes) {
  if (!fields.skip_optional(der::kBitString)) return false;
  if (fields.next_is(der::kSequence)) {
    const auto content = fields.content(der::kSequence);
    const auto extensions = content ? read_extensions(*content) : std::nullopt;
    if (!extensions) return false;
    nodes.push_back(extensions_node(*extensions));
  }
  return fields.at_end();
}

}  // namespace

// AttributeCertificateInfo of RFC 5755 section 4.1, version 2 (written 1)
std::optional<Node> describe_attribute_certificate(base::ByteView der, const InspectOptions& options) {
  const auto parts = parse_signed_object(der);
  const auto info = parts ? der::single(parts->tbs, der::kSequence) : std::nullopt;
  if (!info) return std::nullopt;
  der::Reader fields(info->content);
  const auto version = fields.small_integer();
  const auto holder = version == 1 ? fields.content(der::kSequence) : std::nullopt;
  auto shown_holder = holder ? holder_node(*holder) : std::nullopt;
  auto issuer = shown_holder ? issuer_node(fields) : std::nullopt;
  const auto algorithm = issuer ? fields.element(der::kSequence) : std::nullopt;
  const auto serial = algorithm ? fields.integer() : std::nullopt;
  if (!serial) return std::nullopt;
  std::vector<Node> nodes{quiet("type", object_kind_name(ObjectKind::kAttributeCertificate)),
                          std::move(*shown_holder), serial_node("serial", base::tr("serial"), *serial),
                          std::move(*issuer)};
  if (!add_validity(fields, nodes, options.now) || !add_attributes(fields, nodes)) return std::nullopt;
  nodes.push_back(algorithm_node("signature_algorithm", base::tr("signature algorithm"), parts->algorithm));
  if (!add_rest(fields, nodes)) return std::nullopt;
  nodes.push_back(fingerprints_node(der));
  return group("", base::tr("Attribute certificate"), std::move(nodes));
}

}  // namespace yuxin::x509::inspect_detail
