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
  // for streamed content; it is made DER first), or in PEM ("CMS" or "PKCS7"). kMalformed for anything else, for
  // octets after it, and for more signers, certificates, or lists and responses than the bounds below: a stranger's
  // message must not decide how long its verifier works.
  static constexpr std::size_t kMostSigners = 64;
  static constexpr std::size_t kMostCertificates = 1000;
  static constexpr std::size_t kMostRevocations = 1000;
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

// verify_signer checks one signer. Its certificate is found in `help` or in the message, by issuer and serial or by
// key identifier; of several that fit, the one whose key signed. With `detached` the content is given beside the
// message.
//
// With signed attributes: contentType and messageDigest are there once and right, no attribute stands twice,
// signingCertificate and signingCertificateV2 where they are there name this certificate (RFC 5035), and
// CMSAlgorithmProtection these algorithms (RFC 6211); the signature is over the DER of the attributes, in whatever
// order they came (RFC 5652 section 5.4). Without, it is over the content octets, which must be of type data and must
// not themselves have the form of signed attributes. SM2 always with the standard identifier and its Z value; SHA-1
// is refused, and a signature whose digest is not that of the content.
//
// Errors: kBadSignature says which of these does not hold; kNotFound when the certificate is nowhere; kMalformed when
// its key is unusable; kUsage for a number that no signer has, for no content at all, and for content given beside
// other content of the message's own.
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
  // How an RSA signature is named: with its digest, or kPlain as rsaEncryption (RFC 3370 section 3.2), for programs
  // that read PKCS #7 1.5 only.
  enum class RsaName { kWithDigest, kPlain } rsa_name = RsaName::kWithDigest;
};

// sign_message makes a SignedData with contentType, messageDigest, signingCertificateV2 with issuer and serial, and
// signingTime as signed attributes (CAdES-BES), DER throughout, one SignerInfo a signer. The digest follows the
// signer's algorithm; Ed25519 goes with SHA-512, Ed448 with SHAKE256 of 512 bits (RFC 8419 section 3.1). Errors:
// kSigner; kUsage for no signer, for the GM form with another key than SM2, for a certificate of another key, and for
// further attributes that would stand there twice.
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
// add_to_message gives the message with the additions; what is there already is not put in twice. What was signed
// stays octet for octet; the sets around it are sorted as DER wants, so that of several signers the order may change.
// The version follows RFC 5652 section 5.1 (in the GM form it stays 1). `signer` matters for unsigned attributes
// alone. Errors: kMalformed for an addition that is not one DER element; kUsage for a number that no signer has.
[[nodiscard]] base::Result<base::Bytes> add_to_message(const SignedData& message, std::size_t signer,
                                                       const CmsAdditions& additions);

// certs_only makes SignedData without content and without signers that carries DER certificates (RFC 5652
// section 5.1; what a ".p7c" file and EST's answers are). A SET OF is sorted in DER, so their order is not kept.
[[nodiscard]] base::Bytes certs_only(std::vector<base::ByteView> certificates);

}  // namespace yuxin::x509
