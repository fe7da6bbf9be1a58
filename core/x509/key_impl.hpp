// What stands behind PublicKey and PrivateKey.
#pragma once

#include <mutex>
#include <vector>

#include "algorithm_table.hpp"
#include "digest_context.hpp"
#include "openssl.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::x509 {

// ContextPool keeps initialised EVP_PKEY_CTX between calls: setting one up costs as much as an RSA verification. It
// belongs to one key, so no context outlives the key that its owner wanted gone. Thread-safe.
class ContextPool {
 public:
  // take gives a context to this caller alone; null if none is idle.
  [[nodiscard]] EvpPkeyContextPtr take(SignatureAlgorithm algorithm);
  // give_back is for contexts whose last operation succeeded.
  void give_back(SignatureAlgorithm algorithm, EvpPkeyContextPtr context);

 private:
  struct Idle {
    SignatureAlgorithm algorithm;
    EvpPkeyContextPtr context;
  };
  std::mutex mutex_;
  std::vector<Idle> idle_;
};

// configure_context sets what the scheme wants (padding, digest, salt) on a context after its init call.
[[nodiscard]] bool configure_context(EVP_PKEY_CTX* context, SignatureAlgorithm algorithm);

struct PublicKey::Impl {
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();  // keeps `key` for the next point of its curve

  KeyKind kind;
  base::Bytes spki;
  base::ByteView key_bits;  // this and the next two are parts of spki
  base::ByteView rsa_modulus;
  base::ByteView rsa_exponent;
  std::optional<PssParameters> pss;  // what an rsa-pss key is bound to
  DigestValue sm2_z;                 // GB/T 32918.2 section 5.5, with the standard identifier
  EvpPkeyPtr key;
  mutable ContextPool contexts;  // for verification
};

struct PrivateKey::Impl {
  EvpPkeyPtr key;
  PublicKey public_key;
};

// allows says whether the key can make such signatures and is not bound to others.
[[nodiscard]] bool allows(const PublicKey& key, SignatureAlgorithm algorithm);

// sm2_z is the Z value of a key with an identifier (GB/T 32918.2 section 5.5); `point` is the uncompressed point.
enum class Sm2Identifier { kStandard, kEmpty };
[[nodiscard]] DigestValue sm2_z(base::ByteView point, Sm2Identifier identifier);

// natural_signature is the default of the key's kind, or what the key is bound to.
[[nodiscard]] SignatureAlgorithm natural_signature(const PublicKey& key);

// message_digest is what a scheme with a digest signs.
[[nodiscard]] DigestValue message_digest(const PublicKey& key, SignatureAlgorithm algorithm, base::ByteView tbs);

// make_software_signer does not look at what the key allows.
[[nodiscard]] std::shared_ptr<const Signer> make_software_signer(std::shared_ptr<const PrivateKey::Impl> key,
                                                                 SignatureAlgorithm algorithm);

// make_software_decrypter does not look at what the key allows.
[[nodiscard]] std::shared_ptr<const Decrypter> make_software_decrypter(PrivateKey key);

// as_pkcs8 puts a private key into a version 1 PrivateKeyInfo (RFC 5958 section 2); `algorithm` is DER.
[[nodiscard]] base::Secret as_pkcs8(base::ByteView algorithm, base::ByteView private_key_octets);

// import_* make OpenSSL's key from checked encodings; null if the point is not on its curve.
[[nodiscard]] EvpPkeyPtr import_curve_key(const CurveRow& curve, base::ByteView encoded);
[[nodiscard]] EvpPkeyPtr import_rsa_key(base::ByteView modulus, base::ByteView exponent);

}  // namespace yuxin::x509
