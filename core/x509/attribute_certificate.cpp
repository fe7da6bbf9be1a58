#include "yuxin/x509/attribute_certificate.hpp"

#include <algorithm>

#include "signed_object.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

struct AttributeCertificate::Impl {
  base::Bytes der;
  base::ByteView info;  // AttributeCertificateInfo, what is signed
  base::ByteView inner_algorithm;
  base::ByteView signature_algorithm;
  base::ByteView signature;
  AttributeHolder holder;
  Name issuer;
  std::optional<Serial> serial;
  base::UnixTime not_before;
  base::UnixTime not_after;
  std::vector<Attribute> attributes;
  std::vector<ExtensionView> extensions;
  std::vector<std::string> roles;
};

namespace {

using Impl = AttributeCertificate::Impl;

base::Failure malformed() {
  return base::fail(base::Code::kMalformed,
                    "This is no attribute certificate: it does not parse as RFC 5755 asks in DER. Check that the "
                    "file is complete.");
}

// one_directory_name takes GeneralNames that are exactly one directoryName (RFC 5755 sections 4.2.2 and 4.2.3: one
// non-empty distinguished name).
std::optional<Name> one_directory_name(base::ByteView general_names) {
  const auto names = read_general_names(general_names);
  if (!names || names->size() != 1 || names->front().kind != GeneralNameKind::kDirectory) return std::nullopt;
  auto name = Name::from_der(names->front().content);
  if (!name || name->empty()) return std::nullopt;
  return std::move(*name);
}

// IssuerSerial ::= SEQUENCE { issuer GeneralNames, serial INTEGER, issuerUID UniqueIdentifier OPTIONAL }
bool read_base_certificate(base::ByteView content, AttributeHolder& holder) {
  der::Reader fields(content);
  const auto issuer = fields.content(der::kSequence);
  const auto name = issuer ? one_directory_name(*issuer) : std::nullopt;
  const auto serial = name ? fields.integer() : std::nullopt;
  if (!serial || !fields.at_end()) return false;
  holder.base_issuer = base::to_bytes(name->der());
  holder.base_serial = base::to_bytes(*serial);
  return true;
}

std::optional<DigestAlgorithm> believed_digest(base::ByteView algorithm_identifier_content) {
  der::Reader fields(algorithm_identifier_content);
  const auto oid = fields.oid();
  if (!oid || (!fields.at_end() && (!fields.skip_optional(der::kNull) || !fields.at_end()))) return std::nullopt;
  const auto digest = digest_by_oid(*oid);
  return digest == DigestAlgorithm::kSha1 ? std::nullopt : digest;
}

// ObjectDigestInfo ::= SEQUENCE { digestedObjectType ENUMERATED { publicKey (0), publicKeyCert (1),
// otherObjectTypes (2) }, otherObjectTypeID OBJECT IDENTIFIER OPTIONAL, digestAlgorithm AlgorithmIdentifier,
// objectDigest BIT STRING }
bool read_object_digest(base::ByteView content, AttributeHolder& holder) {
  der::Reader fields(content);
  const auto type = fields.content(der::kEnumerated);
  if (!type || der::parse_small_integer(*type) != 0) return false;
  const auto algorithm = fields.content(der::kSequence);
  const auto digest = algorithm ? fields.bit_string() : std::nullopt;
  if (!digest || digest->empty() || !fields.at_end()) return false;
  holder.public_key_digest = base::to_bytes(*digest);
  holder.digest = believed_digest(*algorithm);
  return true;
}

// Holder ::= SEQUENCE { baseCertificateID [0] IssuerSerial OPTIONAL, entityName [1] GeneralNames OPTIONAL,
// objectDigestInfo [2] ObjectDigestInfo OPTIONAL }
bool read_holder(der::Reader& info, AttributeHolder& holder) {
  auto fields = info.nested(der::kSequence);
  if (!fields || fields->at_end()) return false;
  if (fields->next_is(der::constructed_tag(0))) {
    const auto content = fields->content(der::constructed_tag(0));
    if (!content || !read_base_certificate(*content, holder)) return false;
  }
  if (fields->next_is(der::constructed_tag(1))) {
    const auto content = fields->content(der::constructed_tag(1));
    holder.subject = content ? one_directory_name(*content) : std::nullopt;
    if (!holder.subject) return false;
  }
  if (fields->next_is(der::constructed_tag(2))) {
    const auto content = fields->content(der::constructed_tag(2));
    if (!content || !read_object_digest(*content, holder)) return false;
  }
  return fields->at_end();
}

// AttCertIssuer ::= CHOICE { v1Form GeneralNames, v2Form [0] V2Form }. RFC 5755 section 4.2.3: v2Form with the
// issuerName alone.
bool read_issuer(der::Reader& info, Name& issuer) {
  auto form = info.nested(der::constructed_tag(0));
  const auto names = form ? form->content(der::kSequence) : std::nullopt;
  auto name = names ? one_directory_name(*names) : std::nullopt;
  if (!name || !form->at_end()) return false;
  issuer = std::move(*name);
  return true;
}

// RFC 5755 section 4.2.6: both times are GeneralizedTime.
bool read_validity(der::Reader& info, Impl& impl) {
  auto validity = info.nested(der::kSequence);
  const auto from = validity ? validity->element(der::kGeneralizedTime) : std::nullopt;
  const auto to = from ? validity->element(der::kGeneralizedTime) : std::nullopt;
  if (!to || !validity->at_end()) return false;
  const auto not_before = der::parse_time(*from);
  const auto not_after = der::parse_time(*to);
  if (!not_before || !not_after || *not_after < *not_before) return false;
  impl.not_before = *not_before;
  impl.not_after = *not_after;
  return true;
}

// RoleSyntax ::= SEQUENCE { roleAuthority [0] GeneralNames OPTIONAL, roleName [1] GeneralName }. RFC 5755 section
// 4.4.5: the role name is a URI.
std::optional<std::string> role_uri(base::ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  if (fields.next_is(der::constructed_tag(0))) {
    const auto authority = fields.content(der::constructed_tag(0));
    if (!authority || !read_general_names(*authority)) return std::nullopt;
  }
  const auto wrapped = fields.content(der::constructed_tag(1));
  const auto names = wrapped ? read_general_names(*wrapped) : std::nullopt;
  if (!names || names->size() != 1 || names->front().kind != GeneralNameKind::kUri || !fields.at_end()) {
    return std::nullopt;
  }
  return names->front().value;
}

bool read_roles(const Attribute& attribute, std::vector<std::string>& roles) {
  for (const auto& value : attribute.values) {
    auto uri = role_uri(value);
    if (!uri) return false;
    roles.push_back(std::move(*uri));
  }
  return true;
}

bool read_attribute(der::Reader& sequence, Impl& impl) {
  auto fields = sequence.nested(der::kSequence);
  const auto type = fields ? fields->oid() : std::nullopt;
  auto values = type ? fields->nested(der::kSet) : std::nullopt;
  if (!values || values->at_end() || !fields->at_end()) return false;
  // RFC 5755 section 4.2.7: each type once, as often as it may have values
  const bool twice =
      std::ranges::any_of(impl.attributes, [&](const Attribute& known) { return base::equal(known.type, *type); });
  if (twice) return false;
  Attribute attribute{base::to_bytes(*type), {}};
  while (!values->at_end()) {
    const auto value = values->element();
    if (!value) return false;
    attribute.values.push_back(base::to_bytes(value->whole));
  }
  if (base::equal(attribute.type, oid::kRole) && !read_roles(attribute, impl.roles)) return false;
  impl.attributes.push_back(std::move(attribute));
  return true;
}

bool read_attributes(der::Reader& info, Impl& impl) {
  auto sequence = info.nested(der::kSequence);
  if (!sequence || sequence->at_end()) return false;  // RFC 5755 section 4.2.7: at least one
  while (!sequence->at_end()) {
    if (!read_attribute(*sequence, impl)) return false;
  }
  return true;
}

bool has_twins(const std::vector<ExtensionView>& extensions) {
  return std::ranges::any_of(extensions,
                             [&](const ExtensionView& one) { return find_extension(extensions, one.oid) != &one; });
}

// issuerUniqueID BIT STRING OPTIONAL, extensions Extensions OPTIONAL
bool read_rest(der::Reader& info, Impl& impl) {
  if (!info.skip_optional(der::kBitString)) return false;
  if (info.at_end()) return true;
  const auto list = info.content(der::kSequence);
  auto extensions = list && !list->empty() ? read_extensions(*list) : std::nullopt;
  if (!extensions || has_twins(*extensions) || !info.at_end()) return false;
  impl.extensions = std::move(*extensions);
  return true;
}

// AttributeCertificateInfo of RFC 5755 section 4.1; version v2 is written 1
bool read_info(Impl& impl) {
  const auto whole = der::single(impl.info, der::kSequence);
  if (!whole) return false;
  der::Reader info(whole->content);
  if (info.small_integer() != 1 || !read_holder(info, impl.holder) || !read_issuer(info, impl.issuer)) return false;
  const auto algorithm = info.element(der::kSequence);
  const auto serial = algorithm ? info.integer() : std::nullopt;
  impl.serial = serial ? Serial::from_der_content(*serial) : std::nullopt;
  if (!impl.serial) return false;
  impl.inner_algorithm = algorithm->whole;
  return read_validity(info, impl) && read_attributes(info, impl) && read_rest(info, impl);
}

}  // namespace

base::Result<AttributeCertificate> AttributeCertificate::from_der(base::ByteView der) {
  auto impl = std::make_shared<Impl>();
  impl->der = base::to_bytes(der);
  const auto parts = parse_signed_object(impl->der);
  if (!parts) return malformed();
  impl->info = parts->tbs;
  impl->signature_algorithm = parts->algorithm;
  impl->signature = parts->signature;
  if (!read_info(*impl)) return malformed();
  return AttributeCertificate(std::move(impl));
}

base::Result<AttributeCertificate> AttributeCertificate::from_bytes(base::ByteView pem_or_der) {
  const auto only = only_object(pem_or_der, {"ATTRIBUTE CERTIFICATE"});
  if (only.count == 0) {
    return base::fail(base::Code::kMalformed,
                      "There is no attribute certificate in this PEM file: no block BEGIN ATTRIBUTE CERTIFICATE.");
  }
  if (only.count > 1) {
    return base::fail(
        base::Code::kMalformed,
        "This PEM file holds {} attribute certificates, and which one is meant is not said. Give each in a "
        "file of its own.",
        only.count);
  }
  return from_der(only.der);
}

base::ByteView AttributeCertificate::der() const { return impl_->der; }
const AttributeHolder& AttributeCertificate::holder() const { return impl_->holder; }
const Name& AttributeCertificate::issuer() const { return impl_->issuer; }
const Serial& AttributeCertificate::serial() const { return *impl_->serial; }
base::UnixTime AttributeCertificate::not_before() const { return impl_->not_before; }
base::UnixTime AttributeCertificate::not_after() const { return impl_->not_after; }
const std::vector<Attribute>& AttributeCertificate::attributes() const { return impl_->attributes; }
const std::vector<ExtensionView>& AttributeCertificate::extensions() const { return impl_->extensions; }
const std::vector<std::string>& AttributeCertificate::roles() const { return impl_->roles; }
std::string AttributeCertificate::pem() const { return base::pem("ATTRIBUTE CERTIFICATE", impl_->der); }

base::Bytes AttributeCertificate::authority_key_identifier() const {
  const ExtensionView* view = find_extension(impl_->extensions, oid::kAuthorityKeyIdentifier);
  auto identifier = view != nullptr ? read_authority_key_identifier(view->value) : std::nullopt;
  return identifier && identifier->key_identifier ? std::move(*identifier->key_identifier) : base::Bytes{};
}

base::Bytes AttributeCertificate::sha256_fingerprint() const { return base::to_bytes(sha256(impl_->der)); }

bool is_held_by(const AttributeCertificate& attributes, const Certificate& certificate) {
  const AttributeHolder& holder = attributes.holder();
  const bool by_base = !holder.base_issuer.empty();
  const bool by_key = !holder.public_key_digest.empty();
  if (by_base && (!base::equal(holder.base_issuer, certificate.tbs().issuer) ||
                  !base::equal(holder.base_serial, certificate.tbs().serial))) {
    return false;
  }
  if (holder.subject && !holder.subject->same(certificate.subject())) return false;
  if (by_key &&
      (!holder.digest || !base::equal(digest(*holder.digest, certificate.tbs().spki), holder.public_key_digest))) {
    return false;
  }
  return by_base || by_key || holder.subject;
}

base::Result<> verify_signature(const AttributeCertificate& attributes, const PublicKey& authority_key) {
  const auto& impl = attributes.impl();
  // RFC 5755 section 4.2.4, as for certificates: the signed algorithm is the same as the one beside the signature.
  if (!base::equal(impl.inner_algorithm, impl.signature_algorithm)) {
    return base::fail(base::Code::kBadSignature,
                      "The attribute certificate {} names two different signature algorithms, so its signature "
                      "proves nothing.",
                      attributes.serial().shortened());
  }
  return verify_tbs(authority_key, impl.signature_algorithm, impl.info, impl.signature);
}

}  // namespace yuxin::x509
