// Cryptographic messages: SignedData (RFC 5652 section 5, CAdES-BES attributes of RFC 5126) and, for SM2, the same in
// the form of GM/T 0010 (GB/T 35275).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::x509 {

// CmsForm is the family of content types and the shape that goes with it: RFC 5652 (1.2.840.113549.1.7) or GM/T 0010
// (1.2.156.10197.6.1.4.2, PKCS #7 shape: version 1, contentInfo instead of encapContentInfo,
// digestEncryptionAlgorithm 1.2.156.10197.1.301.1). The GM form takes SM2 signers only.
enum class CmsForm { kRfc5652, kGm };

// CmsAttribute is an Attribute of RFC 5652 section 5.3; `values` are complete DER elements.
struct CmsAttribute {
  base::Bytes type;
  std::vector<base::Bytes> values;
};

// CmsSignerInfo is one SignerInfo; views into the message.
struct CmsSignerInfo {
  std::int64_t version = 1;
  base::ByteView issuer;                  // DER Name, or empty when the signer is named by key identifier
  base::ByteView serial;                  // INTEGER content
  base::ByteView key_identifier;          // or empty
  base::ByteView digest_algorithm;        // DER AlgorithmIdentifier
  std::optional<DigestAlgorithm> digest;  // nothing: an algorithm that is not known
  base::ByteView signed_attributes;       // the element with its tag [0], as it came; empty when there are none
  base::ByteView signature_algorithm;     // DER AlgorithmIdentifier
  base::ByteView signature;
  base::ByteView unsigned_attributes;  // the element with its tag [1]; empty when there are none
  // Each finds an attribute of a type with its values; of unsigned ones there may be several, whose values are
  // joined.
  [[nodiscard]] std::optional<CmsAttribute> signed_attribute(Oid type) const;
  [[nodiscard]] std::optional<CmsAttribute> unsigned_attribute(Oid type) const;
};

// SignedData is a parsed message that keeps its exact octets. It is only parsed: nothing that it says is proven
// before verify_signer. Immutable; copies share one body; safe to share between threads.
class SignedData {
 public:
  // from_bytes takes one ContentInfo of type signedData of either form, in DER, in BER (which other programs write
  // for streamed content; it is made DER first), or in PEM ("CMS" or "PKCS7"). kMalformed for anything else and for
  // octets after it.
  [[nodiscard]] static base::Result<SignedData> from_bytes(base::ByteView pem_or_der);

  [[nodiscard]] base::ByteView der() const;
  [[nodiscard]] CmsForm form() const;
  [[nodiscard]] Oid content_type() const;                       // eContentType
  [[nodiscard]] std::optional<base::ByteView> content() const;  // value octets; nothing when detached
  [[nodiscard]] const std::vector<Certificate>& certificates() const;
  [[nodiscard]] const std::vector<base::ByteView>& attribute_certificates() const;  // DER of each v2AttrCert
  [[nodiscard]] const std::vector<base::ByteView>& crls() const;                    // DER of each CertificateList
  [[nodiscard]] const std::vector<base::ByteView>& ocsp_responses() const;  // DER OCSPResponse of each (RFC 5940)
  [[nodiscard]] const std::vector<CmsSignerInfo>& signers() const;

  struct Impl;
  explicit SignedData(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  [[nodiscard]] const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

// CmsSignature is what one signer has proven: that the holder of `certificate`'s key signed this content. Whether the
// certificate is to be believed is the caller's question (PathVerifier).
struct CmsSignature {
  Certificate certificate;
  std::optional<base::UnixTime> signing_time;  // claimed by the signer
  DigestAlgorithm digest = DigestAlgorithm::kSha256;
  base::Bytes signature_value;  // what a signature time stamp is about (RFC 3161 appendix A)
};

// verify_signer checks one signer: finds its certificate (in the message or in `help`, by issuer and serial or by key
// identifier), the signature, and of signed attributes that contentType and messageDigest are there once and right,
// that signingCertificate or signingCertificateV2, where there, names this certificate (RFC 5035), and that no
// attribute stands twice. With `detached` the content is given; kUsage when the message has content of its own that
// differs. SM2 always with the standard identifier; without signed attributes the signature is over the content
// octets. Errors: kNotFound when the certificate is nowhere; kBadSignature says which of these does not hold.
[[nodiscard]] base::Result<CmsSignature> verify_signer(const SignedData& message, std::size_t signer,
                                                       std::optional<base::ByteView> detached = std::nullopt,
                                                       const std::vector<Certificate>& help = {});

// CmsSigner is a party that signs.
struct CmsSigner {
  Certificate certificate;
  std::shared_ptr<const Signer> signer;
};

enum class CmsContent { kAttached, kDetached };

struct CmsSignOptions {
  CmsForm form = CmsForm::kRfc5652;
  CmsContent content = CmsContent::kAttached;
  base::Bytes content_type;                    // empty: id-data (of the form)
  std::optional<base::UnixTime> signing_time;  // nothing: no signingTime attribute (as time stamp tokens want)
  std::vector<Certificate> chain;              // put beside the signers' certificates
  enum class SignerCertificate { kIncluded, kLeftOut } signer_certificate = SignerCertificate::kIncluded;
  std::vector<CmsAttribute> signed_attributes;  // further ones, the same for every signer
};

// sign_message makes a SignedData with contentType, messageDigest, signingTime and signingCertificateV2 (or
// signingCertificate where the digest is SHA-1, never made here) as signed attributes, DER throughout, one SignerInfo
// a signer. The digest follows the signer's algorithm; Ed25519 goes with SHA-512, Ed448 with SHAKE256 of 512 bits
// (RFC 8419 section 3.1).
// Errors: kSigner; kUsage for no signer, for the GM form with another key than SM2, for a certificate of another key.
[[nodiscard]] base::Result<base::Bytes> sign_message(base::ByteView content, const std::vector<CmsSigner>& signers,
                                                     const CmsSignOptions& options);

// CmsAdditions is what a verifier may put into a message without touching what was signed.
struct CmsAdditions {
  std::vector<CmsAttribute> unsigned_attributes;  // to the signer's
  std::vector<base::ByteView> certificates;       // DER
  std::vector<base::ByteView> attribute_certificates;
  std::vector<base::ByteView> crls;
  std::vector<base::ByteView> ocsp_responses;  // DER OCSPResponse, carried as OtherRevocationInfoFormat (RFC 5940)
};
// add_to_message gives the message with the additions; what is there already is not put in twice. The version follows
// RFC 5652 section 5.1.
[[nodiscard]] base::Result<base::Bytes> add_to_message(const SignedData& message, std::size_t signer,
                                                       const CmsAdditions& additions);

}  // namespace yuxin::x509
