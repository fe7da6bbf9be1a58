// Public keys, private keys, signing and verifying: one layer that knows how every algorithm signs.
#pragma once

#include <memory>
#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/x509/algorithm.hpp"

namespace yuxin::x509 {

// PublicKey is a validated subject public key: the point is on its curve and not of small order, an RSA modulus has
// 1024 to 16384 bits and an odd exponent above 1 and below 2^256. Immutable and cheap to copy; safe to share between
// threads.
class PublicKey {
 public:
  // from_spki reads a DER SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). `kMalformed` for anything that does
  // not parse, has trailing octets or an unknown algorithm, for compressed points and explicit curves. Fast: does not
  // go through OpenSSL's decoders, which are slow and get slower with every core.
  [[nodiscard]] static base::Result<PublicKey> from_spki(base::ByteView spki);

  [[nodiscard]] const KeyKind& kind() const;
  [[nodiscard]] base::ByteView spki() const;      // DER, as it was read
  [[nodiscard]] base::ByteView key_bits() const;  // content of subjectPublicKey without the unused-bits octet
  // For RSA keys: modulus and exponent, big-endian without leading zeros. Empty for others.
  [[nodiscard]] base::ByteView rsa_modulus() const;
  [[nodiscard]] base::ByteView rsa_exponent() const;
  // identifier is the SHA-1 of the key bits (RFC 5280 section 4.2.1.2 method 1), 20 octets.
  [[nodiscard]] base::Bytes identifier() const;

  struct Impl;
  explicit PublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  [[nodiscard]] const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

// verify_tbs checks a signature over `tbs`. `algorithm_identifier` is the DER found beside the signature; it must
// fit the key. SM2 is always checked with the identifier "1234567812345678" (GM/T 0009). Errors:
// kBadSignature when it does not verify or the algorithm is refused (SHA-1, unknown, of another key type).
[[nodiscard]] base::Result<> verify_tbs(const PublicKey& key, base::ByteView algorithm_identifier, base::ByteView tbs,
                                        base::ByteView signature);
// verify_historic_tbs is verify_tbs that takes SHA-1 with RSA and ECDSA as well: for looking at what was signed long
// ago and was proven then. Never for a decision about today.
[[nodiscard]] base::Result<> verify_historic_tbs(const PublicKey& key, base::ByteView algorithm_identifier,
                                                 base::ByteView tbs, base::ByteView signature);

// verify_cmp_tbs is verify_tbs that takes signatures of SM2 keys over the empty identifier as well: the CMP client of
// OpenSSL signs its messages and proofs of possession so, and cannot be told otherwise.
[[nodiscard]] base::Result<> verify_cmp_tbs(const PublicKey& key, base::ByteView algorithm_identifier,
                                            base::ByteView tbs, base::ByteView signature);

// Signer is the only way to a private key. Thread-safe. Implementations: software keys here, tokens in keymgmt.
class Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual const PublicKey& public_key() const = 0;
  [[nodiscard]] virtual SignatureAlgorithm algorithm() const = 0;
  // sign gives the octets of the BIT STRING for exactly `tbs`. Errors: kSigner.
  [[nodiscard]] virtual base::Result<base::Bytes> sign(base::ByteView tbs) const = 0;
  // sign_digest signs what a SigningDigest for this signer came to; only for schemes that have a digest
  // (kUsage for EdDSA). Errors: kSigner.
  [[nodiscard]] virtual base::Result<base::Bytes> sign_digest(base::ByteView digest) const = 0;
};

class Decrypter;  // decrypter.hpp: the same for what opens

// SigningDigest digests a message too long to hold, the way the signer's scheme wants it: for SM2 it begins with
// the Z value of the key and the standard identifier (GB/T 32918.2 section 5.5). Not thread-safe.
class SigningDigest {
 public:
  // for_signer: kUsage for schemes without a digest (EdDSA): those must sign the whole message.
  [[nodiscard]] static base::Result<SigningDigest> for_signer(const Signer& signer);
  SigningDigest(SigningDigest&&) noexcept;
  SigningDigest& operator=(SigningDigest&&) noexcept;
  ~SigningDigest();
  void update(base::ByteView data);
  [[nodiscard]] base::Bytes finish();

 private:
  struct Impl;
  explicit SigningDigest(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// lock_private_keys keeps the secret numbers of every software key and signature in memory of their own: locked, not
// swapped out, left out of dumps, wiped when they go; the library's ordinary memory is wiped when it is given back.
// Called first in a program, before there are threads. The room is for some thousand elliptic-curve or 500 RSA keys
// at one time; a key that finds none is refused with kSigner or kMalformed. Where the limit of locked memory is lower
// (RLIMIT_MEMLOCK), the numbers are apart and wiped all the same, but not locked.
void lock_private_keys();

// PrivateKey is a software key. Only key management and tests hold one; everybody else holds a Signer.
class PrivateKey {
 public:
  [[nodiscard]] static base::Result<PrivateKey> generate(const KeyKind& kind);
  // from_pkcs8 reads an unencrypted DER PrivateKeyInfo of version 1 or 2 (RFC 5958). from_pem reads the first private
  // key of a text, also in the older SEC 1 and PKCS#1 forms and, with a passphrase, encrypted PKCS#8; it never asks
  // for one. Every key that comes in has signed once. Errors: kMalformed; kNotAuthorised for a passphrase that is
  // missing or wrong; kRefused for RSA below 2048 bits in generate, and for encryption other than PBES2 with PBKDF2.
  [[nodiscard]] static base::Result<PrivateKey> from_pkcs8(base::ByteView der);
  [[nodiscard]] static base::Result<PrivateKey> from_pem(base::ByteView pem, const base::Secret* passphrase);

  [[nodiscard]] base::Result<base::Secret> to_pkcs8() const;
  // to_encrypted_pkcs8 seals with PBES2: AES-256-CBC under PBKDF2 with HMAC-SHA-256 (RFC 8018). kUsage for an empty
  // passphrase and for iterations outside 1000 to 10 million.
  [[nodiscard]] base::Result<base::Bytes> to_encrypted_pkcs8(const base::Secret& passphrase, int iterations) const;
  [[nodiscard]] static base::Result<PrivateKey> from_encrypted_pkcs8(base::ByteView der,
                                                                     const base::Secret& passphrase);

  [[nodiscard]] const PublicKey& public_key() const;
  // signer makes a thread-safe signer that shares this key. kUsage when the algorithm does not fit the key.
  [[nodiscard]] base::Result<std::shared_ptr<const Signer>> signer(SignatureAlgorithm algorithm) const;
  // decrypter shares this key too, whatever its kind: one that neither decrypts nor agrees opens nothing.
  [[nodiscard]] std::shared_ptr<const Decrypter> decrypter() const;

  struct Impl;
  explicit PrivateKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  [[nodiscard]] const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace yuxin::x509
