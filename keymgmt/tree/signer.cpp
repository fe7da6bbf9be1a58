// Signing with a key of the tree.
#include <chrono>

#include "tree.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::int64_t kUsesAhead = 1000;
constexpr std::chrono::seconds kUsesLast{10};

// CountingSigner takes the right to sign in blocks from the tables, so that a signature costs no transaction: the
// count is never below what was signed, and a change of state is seen after ten seconds at the latest. A key with a
// limit takes one at a time.
class CountingSigner final : public x509::Signer {
 public:
  CountingSigner(std::shared_ptr<store::Store> store, std::string name, std::shared_ptr<const x509::Signer> inner,
                 base::UnixTime now)
      : store_(std::move(store)), name_(std::move(name)), inner_(std::move(inner)), opened_(now) {}

  [[nodiscard]] const x509::PublicKey& public_key() const override { return inner_->public_key(); }
  [[nodiscard]] x509::SignatureAlgorithm algorithm() const override { return inner_->algorithm(); }
  [[nodiscard]] Result<base::Bytes> sign(base::ByteView tbs) const override {
    TRY(take());
    return inner_->sign(tbs);
  }
  [[nodiscard]] Result<base::Bytes> sign_digest(base::ByteView digest) const override {
    TRY(take());
    return inner_->sign_digest(digest);
  }

 private:
  using Steady = std::chrono::steady_clock;

  Result<> take() const {
    const std::lock_guard lock(mutex_);
    if (left_ == 0 || Steady::now() - taken_ > kUsesLast) TRY(take_more());
    --left_;
    return {};
  }
  // The time since opening is measured and not asked for: nobody signs longer because a clock was set back.
  Result<> take_more() const {
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(Steady::now() - began_).count();
    const base::UnixTime now = opened_ + base::Seconds{since};
    std::int64_t block = 0;
    auto taken = store_->write([&](store::Writer& writer) -> Result<> {
      auto& session = writer.session();
      TRY(const auto key, tree::need(session, name_));
      block = key.use_limit ? 1 : kUsesAhead;
      TRY(tree::check_may_protect(key, block, now));
      TRY(tree::check_above(session, key));
      return repository::add_uses(session, key.id, block);
    });
    if (!taken && taken.error().code == Code::kConflict) taken.error().code = Code::kSigner;
    TRY(std::move(taken));
    left_ = block;
    taken_ = Steady::now();
    return {};
  }

  const std::shared_ptr<store::Store> store_;
  const std::string name_;
  const std::shared_ptr<const x509::Signer> inner_;
  const base::UnixTime opened_;
  const Steady::time_point began_ = Steady::now();
  mutable std::mutex mutex_;
  mutable std::int64_t left_ = 0;
  mutable Steady::time_point taken_;
};

}  // namespace

Result<std::shared_ptr<const x509::Signer>> KeyTree::signer(std::string_view name, const KeyContext& context) {
  std::optional<x509::PrivateKey> opened;
  TRY(impl_->store->read([&](store::Reader& reader) -> Result<> {
    auto& session = reader.session();
    TRY(const auto key, tree::need(session, name));
    if (key.wraps()) return fail(Code::kUsage, "The key {} wraps other keys and does not sign.", name);
    TRY(tree::check_may_protect(key, 1, context.now));
    TRY(tree::check_above(session, key));
    TRY(const auto version, tree::present_version(session, key));
    TRY(const auto plain, impl_->material(session, key, version));
    TRY(opened, x509::PrivateKey::from_pkcs8(plain.view()));
    if (!base::equal(opened->public_key().spki(), key.public_key))
      return fail(Code::kIntegrity, "The key {} is not the one that its public key says.", name);
    return {};
  }));
  TRY(auto inner, opened->signer(x509::default_signature(opened->public_key().kind())));
  return std::make_shared<CountingSigner>(impl_->store, std::string(name), std::move(inner), context.now);
}

}  // namespace yuxin::keymgmt
