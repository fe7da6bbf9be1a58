// EnvelopedData: content that only named recipients can read (RFC 5652 section 6, RFC 5753, GM/T 0010).
#pragma once

#include <memory>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::x509 {

// Recipient is one RecipientInfo: who can open the message.
struct Recipient {
  base::Bytes issuer;          // DER Name, or empty when named by key identifier
  base::Bytes serial;          // INTEGER content
  base::Bytes key_identifier;  // or empty
};

// seal_message encrypts to every recipient's certificate: a fresh AES-256-CBC key (SM4-CBC in the GM form), wrapped
// by RSAES-OAEP with SHA-256 for RSA, ECDH with the X9.63 KDF over SHA-256 and AES-256 key wrap for NIST curves (RFC
// 5753 section 7.1), SM2 encryption (1.2.156.10197.1.301.3, DER SM2Cipher) for SM2. Errors: kUsage for no recipient,
// a key that cannot encrypt (Ed25519, Ed448) or a mix that the form does not have; kRefused when keyUsage forbids it.
[[nodiscard]] base::Result<base::Bytes> seal_message(base::ByteView content,
                                                     const std::vector<Certificate>& recipients, CmsForm form);

// EnvelopedData is a parsed message that keeps its exact octets. Immutable; copies share one body.
class EnvelopedData {
 public:
  // from_bytes takes a ContentInfo of type envelopedData of either form; DER, BER or PEM. kMalformed otherwise.
  [[nodiscard]] static base::Result<EnvelopedData> from_bytes(base::ByteView pem_or_der);
  [[nodiscard]] CmsForm form() const;
  [[nodiscard]] const std::vector<Recipient>& recipients() const;

  struct Impl;
  explicit EnvelopedData(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  [[nodiscard]] const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

// open_message decrypts for the holder of `certificate`. Whatever is wrong with a wrapped key or its padding gives
// one and the same kBadSignature at the same cost (RFC 3218), so that nobody learns from it. kNotFound when the
// message is not for this certificate.
[[nodiscard]] base::Result<base::Secret> open_message(const EnvelopedData& message, const Certificate& certificate,
                                                      const PrivateKey& key);

}  // namespace yuxin::x509
