#include "token_signer.hpp"

#include <atomic>

#include "token_algorithm.hpp"
#include "token_known_key.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::keymgmt {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::Result;
using x509::PublicKey;
using x509::SignatureScheme;

namespace {

// TokenSigner signs in a session of the pool. The digest is made here: tokens are slow, and lines to them thin.
class TokenSigner final : public x509::Signer {
 public:
  TokenSigner(std::shared_ptr<TokenLink> link, KnownKey key, SignatureForm form)
      : link_(std::move(link)),
        key_(std::move(key)),
        algorithm_(x509::default_signature(key_.public_key().kind())),
        form_(std::move(form)) {}

  [[nodiscard]] const PublicKey& public_key() const override { return key_.public_key(); }
  [[nodiscard]] x509::SignatureAlgorithm algorithm() const override { return algorithm_; }

  [[nodiscard]] Result<Bytes> sign(ByteView tbs) const override {
    const SignatureScheme& row = x509::scheme(algorithm_);
    TRY(auto made, row.digest ? sign_value(x509::digest(*row.digest, tbs)) : sign_value(tbs));
    if (made.first || !proven_.load(std::memory_order_relaxed)) {
      if (!x509::verify_tbs(public_key(), row.identifier, tbs, made.octets)) return foreign_key();
      proven_ = true;
    }
    return std::move(made.octets);
  }

  [[nodiscard]] Result<Bytes> sign_digest(ByteView digest) const override {
    const SignatureScheme& row = x509::scheme(algorithm_);
    if (!row.digest) {
      return fail(Code::kUsage, "{} signs whole messages, not digests: sign the message itself.", row.name);
    }
    if (digest.size() != x509::digest_size(*row.digest)) {
      return fail(Code::kUsage, "A digest for {} has {} octets, not {}.", row.name, x509::digest_size(*row.digest),
                  digest.size());
    }
    TRY(auto made, sign_value(digest));
    // a digest cannot be verified without its message, so the key signs one that is known
    if (made.first || !proven_.load(std::memory_order_relaxed))
      TRY(sign(base::as_bytes("a key that signs this is whole")));
    return std::move(made.octets);
  }

 private:
  // Made is a signature, and whether it is the first by this key in its session.
  struct Made {
    Bytes octets;
    bool first = false;
  };

  [[nodiscard]] base::Failure foreign_key() const {
    return fail(Code::kIntegrity,
                "The key {} on token {} does not belong to the public key beside it: its signature does not verify. "
                "Nothing was signed.",
                key_.selector().text(), link_->title());
  }

  [[nodiscard]] Result<Made> sign_value(ByteView value) const {
    const Bytes octets = form_.to_sign(value);
    return link_->perform<Made>(TokenLink::Login::kUser, TokenLink::Retry::kAfterLoss,
                                [&](Desk& desk) { return sign_at(desk, octets); });
  }

  [[nodiscard]] Outcome<Made> sign_at(Desk& desk, const Bytes& octets) const {
    const bool first = !key_.seen_in(desk);
    auto key = key_.handle_at(desk);
    if (!key) return tl::unexpected(std::move(key).error());
    CK_MECHANISM mechanism = form_.mechanism();
    auto* functions = desk.functions();
    CK_RV rv = functions->C_SignInit(desk.session.handle, &mechanism, *key);
    if (rv != CKR_OK) return trouble(rv, desk.token(), "C_SignInit");
    if (key_.always_authenticate()) {
      auto done = link_->authenticate(desk);
      if (!done) return tl::unexpected(std::move(done).error());
    }
    CK_BYTE nothing = 0;  // some modules take a null pointer for no message at all
    Bytes raw(form_.longest());
    CK_ULONG size = raw.size();
    // the interface is not const-correct; modules read the message only
    rv = functions->C_Sign(desk.session.handle, octets.empty() ? &nothing : const_cast<CK_BYTE*>(octets.data()),
                           octets.size(), raw.data(), &size);
    if (rv != CKR_OK) return trouble(rv, desk.token(), "C_Sign");
    auto signature = form_.finish(ByteView(raw).first(std::min<std::size_t>(size, raw.size())));
    if (signature) return Made{std::move(*signature), first};
    return settled(fail(Code::kSigner, "Token {} gave {} octets that are no signature of its key {}.", desk.token(),
                        size, key_.selector().text()));
  }

  std::shared_ptr<TokenLink> link_;
  KnownKey key_;
  x509::SignatureAlgorithm algorithm_;
  SignatureForm form_;
  mutable std::atomic<bool> proven_ = false;
};

}  // namespace

Result<std::shared_ptr<const x509::Signer>> make_token_signer(std::shared_ptr<TokenLink> link, KeySelector selector,
                                                              const TokenKey& key) {
  TRY(auto form, SignatureForm::for_key(key.public_key));
  return std::make_shared<TokenSigner>(std::move(link), KnownKey(std::move(selector), key), std::move(form));
}

}  // namespace yuxin::keymgmt
