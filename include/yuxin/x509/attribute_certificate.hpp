// Attribute certificates (RFC 5755): what a person may do, signed by an attribute authority.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/key.hpp"
#include "yuxin/x509/name.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::x509 {

// AttributeHolder says whom an attribute certificate is about (RFC 5755 section 4.2.2). As this program makes them, a
// holder is named by subject *and* by the digest of the public key (entityName and objectDigestInfo of type
// publicKey).
struct AttributeHolder {
  std::optional<Name> subject;    // the one directoryName of entityName
  base::Bytes public_key_digest;  // of the DER SubjectPublicKeyInfo; empty when not bound to a key
  std::optional<DigestAlgorithm> digest;
  base::Bytes base_issuer;  // baseCertificateID, as others may write it: DER Name
  base::Bytes base_serial;  // and INTEGER content
};

// Attribute is one Attribute of the certificate; `values` are complete DER elements.
struct Attribute {
  base::Bytes type;
  std::vector<base::Bytes> values;
};

// AttributeCertificate is a parsed AttributeCertificate of version 2 that keeps its exact DER. Only parsed: see
// verify_signature. Immutable; copies share one body; safe to share between threads.
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
  [[nodiscard]] base::UnixTime not_after() const;
  [[nodiscard]] const std::vector<Attribute>& attributes() const;
  [[nodiscard]] const std::vector<ExtensionView>& extensions() const;
  // roles are the roleName URIs of every id-at-role attribute (section 4.4.5).
  [[nodiscard]] const std::vector<std::string>& roles() const;
  [[nodiscard]] base::Bytes sha256_fingerprint() const;
  [[nodiscard]] std::string pem() const;

  struct Impl;
  explicit AttributeCertificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  [[nodiscard]] const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

// is_held_by says whether the holder is this certificate's subject with this certificate's key (both must fit where
// both are named; a holder that names nothing is nobody).
[[nodiscard]] bool is_held_by(const AttributeCertificate& attributes, const Certificate& certificate);

// verify_signature checks that the attribute authority's key signed it, and that inner and outer algorithm agree;
// issuer name, validity and revocation are the caller's questions.
[[nodiscard]] base::Result<> verify_signature(const AttributeCertificate& attributes, const PublicKey& authority_key);

// AttributeCertificateFields is what one is made of.
struct AttributeCertificateFields {
  Serial serial;
  const Certificate& holder;  // bound by subject and key
  base::ByteView issuer;      // DER Name of the attribute authority
  base::UnixTime not_before;
  base::UnixTime not_after;
  std::vector<Attribute> attributes;
  std::vector<base::Bytes> extensions;  // complete DER
};
// make_role_attribute is id-at-role with a roleName URI.
[[nodiscard]] Attribute make_role_attribute(std::string_view role_uri);
// make_attribute_certificate signs a version 2 certificate. Errors: kSigner, kUsage for a holder without subject.
[[nodiscard]] base::Result<base::Bytes> make_attribute_certificate(const AttributeCertificateFields& fields,
                                                                   const Signer& authority);

}  // namespace yuxin::x509
