// Cryptographic messages (RFC 5652, and GM/T 0010, which has the same structures under other types).
#include <algorithm>
#include <array>

#include "inspect/parts.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::x509::inspect_detail {

namespace {

// Structures are told apart by the last arc under 1.2.840.113549.1.7 or 1.2.156.10197.6.1.4.2.
constexpr std::array<std::uint8_t, 8> kPkcs7{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07};
constexpr std::array<std::uint8_t, 9> kGm{0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x06, 0x01, 0x04, 0x02};
constexpr std::array<std::uint8_t, 11> kTstInfo{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04};
constexpr std::array<std::uint8_t, 9> kSigningTime{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05};
constexpr std::array<std::uint8_t, 9> kMessageDigest{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04};
constexpr std::uint8_t kSigned = 2;
constexpr std::uint8_t kEnveloped = 3;

// The arc of a content type under one of the two trees; 0 for any other.
std::uint8_t message_arc(Oid type) {
  for (const base::ByteView prefix : {base::ByteView(kPkcs7), base::ByteView(kGm)}) {
    if (type.size() == prefix.size() + 1 && base::equal(type.first(prefix.size()), prefix)) return type.back();
  }
  return 0;
}

std::optional<std::vector<std::string>> digest_names(der::Reader& fields) {
  auto set = fields.nested(der::kSet);
  if (!set) return std::nullopt;
  std::vector<std::string> names;
  while (!set->at_end()) {
    const auto algorithm = set->element(der::kSequence);
    if (!algorithm) return std::nullopt;
    names.push_back(algorithm_name(algorithm->whole));
  }
  return names;
}

// IssuerAndSerialNumber ::= SEQUENCE { issuer Name, serialNumber INTEGER }
std::optional<std::vector<Node>> issuer_and_serial(base::ByteView content) {
  der::Reader fields(content);
  const auto issuer = fields.element(der::kSequence);
  const auto serial = issuer ? fields.integer() : std::nullopt;
  const auto name = serial ? Name::from_der(issuer->whole) : Name();
  if (!serial || !name || !fields.at_end()) return std::nullopt;
  return std::vector<Node>{name_node("issuer", base::tr("issuer"), *name),
                           serial_node("serial", base::tr("serial"), *serial)};
}

// SignerIdentifier and RecipientIdentifier: issuer and serial number, or [0] the key identifier.
std::optional<std::vector<Node>> identifier_nodes(der::Reader& fields) {
  const auto element = fields.element();
  if (!element) return std::nullopt;
  if (element->tag == der::kSequence) return issuer_and_serial(element->content);
  if (element->tag != der::context_tag(0)) return std::nullopt;
  return std::vector<Node>{octets("key_identifier", base::tr("key identifier"), element->content)};
}

// Attribute ::= SEQUENCE { attrType, attrValues SET OF ANY }
std::optional<Node> attribute_node(der::Reader& reader) {
  auto fields = reader.nested(der::kSequence);
  const auto type = fields ? fields->oid() : std::nullopt;
  auto values = type ? fields->nested(der::kSet) : std::nullopt;
  if (!values || !fields->at_end()) return std::nullopt;
  std::vector<std::string> texts;
  while (!values->at_end()) {
    const auto value = values->element();
    if (!value) return std::nullopt;
    const bool digest = base::equal(*type, kMessageDigest) && value->tag == der::kOctetString;
    texts.push_back(digest ? base::hex(value->content) : any_value(value->whole));
    constexpr std::size_t kLongest = 128;  // a time stamp or a chain of certificates would fill the screen
    if (texts.back().size() > kLongest) texts.back() = base::message("{} octets", value->whole.size());
  }
  const auto signed_at = texts.size() == 1 ? base::parse_rfc3339(texts.front()) : std::nullopt;
  if (base::equal(*type, kSigningTime) && signed_at)
    return time("signing_time", base::tr("signing time"), *signed_at);
  return list(oid_name(*type), oid_name(*type), texts);
}

bool add_attributes(der::Reader& fields, unsigned tag, const char* key, std::string_view label,
                    std::vector<Node>& nodes) {
  if (!fields.next_is(der::constructed_tag(tag))) return true;
  auto set = fields.nested(der::constructed_tag(tag));
  if (!set) return false;
  std::vector<Node> attributes;
  while (!set->at_end()) {
    auto attribute = attribute_node(*set);
    if (!attribute) return false;
    attributes.push_back(std::move(*attribute));
  }
  nodes.push_back(group(key, label, std::move(attributes)));
  return true;
}

// SignerInfo of RFC 5652 section 5.3
std::optional<Node> signer_node(der::Reader& set) {
  auto fields = set.nested(der::kSequence);
  if (!fields || !fields->small_integer()) return std::nullopt;
  auto nodes = identifier_nodes(*fields);
  const auto digest = nodes ? fields->element(der::kSequence) : std::nullopt;
  if (!digest) return std::nullopt;
  nodes->push_back(algorithm_node("digest_algorithm", base::tr("digest algorithm"), digest->whole));
  if (!add_attributes(*fields, 0, "signed_attributes", base::tr("signed attributes"), *nodes)) return std::nullopt;
  const auto algorithm = fields->element(der::kSequence);
  if (!algorithm || !fields->content(der::kOctetString)) return std::nullopt;
  nodes->push_back(algorithm_node("signature_algorithm", base::tr("signature algorithm"), algorithm->whole));
  if (!add_attributes(*fields, 1, "unsigned_attributes", base::tr("unsigned attributes"), *nodes))
    return std::nullopt;
  if (!fields->at_end()) return std::nullopt;
  return group("signer", base::tr("signer"), std::move(*nodes));
}

// CertificateSet and RevocationInfoChoices: [0] and [1] IMPLICIT SET OF. What is no certificate is told by its size.
bool add_certificates(der::Reader& fields, std::vector<Node>& nodes) {
  if (!fields.next_is(der::constructed_tag(0))) return true;
  auto set = fields.nested(der::constructed_tag(0));
  if (!set) return false;
  std::vector<base::ByteView> certificates;
  while (!set->at_end()) {
    const auto certificate = set->element();
    if (!certificate) return false;
    certificates.push_back(certificate->whole);
  }
  nodes.push_back(certificates_node(certificates));
  return true;
}

bool add_lists(der::Reader& fields, std::vector<Node>& nodes) {
  if (!fields.next_is(der::constructed_tag(1))) return true;
  auto set = fields.nested(der::constructed_tag(1));
  if (!set) return false;
  std::size_t count = 0;
  while (!set->at_end()) {
    if (!set->element()) return false;
    ++count;
  }
  nodes.push_back(leaf("crl_count", base::tr("revocation lists"), std::to_string(count)));
  nodes.back().json = count;
  return true;
}

// EncapsulatedContentInfo ::= SEQUENCE { eContentType, eContent [0] EXPLICIT OCTET STRING OPTIONAL }
bool add_content(der::Reader& fields, std::vector<Node>& nodes, bool& is_time_stamp) {
  auto content = fields.nested(der::kSequence);
  const auto type = content ? content->oid() : std::nullopt;
  if (!type) return false;
  nodes.push_back(leaf("content_type", base::tr("content type"), oid_name(*type)));
  if (content->at_end()) {
    nodes.back().lines.front() += " " + std::string(base::tr("(detached: not in this file)"));
    nodes.push_back(quiet("detached", true));
    return true;
  }
  const auto wrapper = content->content(der::constructed_tag(0));
  if (!wrapper || !content->at_end()) return false;
  nodes.push_back(quiet("detached", false));
  const auto octet_string = der::single(*wrapper, der::kOctetString);  // PKCS#7 has any type here
  is_time_stamp = octet_string && base::equal(*type, kTstInfo);
  if (is_time_stamp) {
    auto info = describe_tst_info(octet_string->content);
    if (!info) return false;
    nodes.push_back(group("tst_info", base::tr("time stamp"), std::move(*info)));
    return true;
  }
  const std::size_t size = octet_string ? octet_string->content.size() : wrapper->size();
  nodes.push_back(leaf("content_size", base::tr("content size"), base::message("{} octets", size)));
  nodes.back().json = size;
  return true;
}

// SignedData of RFC 5652 section 5.1
bool add_signed_data(base::ByteView der, std::vector<Node>& nodes, bool& is_time_stamp) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return false;
  der::Reader fields(whole->content);
  const auto version = fields.small_integer();
  const auto digests = version ? digest_names(fields) : std::nullopt;
  if (!digests || !add_content(fields, nodes, is_time_stamp)) return false;
  if (!digests->empty()) nodes.push_back(list("digest_algorithms", base::tr("digest algorithms"), *digests));
  if (!add_certificates(fields, nodes) || !add_lists(fields, nodes)) return false;
  auto signers = fields.nested(der::kSet);
  if (!signers || !fields.at_end()) return false;
  std::vector<Node> signer_nodes;
  while (!signers->at_end()) {
    auto signer = signer_node(*signers);
    if (!signer) return false;
    signer_nodes.push_back(std::move(*signer));
  }
  Node count = leaf("signer_count", base::tr("number of signers"), std::to_string(signer_nodes.size()));
  if (signer_nodes.empty()) count.lines.front() = base::tr("none: this only carries certificates or lists");
  count.json = signer_nodes.size();
  nodes.push_back(std::move(count));
  nodes.push_back(array("signers", "", std::move(signer_nodes)));
  return true;
}

// RecipientInfo is a CHOICE: key transport without a tag, the others under [1] to [4].
std::optional<Node> recipient_node(der::Reader& set) {
  static constexpr std::array<std::string_view, 5> kKinds{"key transport", "key agreement", "key encryption key",
                                                          "password", "other"};
  const auto element = set.element();
  if (!element) return std::nullopt;
  const unsigned number = element->tag == der::kSequence ? 0 : element->tag & 0x1fU;
  if (number >= kKinds.size() || (number != 0 && element->tag != der::constructed_tag(number))) return std::nullopt;
  std::vector<Node> nodes{leaf("kind", base::tr("kind of recipient"), std::string(kKinds.at(number)))};
  if (number != 0) return group("recipient", base::tr("recipient"), std::move(nodes));
  der::Reader fields(element->content);
  auto identifier = fields.small_integer() ? identifier_nodes(fields) : std::nullopt;
  const auto algorithm = identifier ? fields.element(der::kSequence) : std::nullopt;
  if (!algorithm || !fields.content(der::kOctetString) || !fields.at_end()) return std::nullopt;
  for (auto& node : *identifier) nodes.push_back(std::move(node));
  nodes.push_back(algorithm_node("key_encryption_algorithm", base::tr("key encryption algorithm"), algorithm->whole));
  return group("recipient", base::tr("recipient"), std::move(nodes));
}

// EncryptedContentInfo ::= SEQUENCE { contentType, contentEncryptionAlgorithm, encryptedContent [0] OPTIONAL }
bool add_encrypted_content(der::Reader& fields, std::vector<Node>& nodes) {
  auto content = fields.nested(der::kSequence);
  const auto type = content ? content->oid() : std::nullopt;
  const auto algorithm = type ? content->element(der::kSequence) : std::nullopt;
  if (!algorithm) return false;
  nodes.push_back(leaf("content_type", base::tr("content type"), oid_name(*type)));
  nodes.push_back(
      algorithm_node("content_encryption_algorithm", base::tr("content encryption algorithm"), algorithm->whole));
  return true;
}

// EnvelopedData of RFC 5652 section 6.1
bool add_enveloped_data(base::ByteView der, std::vector<Node>& nodes) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return false;
  der::Reader fields(whole->content);
  if (!fields.small_integer() || !fields.skip_optional(der::constructed_tag(0))) return false;
  auto recipients = fields.nested(der::kSet);
  if (!recipients || !add_encrypted_content(fields, nodes)) return false;
  std::vector<Node> recipient_nodes;
  while (!recipients->at_end()) {
    auto recipient = recipient_node(*recipients);
    if (!recipient) return false;
    recipient_nodes.push_back(std::move(*recipient));
  }
  nodes.push_back(array("recipients", "", std::move(recipient_nodes)));
  return true;
}

}  // namespace

std::optional<CmsDescription> describe_cms(base::ByteView der, const InspectOptions&) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  const auto type = fields.oid();
  if (!type) return std::nullopt;
  std::vector<Node> nodes{leaf("message_type", base::tr("message type"), oid_name(*type))};
  CmsDescription described;
  if (!fields.at_end()) {
    const auto content = fields.content(der::constructed_tag(0));
    if (!content || !fields.at_end()) return std::nullopt;
    const std::uint8_t arc = message_arc(*type);
    if (arc == kSigned && !add_signed_data(*content, nodes, described.is_time_stamp)) return std::nullopt;
    if (arc == kEnveloped && !add_enveloped_data(*content, nodes)) return std::nullopt;
  }
  const ObjectKind kind = described.is_time_stamp ? ObjectKind::kTimeStampToken : ObjectKind::kCms;
  nodes.insert(nodes.begin(), quiet("type", object_kind_name(kind)));
  nodes.push_back(fingerprints_node(der));
  described.node =
      group("", described.is_time_stamp ? base::tr("Time stamp token") : base::tr("Cryptographic message"),
            std::move(nodes));
  return described;
}

}  // namespace yuxin::x509::inspect_detail
