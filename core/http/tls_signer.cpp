// OpenSSL 3.0 has no call-back for one signature but the methods of its older key types; a key with a method of its
// own stays outside of the providers, and TLS asks it for signatures over digests.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "tls_signer.hpp"

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>

#include "tls_session.hpp"
#include "yuxin/base/log.hpp"

namespace yuxin::http {

using base::Code;
using base::Result;
using x509::SignatureAlgorithm;

namespace {

using Held = std::shared_ptr<const x509::Signer>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

void let_go(void* /*parent*/, void* held, CRYPTO_EX_DATA* /*data*/, int /*index*/, long /*number*/,
            void* /*pointer*/) {
  delete static_cast<Held*>(held);
}

int ec_index() {
  static const int kIndex = EC_KEY_get_ex_new_index(0, nullptr, nullptr, nullptr, let_go);
  return kIndex;
}

int rsa_index() {
  static const int kIndex = RSA_get_ex_new_index(0, nullptr, nullptr, nullptr, let_go);
  return kIndex;
}

// signed_into gives the length of the signature, or 0.
unsigned signed_into(const void* held, base::ByteView digest, unsigned char* into, int room) {
  if (held == nullptr) return 0;
  const auto signature = (*static_cast<const Held*>(held))->sign_digest(digest);
  if (!signature) {
    base::log_warning(signature.error().detail);
    return 0;
  }
  if (std::cmp_greater(signature->size(), room)) return 0;
  std::ranges::copy(*signature, into);
  return static_cast<unsigned>(signature->size());
}

int ec_sign(int /*type*/, const unsigned char* digest, int size, unsigned char* into, unsigned* length,
            const BIGNUM* /*kinv*/, const BIGNUM* /*r*/, EC_KEY* key) {
  *length = signed_into(EC_KEY_get_ex_data(key, ec_index()), {digest, static_cast<std::size_t>(size)}, into,
                        ECDSA_size(key));
  return *length > 0 ? 1 : 0;
}

int rsa_sign(int type, const unsigned char* digest, unsigned size, unsigned char* into, unsigned* length,
             const RSA* key) {
  if (type != NID_sha256) return 0;
  *length = signed_into(RSA_get_ex_data(key, rsa_index()), {digest, size}, into, RSA_size(key));
  return *length > 0 ? 1 : 0;
}

const EC_KEY_METHOD* ec_method() {
  static const EC_KEY_METHOD* const kMethod = [] {
    EC_KEY_METHOD* method = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
    EC_KEY_METHOD_set_sign(method, ec_sign, nullptr, nullptr);
    return method;
  }();
  return kMethod;
}

const RSA_METHOD* rsa_method() {
  static const RSA_METHOD* const kMethod = [] {
    RSA_METHOD* method = RSA_meth_dup(RSA_PKCS1_OpenSSL());
    RSA_meth_set1_name(method, "signer");
    RSA_meth_set_flags(method, RSA_METHOD_FLAG_NO_CHECK);
    RSA_meth_set_sign(method, rsa_sign);
    return method;
  }();
  return kMethod;
}

// method_key is the public key with a method that signs by the signer; null when there is no memory for it.
KeyHandle method_key(const x509::PublicKey& key, const Held& signer) {
  const auto spki = key.spki();
  const unsigned char* at = spki.data();
  KeyHandle made(EVP_PKEY_new());
  if (key.kind().type == x509::KeyType::kRsa) {
    RSA* rsa = d2i_RSA_PUBKEY(nullptr, &at, static_cast<long>(spki.size()));
    if (rsa == nullptr) return nullptr;
    RSA_set_method(rsa, rsa_method());
    RSA_set_ex_data(rsa, rsa_index(), new Held(signer));
    if (EVP_PKEY_assign_RSA(made.get(), rsa) == 1) return made;
    RSA_free(rsa);
    return nullptr;
  }
  EC_KEY* ec = d2i_EC_PUBKEY(nullptr, &at, static_cast<long>(spki.size()));
  if (ec == nullptr) return nullptr;
  EC_KEY_set_method(ec, ec_method());
  EC_KEY_set_ex_data(ec, ec_index(), new Held(signer));
  if (EVP_PKEY_assign_EC_KEY(made.get(), ec) == 1) return made;
  EC_KEY_free(ec);
  return nullptr;
}

const char* offered_by(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::kEcdsaSha256:
      return "ECDSA+SHA256";
    case SignatureAlgorithm::kEcdsaSha384:
      return "ECDSA+SHA384";
    case SignatureAlgorithm::kEcdsaSha512:
      return "ECDSA+SHA512";
    case SignatureAlgorithm::kRsaSha256:
      return "RSA+SHA256";
    default:
      return nullptr;
  }
}

}  // namespace

Result<> use_signer(SSL_CTX* context, const std::shared_ptr<const x509::Signer>& signer) {
  const char* const offered = offered_by(signer->algorithm());
  if (offered == nullptr) {
    return base::fail(
        Code::kUsage,
        "The key of this identity is on a token and of a kind that TLS cannot use there. Take an identity "
        "with a key on a NIST curve, or RSA.");
  }
  const auto key = method_key(signer->public_key(), signer);
  const bool rsa = signer->algorithm() == SignatureAlgorithm::kRsaSha256;
  if (!key || SSL_CTX_set1_client_sigalgs_list(context, offered) != 1 ||
      (rsa && SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION) != 1) ||
      SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return base::fail_with(Code::kUsage, tls_diagnostic(), "The key on the token cannot be used for TLS.");
  }
  return {};
}

}  // namespace yuxin::http
