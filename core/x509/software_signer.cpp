#include "key_impl.hpp"

namespace yuxin::x509 {

namespace {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::fail_with;
using base::Result;

base::Failure refused(const PublicKey& key) {
  return fail_with(Code::kSigner, take_openssl_error(), "The key of kind {} failed to sign.",
                   print_key_kind(key.kind()));
}

// SoftwareSigner signs with a key in memory.
class SoftwareSigner final : public Signer {
 public:
  SoftwareSigner(std::shared_ptr<const PrivateKey::Impl> key, SignatureAlgorithm algorithm)
      : key_(std::move(key)), algorithm_(algorithm) {}

  [[nodiscard]] const PublicKey& public_key() const override { return key_->public_key; }
  [[nodiscard]] SignatureAlgorithm algorithm() const override { return algorithm_; }

  [[nodiscard]] Result<Bytes> sign(ByteView tbs) const override {
    if (family(algorithm_) == SignatureFamily::kEdDsa) return sign_message(tbs);
    return sign_value(message_digest(key_->public_key, algorithm_, tbs).view());
  }

  [[nodiscard]] Result<Bytes> sign_digest(ByteView digest) const override {
    const SignatureScheme& row = scheme(algorithm_);
    if (!row.digest) {
      return fail(Code::kUsage, "{} signs whole messages, not digests: sign the message itself.", row.name);
    }
    if (digest.size() != digest_size(*row.digest)) {
      return fail(Code::kUsage, "A digest for {} has {} octets, not {}.", row.name, digest_size(*row.digest),
                  digest.size());
    }
    return sign_value(digest);
  }

 private:
  [[nodiscard]] EvpPkeyContextPtr make_context() const {
    EvpPkeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_->key.get(), nullptr));
    if (!context || EVP_PKEY_sign_init(context.get()) != 1 || !configure_context(context.get(), algorithm_))
      return {};
    return context;
  }

  [[nodiscard]] Result<Bytes> sign_value(ByteView digest) const {
    EvpPkeyContextPtr context = contexts_.take(algorithm_);
    if (!context) context = make_context();
    Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_->key.get())));
    std::size_t size = signature.size();
    if (!context || EVP_PKEY_sign(context.get(), signature.data(), &size, digest.data(), digest.size()) != 1) {
      return refused(key_->public_key);
    }
    contexts_.give_back(algorithm_, std::move(context));
    signature.resize(size);
    return signature;
  }

  [[nodiscard]] Result<Bytes> sign_message(ByteView tbs) const {
    const EvpMdContextPtr context(EVP_MD_CTX_new());
    Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_->key.get())));
    std::size_t size = signature.size();
    if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->key.get()) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &size, tbs.data(), tbs.size()) != 1) {
      return refused(key_->public_key);
    }
    signature.resize(size);
    return signature;
  }

  std::shared_ptr<const PrivateKey::Impl> key_;
  SignatureAlgorithm algorithm_;
  mutable ContextPool contexts_;
};

}  // namespace

std::shared_ptr<const Signer> make_software_signer(std::shared_ptr<const PrivateKey::Impl> key,
                                                   SignatureAlgorithm algorithm) {
  return std::make_shared<SoftwareSigner>(std::move(key), algorithm);
}

}  // namespace yuxin::x509
