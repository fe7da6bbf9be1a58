#include "cms/key_agreement.hpp"
#include "cms/key_transport.hpp"
#include "key_impl.hpp"

namespace yuxin::x509 {

namespace {

using base::ByteView;
using base::Result;
using base::Secret;

// SoftwareDecrypter decrypts and agrees with a key in memory. What the library says is dropped: it would tell what is
// damaged from what is not.
class SoftwareDecrypter final : public Decrypter {
 public:
  explicit SoftwareDecrypter(PrivateKey key) : key_(std::move(key)) {}

  [[nodiscard]] const PublicKey& public_key() const override { return key_.public_key(); }

  [[nodiscard]] Result<std::optional<Secret>> decrypt(const KeyEncryption& how, ByteView encrypted,
                                                      std::size_t octets) const override {
    auto secret = cms::unwrap(key_, how, encrypted, octets);
    static_cast<void>(take_openssl_error());
    return secret;
  }

  [[nodiscard]] Result<std::optional<Secret>> agree(ByteView point) const override {
    auto z = cms::agree(key_, point);
    static_cast<void>(take_openssl_error());
    return z;
  }

 private:
  PrivateKey key_;
};

}  // namespace

std::shared_ptr<const Decrypter> make_software_decrypter(PrivateKey key) {
  return std::make_shared<SoftwareDecrypter>(std::move(key));
}

}  // namespace yuxin::x509
