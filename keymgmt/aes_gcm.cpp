#include "aes_gcm.hpp"

#include <openssl/evp.h>

#include <memory>

namespace yuxin::keymgmt {

namespace {

using base::ByteView;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

// Fetched once: to look an algorithm up costs more than to encrypt a key with it.
const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const kCipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return kCipher;
}

int length(ByteView view) { return static_cast<int>(view.size()); }

bool sized(const base::Secret& key, ByteView nonce) {
  return aes_256_gcm() != nullptr && key.size() == kGcmKeySize && nonce.size() == kGcmNonceSize;
}

}  // namespace

std::optional<base::Bytes> gcm_encrypt(const base::Secret& key, ByteView nonce, ByteView additional, ByteView plain) {
  const Context context(EVP_CIPHER_CTX_new());
  base::Bytes out(plain.size() + kGcmTagSize);
  int written = 0;
  const bool done =
      context && sized(key, nonce) &&
      EVP_EncryptInit_ex2(context.get(), aes_256_gcm(), key.view().data(), nonce.data(), nullptr) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &written, additional.data(), length(additional)) == 1 &&
      EVP_EncryptUpdate(context.get(), out.data(), &written, plain.data(), length(plain)) == 1 &&
      EVP_EncryptFinal_ex(context.get(), out.data() + plain.size(), &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTagSize, out.data() + plain.size()) == 1;
  if (!done) return std::nullopt;
  return out;
}

std::optional<base::Secret> gcm_decrypt(const base::Secret& key, ByteView nonce, ByteView additional,
                                        ByteView sealed) {
  const Context context(EVP_CIPHER_CTX_new());
  if (!context || !sized(key, nonce) || sealed.size() < kGcmTagSize) return std::nullopt;
  const auto cipher = sealed.first(sealed.size() - kGcmTagSize);
  base::Secret out(cipher.size());
  auto tag = base::to_bytes(sealed.last(kGcmTagSize));
  int written = 0;
  const bool done =
      EVP_DecryptInit_ex2(context.get(), aes_256_gcm(), key.view().data(), nonce.data(), nullptr) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &written, additional.data(), length(additional)) == 1 &&
      EVP_DecryptUpdate(context.get(), out.data(), &written, cipher.data(), length(cipher)) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kGcmTagSize, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), out.data() + out.size(), &written) == 1;
  if (!done) return std::nullopt;
  return out;
}

}  // namespace yuxin::keymgmt
