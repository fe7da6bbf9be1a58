// Attribute certificates (RFC 5755): what a person may do, signed by an attribute authority.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/key.hpp"
#include "yuxin/x509/name.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::x509 {

// AttributeHolder says whom an attribute certificate is about (RFC 5755 section 4.2.2). As this program makes them, a
// holder is named by subject *and* by the digest of the public key (entityName and objectDigestInfo of type
// publicKey), so that neither another key nor another name has the attributes.
struct AttributeHolder {
  std::optional<Name> subject;            // the one directoryName of entityName, never empty
  base::Bytes public_key_digest;          // of the DER SubjectPublicKeyInfo; empty when not bound to a key
  std::optional<DigestAlgorithm> digest;  // nothing for one that is not known here, or that is SHA-1
  // baseCertificateID, as others may write it: DER Name and INTEGER content; both empty when it is not there.
  base::Bytes base_issuer;
  base::Bytes base_serial;
};

// Attribute is one Attribute of the certificate; `values` are complete DER elements.
struct Attribute {
  base::Bytes type;
  std::vector<base::Bytes> values;
};

// AttributeCertificate is a parsed AttributeCertificate of version 2 that keeps its exact DER. Only parsed: see
// verify_signature. Immutable; copies share one body; safe to share between threads.
//
// Read is the profile of RFC 5755 section 4 and nothing beside it: an issuer or holder that is named in another way
// (v1Form, other general names, a digest of something else than the public key, unique identifiers of a base
// certificate), an attribute type or extension that stands there twice, and a role without a URI are kMalformed.
class AttributeCertificate {
 public:
  // from_der: kMalformed for anything but exactly one. from_bytes also takes PEM ("ATTRIBUTE CERTIFICATE").
  [[nodiscard]] static base::Result<AttributeCertificate> from_der(base::ByteView der);
  [[nodiscard]] static base::Result<AttributeCertificate> from_bytes(base::ByteView pem_or_der);

  [[nodiscard]] base::ByteView der() const;
  [[nodiscard]] const AttributeHolder& holder() const;
  [[nodiscard]] const Name& issuer() const;  // v2Form with one directoryName, as section 4.2.3 demands
  [[nodiscard]] const Serial& serial() const;
  [[nodiscard]] base::UnixTime not_before() const;
  [[nodiscard]] base::UnixTime not_after() const;                      // the last second that is still valid
  [[nodiscard]] const std::vector<Attribute>& attributes() const;      // each type once (section 4.2.7)
  [[nodiscard]] const std::vector<ExtensionView>& extensions() const;  // views that live as long as a copy of this
  // roles are the roleName URIs of the id-at-role attribute (section 4.4.5).
  [[nodiscard]] const std::vector<std::string>& roles() const;
  [[nodiscard]] base::Bytes authority_key_identifier() const;  // empty when there is none
  [[nodiscard]] base::Bytes sha256_fingerprint() const;
  [[nodiscard]] std::string pem() const;

  struct Impl;
  explicit AttributeCertificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  [[nodiscard]] const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

// is_held_by says whether the holder is this certificate's subject with this certificate's key. Everything that the
// holder names must fit; a holder that names nothing is nobody.
[[nodiscard]] bool is_held_by(const AttributeCertificate& attributes, const Certificate& certificate);

// verify_signature checks that the attribute authority's key signed it, and that inner and outer algorithm agree;
// issuer name, validity and revocation are the caller's questions. Errors: kBadSignature.
[[nodiscard]] base::Result<> verify_signature(const AttributeCertificate& attributes, const PublicKey& authority_key);

// AttributeCertificateFields is what one is made of; references and views must live until the call returns.
struct AttributeCertificateFields {
  Serial serial;
  const Certificate& holder;  // bound by subject and key
  base::ByteView issuer;      // DER Name of the attribute authority
  base::UnixTime not_before;
  base::UnixTime not_after;
  std::vector<Attribute> attributes;
  std::vector<base::Bytes> extensions;  // complete DER
};
// make_role_attribute is id-at-role with a roleName URI, which must be ASCII.
[[nodiscard]] Attribute make_role_attribute(std::string_view role_uri);
// make_attribute_certificate signs a version 2 certificate. Errors: kSigner; kUsage for a holder without subject,
// without attributes, or with an end before its beginning.
[[nodiscard]] base::Result<base::Bytes> make_attribute_certificate(const AttributeCertificateFields& fields,
                                                                   const Signer& authority);

}  // namespace yuxin::x509
