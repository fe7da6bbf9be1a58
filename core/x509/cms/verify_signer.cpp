#include <algorithm>

#include "cms/algorithms.hpp"
#include "cms/attributes.hpp"
#include "cms/signed_data.hpp"
#include "cms/signing_certificate.hpp"
#include "digest_context.hpp"
#include "repeated.hpp"

namespace yuxin::x509 {

namespace {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::Result;
using cms::AttributeView;
using cms::SigningCertificate;
using cms::SigningCertificateVersion;

// Certificates of one name and number are an accident; more than a few serve to make verifying expensive.
constexpr std::size_t kMostCandidates = 4;

// Claims is what the signer has said, and the octets that the signature is over.
struct Claims {
  Bytes attributes;  // the octets to be verified when there are attributes
  ByteView signed_octets;
  std::optional<base::UnixTime> signing_time;
  std::vector<SigningCertificate> references;
};

Result<ByteView> content_of(const SignedData& message, std::optional<ByteView> detached) {
  const auto own = message.content();
  if (!own && !detached) {
    return fail(Code::kUsage, "The message is detached: give the content that it signs beside it.");
  }
  if (own && detached && !base::equal(*own, *detached)) {
    return fail(Code::kUsage, "The message carries its content, and the content given beside it is another.");
  }
  return own ? *own : *detached;
}

Result<DigestAlgorithm> digest_of(const CmsSignerInfo& signer) {
  if (!signer.digest) {
    return fail(Code::kBadSignature,
                "The digest algorithm of the signature is not supported: ask for SHA-256 or SM3.");
  }
  if (*signer.digest == DigestAlgorithm::kSha1) {
    return fail(Code::kBadSignature, "A signature over a SHA-1 digest proves nothing: SHA-1 is broken.");
  }
  return *signer.digest;
}

Result<SignatureAlgorithm> algorithm_of(const CmsSignerInfo& signer, DigestAlgorithm digest) {
  if (const auto algorithm = cms::signature_of(signer.signature_algorithm, digest)) return *algorithm;
  return fail(Code::kBadSignature,
              "The signature algorithm of the message is not supported, or does not go with the digest {}.",
              digest_name(digest));
}

// attribute_of finds an attribute that must have one value.
Result<std::optional<der::Element>> value_of(const std::vector<AttributeView>& attributes, Oid type) {
  const AttributeView* attribute = cms::find_attribute(attributes, type);
  if (attribute == nullptr) return std::optional<der::Element>{};
  const auto value = cms::sole_value(*attribute);
  if (!value) {
    return fail(Code::kBadSignature, "The signed attribute {} does not have exactly one value.", oid_name(type));
  }
  return value;
}

Result<der::Element> required_value(const std::vector<AttributeView>& attributes, Oid type) {
  TRY(const auto value, value_of(attributes, type));
  if (value) return *value;
  return fail(Code::kBadSignature, "The signed attribute {} is missing.", oid_name(type));
}

// RFC 5652 section 5.3: "The SignedAttributes ... MUST NOT include multiple instances" of any one.
Result<> check_unique(const std::vector<AttributeView>& attributes) {
  const auto twice = repeated(attributes, &AttributeView::type);
  if (!twice) return {};
  return fail(Code::kBadSignature, "The signed attribute {} stands there twice.", oid_name(*twice));
}

Result<> check_content_type(const SignedData& message, const std::vector<AttributeView>& attributes) {
  TRY(const auto value, required_value(attributes, oid::kContentType));
  if (value.tag == der::kOid && base::equal(value.content, message.content_type())) return {};
  return fail(Code::kBadSignature, "The content is not of the type that was signed.");
}

Result<> check_digest(DigestAlgorithm digest, ByteView content, const std::vector<AttributeView>& attributes) {
  TRY(const auto value, required_value(attributes, oid::kMessageDigest));
  if (value.tag == der::kOctetString && base::equal(value.content, digest_parts(digest, {content}).view())) return {};
  return fail(Code::kBadSignature, "The content is not what was signed: its digest is another.");
}

Result<> read_signing_time(const std::vector<AttributeView>& attributes, Claims& claims) {
  TRY(const auto value, value_of(attributes, oid::kSigningTime));
  if (!value) return {};
  claims.signing_time = der::parse_time(*value);
  if (claims.signing_time) return {};
  return fail(Code::kBadSignature, "The signing time that was signed is no time.");
}

Result<> read_reference(const std::vector<AttributeView>& attributes, Oid type, SigningCertificateVersion version,
                        Claims& claims) {
  TRY(const auto value, value_of(attributes, type));
  if (!value) return {};
  const auto reference = cms::read_signing_certificate(value->whole, version);
  if (!reference) {
    return fail(Code::kBadSignature, "The signed attribute {} is malformed.", oid_name(type));
  }
  claims.references.push_back(*reference);
  return {};
}

// CMSAlgorithmProtection ::= SEQUENCE { digestAlgorithm, signatureAlgorithm [1], macAlgorithm [2] }. RFC 6211 section
// 3: where it is there, it must be what the SignerInfo says.
Result<> check_algorithms(const CmsSignerInfo& signer, const std::vector<AttributeView>& attributes) {
  TRY(const auto value, value_of(attributes, oid::kCmsAlgorithmProtection));
  if (!value) return {};
  der::Reader fields(value->tag == der::kSequence ? value->content : ByteView{});
  const auto digest = fields.element(der::kSequence);
  const auto signature = fields.element(der::constructed_tag(1));
  if (digest && signature && fields.at_end() && cms::same_algorithm(digest->whole, signer.digest_algorithm) &&
      cms::same_algorithm(signature->whole, signer.signature_algorithm)) {
    return {};
  }
  return fail(Code::kBadSignature, "The algorithms of the signature are not those that were signed.");
}

Result<> read_attributes(const SignedData& message, const CmsSignerInfo& signer, DigestAlgorithm digest,
                         ByteView content, Claims& claims) {
  der::Reader reader(signer.signed_attributes);
  const auto set = reader.element();
  const auto attributes = set ? cms::read_attributes(set->content) : std::nullopt;
  if (!attributes) return fail(Code::kBadSignature, "The signed attributes are malformed.");
  TRY(check_unique(*attributes));
  TRY(check_content_type(message, *attributes));
  TRY(check_digest(digest, content, *attributes));
  TRY(check_algorithms(signer, *attributes));
  TRY(read_signing_time(*attributes, claims));
  TRY(read_reference(*attributes, oid::kSigningCertificate, SigningCertificateVersion::kV1, claims));
  TRY(read_reference(*attributes, oid::kSigningCertificateV2, SigningCertificateVersion::kV2, claims));
  claims.attributes = cms::signed_octets(signer.signed_attributes, *attributes);
  claims.signed_octets = claims.attributes;
  return {};
}

// Whoever takes the signed attributes of a message as the content of another, without attributes, has a signature
// that verifies over content that nobody signed.
bool could_be_attributes(ByteView content) {
  const auto set = der::single(content, der::kSet);
  const auto attributes = set ? cms::read_attributes(set->content) : std::nullopt;
  return attributes && cms::find_attribute(*attributes, oid::kMessageDigest) != nullptr;
}

Result<> check_bare_content(const SignedData& message, ByteView content, Claims& claims) {
  // RFC 5652 section 5.3: signedAttrs MUST be present if the content type is not id-data.
  if (!cms::is_data(message.content_type())) {
    return fail(Code::kBadSignature, "The signature has no signed attributes, which content of the type {} needs.",
                oid_name(message.content_type()));
  }
  if (could_be_attributes(content)) {
    return fail(
        Code::kBadSignature,
        "The content has the form of signed attributes: the signature may have been made over another message.");
  }
  claims.signed_octets = content;
  return {};
}

bool is_signer(const CmsSignerInfo& signer, const Certificate& certificate) {
  if (signer.key_identifier.empty()) {
    return base::equal(certificate.tbs().serial, signer.serial) &&
           base::equal(certificate.tbs().issuer, signer.issuer);
  }
  const ExtensionView* view = certificate.tbs().find(oid::kSubjectKeyIdentifier);
  const auto identifier = view != nullptr ? read_subject_key_identifier(view->value) : std::nullopt;
  return identifier && base::equal(*identifier, signer.key_identifier);
}

void add_candidates(const CmsSignerInfo& signer, const std::vector<Certificate>& from,
                    std::vector<const Certificate*>& to) {
  for (const Certificate& certificate : from) {
    if (to.size() == kMostCandidates) return;
    if (!is_signer(signer, certificate)) continue;
    const bool known = std::ranges::any_of(
        to, [&](const Certificate* other) { return base::equal(other->der(), certificate.der()); });
    if (!known) to.push_back(&certificate);
  }
}

Result<> check_candidate(const Certificate& certificate, SignatureAlgorithm algorithm, const Claims& claims,
                         const CmsSignerInfo& signer) {
  for (const SigningCertificate& reference : claims.references) {
    if (!cms::names(reference, certificate)) {
      return fail(Code::kBadSignature, "The certificate {} is not the one that the signer named as its own.",
                  certificate.subject().text());
    }
  }
  TRY(const PublicKey key, certificate.public_key());
  return verify_tbs(key, scheme(algorithm).identifier, claims.signed_octets, signer.signature);
}

}  // namespace

Result<CmsSignature> verify_signer(const SignedData& message, std::size_t signer, std::optional<ByteView> detached,
                                   const std::vector<Certificate>& help) {
  if (signer >= message.signers().size()) {
    return fail(Code::kUsage, "The message has {} signatures: there is no number {}.", message.signers().size(),
                signer + 1);
  }
  const CmsSignerInfo& info = message.signers()[signer];
  TRY(const ByteView content, content_of(message, detached));
  TRY(const DigestAlgorithm digest, digest_of(info));
  TRY(const SignatureAlgorithm algorithm, algorithm_of(info, digest));
  Claims claims;
  if (info.signed_attributes.empty()) {
    TRY(check_bare_content(message, content, claims));
  } else {
    TRY(read_attributes(message, info, digest, content, claims));
  }
  // The caller's own come first: their keys have been used before and are ready.
  std::vector<const Certificate*> candidates;
  add_candidates(info, help, candidates);
  add_candidates(info, message.certificates(), candidates);
  if (candidates.empty()) {
    return fail(Code::kNotFound, "The signer's certificate is not in the message: give it beside it.");
  }
  Result<> last;
  for (const Certificate* certificate : candidates) {
    last = check_candidate(*certificate, algorithm, claims, info);
    if (last) return CmsSignature{*certificate, claims.signing_time, digest, base::to_bytes(info.signature)};
  }
  return tl::unexpected(std::move(last).error());
}

}  // namespace yuxin::x509
