// X.509 certificates and the part of them that is signed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/key.hpp"
#include "yuxin/x509/name.hpp"
#include "yuxin/x509/serial.hpp"

namespace yuxin::x509 {

// TbsCertificate is a parsed TBSCertificate (RFC 5280 section 4.1): views into the DER that it was read from, which
// must outlive it. Reading is lenient where `cert lint` must be able to speak (any version, a serial of any
// size or sign); it is strict about DER structure. Pure; no allocation but the list of extensions.
struct TbsCertificate {
  base::ByteView der;        // the whole TBSCertificate
  std::int64_t version = 0;  // 0 is v1, 2 is v3
  bool version_was_encoded_default = false;
  base::ByteView serial;               // INTEGER content
  base::ByteView signature_algorithm;  // DER AlgorithmIdentifier
  base::ByteView issuer;               // DER Name
  base::UnixTime not_before;
  base::UnixTime not_after;       // the last second that is still valid
  base::ByteView not_before_der;  // whole Time element
  base::ByteView not_after_der;
  base::ByteView subject;  // DER Name
  base::ByteView spki;     // DER SubjectPublicKeyInfo
  bool has_unique_identifiers = false;
  bool has_extensions = false;
  std::vector<ExtensionView> extensions;

  // parse_tbs_certificate is the maker; nothing for malformed DER.
  [[nodiscard]] const ExtensionView* find(Oid oid) const { return find_extension(extensions, oid); }
};
[[nodiscard]] std::optional<TbsCertificate> parse_tbs_certificate(base::ByteView der);

// Certificate is an X.509 certificate that keeps its exact DER. Immutable; copies share one body; safe to share
// between threads. It is only parsed, not verified: see verify_signature and path.hpp.
class Certificate {
 public:
  // from_der accepts exactly one certificate with nothing after it. kMalformed otherwise.
  [[nodiscard]] static base::Result<Certificate> from_der(base::ByteView der);
  // from_bytes takes PEM with one CERTIFICATE block, or DER. kMalformed for several: who means the first of a chain
  // takes it from certificates_from_bytes.
  [[nodiscard]] static base::Result<Certificate> from_bytes(base::ByteView pem_or_der);

  [[nodiscard]] base::ByteView der() const;
  [[nodiscard]] const TbsCertificate& tbs() const;
  [[nodiscard]] base::ByteView signature_algorithm() const;  // the outer AlgorithmIdentifier
  // signature is empty when the BIT STRING is not of whole octets; such a certificate parses and never verifies.
  [[nodiscard]] base::ByteView signature() const;
  [[nodiscard]] const Name& subject() const;
  [[nodiscard]] const Name& issuer() const;
  // serial is nothing for numbers that RFC 5280 forbids (zero, negative, above 20 octets).
  [[nodiscard]] std::optional<Serial> serial() const;
  [[nodiscard]] base::UnixTime not_before() const { return tbs().not_before; }
  [[nodiscard]] base::UnixTime not_after() const { return tbs().not_after; }
  [[nodiscard]] base::Result<PublicKey> public_key() const;
  [[nodiscard]] bool is_ca() const;                          // basicConstraints cA
  [[nodiscard]] base::Bytes subject_key_identifier() const;  // empty when there is none
  [[nodiscard]] base::Bytes sha256_fingerprint() const;
  [[nodiscard]] std::string pem() const;

  struct Impl;
  explicit Certificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;
};

// certificates_from_bytes reads every certificate of a PEM file, or one DER certificate. kMalformed if there is none.
[[nodiscard]] base::Result<std::vector<Certificate>> certificates_from_bytes(base::ByteView pem_or_der);

// verify_signature checks that `issuer_key` signed the certificate, and that inner and outer algorithm agree.
[[nodiscard]] base::Result<> verify_signature(const Certificate& certificate, const PublicKey& issuer_key);

// TbsFields is what a TBSCertificate is made of; extensions are complete DER, in the order given.
struct TbsFields {
  Serial serial;
  base::ByteView signature_algorithm;  // DER AlgorithmIdentifier
  base::ByteView issuer;               // DER Name
  base::UnixTime not_before;
  base::UnixTime not_after;
  base::ByteView subject;  // DER Name
  base::ByteView spki;     // DER SubjectPublicKeyInfo
  std::vector<base::ByteView> extensions;
};
// make_tbs_certificate writes a version 3 TBSCertificate.
[[nodiscard]] base::Bytes make_tbs_certificate(const TbsFields& fields);
// join_signature wraps {tbs, algorithm, signature} into a Certificate, CertificateList or request.
[[nodiscard]] base::Bytes join_signature(base::ByteView tbs, base::ByteView signature_algorithm,
                                         base::ByteView signature);

}  // namespace yuxin::x509
