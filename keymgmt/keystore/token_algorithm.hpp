// How the keys and signatures of x509 look at a token.
#pragma once

#include <p11-kit/pkcs11.h>

#include <optional>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::keymgmt {

// PublicParts is what PKCS #11 says of a public key.
struct PublicParts {
  CK_KEY_TYPE type = 0;
  base::Bytes modulus;
  base::Bytes exponent;
  base::Bytes curve;  // CKA_EC_PARAMS
  base::Bytes point;  // CKA_EC_POINT
  bool bound_to_pss = false;
};
// public_key_of makes the SubjectPublicKeyInfo and reads it as everybody else's; nothing for kinds that x509 does not
// know.
[[nodiscard]] std::optional<x509::PublicKey> public_key_of(const PublicParts& parts);

// KeyRecipe says how a key of a kind is generated and how it signs.
struct KeyRecipe {
  CK_MECHANISM_TYPE generate;
  CK_MECHANISM_TYPE sign;
  base::Bytes curve;  // CKA_EC_PARAMS; empty for RSA
};
// recipe_for gives nothing for kinds that tokens do not have (SM2, Ed448) or that are too weak or too long.
[[nodiscard]] std::optional<KeyRecipe> recipe_for(const x509::KeyKind& kind);
[[nodiscard]] bool is_pss_mechanism(CK_MECHANISM_TYPE mechanism);

// SignatureForm is what goes to C_Sign for a digest (or a message, for EdDSA), and how what comes back becomes the
// octets of a certificate's BIT STRING.
class SignatureForm {
 public:
  // for_key: kUsage for kinds without a recipe.
  [[nodiscard]] static base::Result<SignatureForm> for_key(const x509::PublicKey& key);

  // mechanism stays valid with this object.
  [[nodiscard]] CK_MECHANISM mechanism() const;
  [[nodiscard]] base::Bytes to_sign(base::ByteView digest_or_message) const;
  // finish gives nothing for what cannot be a signature of this key.
  [[nodiscard]] std::optional<base::Bytes> finish(base::ByteView signature) const;
  [[nodiscard]] std::size_t longest() const { return longest_; }

 private:
  CK_MECHANISM_TYPE type_ = 0;
  std::optional<CK_RSA_PKCS_PSS_PARAMS> pss_;
  base::Bytes digest_info_;     // RFC 8017 section 9.2, before the digest
  std::size_t coordinate_ = 0;  // octets of r and of s; 0 for what is not ECDSA
  std::size_t longest_ = 0;
};

}  // namespace yuxin::keymgmt
