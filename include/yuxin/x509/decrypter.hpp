// Decrypters: the only way to a private key for opening what was sealed to it, as signers are for signing.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::x509 {

// KeyEncryption is how a short secret is encrypted to a public key: RSAES-PKCS1-v1_5 and RSAES-OAEP (RFC 8017 section
// 7, with the empty label), or SM2 (GB/T 32918.4). The digests of OAEP are by default those of its appendix A.2.1.
struct KeyEncryption {
  enum class Kind { kRsaPkcs1, kRsaOaep, kSm2 } kind = Kind::kRsaPkcs1;
  DigestAlgorithm digest = DigestAlgorithm::kSha1;       // of OAEP
  DigestAlgorithm mask_digest = DigestAlgorithm::kSha1;  // of its MGF1
};
inline constexpr KeyEncryption kOaepSha256{KeyEncryption::Kind::kRsaOaep, DigestAlgorithm::kSha256,
                                           DigestAlgorithm::kSha256};

// Decrypter holds on to one private key that decrypts (RSA, SM2) or agrees (NIST curves). Thread-safe.
// Implementations: software keys here, tokens in keymgmt. Errors are those of reaching the key (kUnavailable,
// kNotAuthorised, kSigner); what does not decrypt is no error but nothing, and says no more than that (RFC 3218).
class Decrypter {
 public:
  virtual ~Decrypter() = default;
  [[nodiscard]] virtual const PublicKey& public_key() const = 0;
  // decrypt gives a secret that is known to have `octets` octets. Software keys cannot tell what is damaged of
  // PKCS#1 v1.5: there it gives octets that depend on the message and on the private key alone (RFC 3218 section
  // 2.3.2).
  [[nodiscard]] virtual base::Result<std::optional<base::Secret>> decrypt(const KeyEncryption& how,
                                                                          base::ByteView encrypted,
                                                                          std::size_t octets) const = 0;
  // agree gives the shared value of ECDH (SEC 1 section 3.3.1): the x coordinate, as long as the field. Nothing for a
  // point that is not on the curve of the key.
  [[nodiscard]] virtual base::Result<std::optional<base::Secret>> agree(base::ByteView point) const = 0;
};

// encrypt_to encrypts a secret to a public key. kUsage for a key that does not encrypt so, and for more octets than
// fit.
[[nodiscard]] base::Result<base::Bytes> encrypt_to(const PublicKey& key, const KeyEncryption& how,
                                                   base::ByteView secret);

// remove_oaep takes the encoding of OAEP (RFC 8017 section 7.1.2 step 3) off a whole block, for keys of which only
// the bare operation is to be had. It takes the same steps for every block of one size; nothing for what is no
// encoding of `octets` octets.
[[nodiscard]] std::optional<base::Secret> remove_oaep(const KeyEncryption& how, base::ByteView block,
                                                      std::size_t octets);

// is_on_curve: `point` is on the NIST curve of this key. Ask it before a point of somebody else goes to a key that
// answers.
[[nodiscard]] bool is_on_curve(const PublicKey& key, base::ByteView point);

}  // namespace yuxin::x509
