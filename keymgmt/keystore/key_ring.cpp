#include "yuxin/keymgmt/key_ring.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using x509::PublicKey;

void KeyRing::set_pins(std::optional<std::string> pin_file, AskPin ask_pin) {
  options_.pin_file = std::move(pin_file);
  options_.ask_pin = std::move(ask_pin);
}

Result<std::shared_ptr<TokenKeyStore>> KeyRing::token(std::string_view uri) const {
  TRY(const auto name, token_of(uri));
  const std::lock_guard lock(mutex_);
  if (const auto known = tokens_.find(name); known != tokens_.end()) return known->second;
  TRY(auto opened, TokenKeyStore::open(name, options_));
  tokens_.emplace(name, opened);
  return opened;
}

Result<std::shared_ptr<KeyStore>> KeyRing::store_of(std::string_view name) const {
  if (is_token_name(name)) return token(name);
  if (software_) return software_;
  return fail(Code::kNotAuthorised, "The keys are locked; the key {} was not opened.", name);
}

Result<PublicKey> KeyRing::generate(std::string_view name, const x509::KeyKind& kind) {
  TRY(const auto store, store_of(name));
  return store->generate(name, kind);
}

Result<PublicKey> KeyRing::ensure(std::string_view name, const x509::KeyKind& kind) {
  TRY(const auto store, store_of(name));
  return store->ensure(name, kind);
}

Result<std::shared_ptr<const x509::Signer>> KeyRing::signer(std::string_view name) const {
  TRY(const auto store, store_of(name));
  return store->signer(name);
}

Result<PublicKey> KeyRing::public_key(std::string_view name) const {
  TRY(const auto store, store_of(name));
  return store->public_key(name);
}

Result<std::vector<KeyInfo>> KeyRing::list() const {
  TRY(const auto store, store_of(""));
  return store->list();
}

Result<std::shared_ptr<SoftwareKeyStore>> KeyRing::software() const {
  if (software_) return software_;
  return base::fail(base::Code::kNotAuthorised, "The keys of this home are locked.");
}

}  // namespace yuxin::keymgmt
