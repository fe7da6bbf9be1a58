// EnvelopedData: content that only named recipients can read (RFC 5652 section 6, RFC 5753, GM/T 0010). It says
// nothing of who made it, nor that it is whole: whoever must know signs what is sealed (cms.hpp).
#pragma once

#include <memory>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/decrypter.hpp"

namespace yuxin::x509 {

// Recipient is one who can open the message, as its RecipientInfo names it.
struct Recipient {
  base::Bytes issuer;          // DER Name, or empty when named by key identifier
  base::Bytes serial;          // INTEGER content
  base::Bytes key_identifier;  // or empty
  base::Bytes encrypted_key;   // the content key as it is wrapped for this one
};

// seal_message encrypts to every recipient's certificate. The content: AES-256-CBC, or SM4-CBC when all recipients
// have SM2 keys, with a fresh key and the padding of RFC 5652 section 6.3. The key: RSAES-OAEP with SHA-256 for RSA,
// ephemeral ECDH with the X9.63 KDF over SHA-256 and AES-256 key wrap for NIST curves (RFC 5753 section 7.1), SM2
// encryption (1.2.156.10197.1.301.3, DER SM2Cipher) for SM2. Errors: kUsage for no recipient, for a key that cannot
// encrypt (Ed25519, Ed448, rsa-pss) and in the GM form for any but SM2; kRefused when keyUsage forbids it
// (keyEncipherment for RSA and SM2, keyAgreement for the curves).
[[nodiscard]] base::Result<base::Bytes> seal_message(base::ByteView content,
                                                     const std::vector<Certificate>& recipients, CmsForm form);

// SealOptions are for protocols whose programs read no more than PKCS #7 1.5 has, as SCEP's.
struct SealOptions {
  CmsForm form = CmsForm::kRfc5652;
  // How keys go to RSA recipients: kRsaOaep or kRsaPkcs1.
  KeyEncryption::Kind rsa = KeyEncryption::Kind::kRsaOaep;
  // kIgnored: for an answer to somebody who has signed with this certificate and has no other.
  enum class KeyUsage { kRespected, kIgnored } key_usage = KeyUsage::kRespected;
};
[[nodiscard]] base::Result<base::Bytes> seal_message(base::ByteView content,
                                                     const std::vector<Certificate>& recipients,
                                                     const SealOptions& options);

// EnvelopedData is a parsed message that keeps its exact octets. Immutable; copies share one body; safe to share
// between threads.
class EnvelopedData {
 public:
  // from_bytes takes a ContentInfo of type envelopedData of either form; DER, BER or PEM. kMalformed otherwise.
  [[nodiscard]] static base::Result<EnvelopedData> from_bytes(base::ByteView pem_or_der);
  [[nodiscard]] CmsForm form() const;
  // recipients lists those by key transport and key agreement; others (passwords, shared keys) are left out.
  [[nodiscard]] const std::vector<Recipient>& recipients() const;

  struct Impl;
  explicit EnvelopedData(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  [[nodiscard]] const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

// open_message decrypts for the holder of `certificate`, which must be the one of `key`. Besides what seal_message
// writes it reads RSA PKCS#1 v1.5, OAEP with other digests, the KDF over SHA-1, SHA-384 and SHA-512 (OpenSSL writes
// SHA-1), and AES with 128 and 192 bits. Whatever is wrong with a wrapped key, the content or its padding gives one
// and the same kBadSignature at the same cost (RFC 3218), so that nobody learns from it; of a damaged PKCS#1 v1.5 key
// not even that, but content that means nothing (as OpenSSL's implicit rejection does); of a key on a token the token
// itself decides that. kNotFound when the message is not for this certificate; kRefused for a cipher or wrapping that
// is not supported; and the errors of the decrypter.
[[nodiscard]] base::Result<base::Secret> open_message(const EnvelopedData& message, const Certificate& certificate,
                                                      const Decrypter& key);
[[nodiscard]] base::Result<base::Secret> open_message(const EnvelopedData& message, const Certificate& certificate,
                                                      const PrivateKey& key);

}  // namespace yuxin::x509
