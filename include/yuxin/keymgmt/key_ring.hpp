// The keys of an installation, wherever they are: in its software store or on tokens.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/keymgmt/key_store.hpp"
#include "yuxin/keymgmt/keystore.hpp"
#include "yuxin/keymgmt/token_key_store.hpp"

namespace yuxin::keymgmt {

// KeyRing leads a name to its store: RFC 7512 URIs ("pkcs11:token=city-root;object=root") to the token that they
// name, which is opened once and when it is first needed, and all others to the software store. Thread-safe, but for
// the two functions that set it up.
class KeyRing final : public KeyStore {
 public:
  explicit KeyRing(TokenOptions options) : options_(std::move(options)) {}

  // set_pins says where PINs come from that no URI names; before any token is used.
  void set_pins(std::optional<std::string> pin_file, AskPin ask_pin);
  // add_software gives the ring its unlocked store; until then such keys are kNotAuthorised.
  void add_software(std::shared_ptr<SoftwareKeyStore> store) { software_ = std::move(store); }

  [[nodiscard]] base::Result<x509::PublicKey> generate(std::string_view name, const x509::KeyKind& kind) override;
  [[nodiscard]] base::Result<x509::PublicKey> ensure(std::string_view name, const x509::KeyKind& kind) override;
  [[nodiscard]] base::Result<std::shared_ptr<const x509::Signer>> signer(std::string_view name) const override;
  [[nodiscard]] base::Result<x509::PublicKey> public_key(std::string_view name) const override;
  // list has the keys of the software store.
  [[nodiscard]] base::Result<std::vector<KeyInfo>> list() const override;

  // token opens the token of a URI, with or without an object. Errors: those of TokenKeyStore::open.
  [[nodiscard]] base::Result<std::shared_ptr<TokenKeyStore>> token(std::string_view uri) const;
  // software is the unlocked store of the home; kNotAuthorised before.
  [[nodiscard]] base::Result<std::shared_ptr<SoftwareKeyStore>> software() const;
  [[nodiscard]] const TokenOptions& token_options() const { return options_; }

 private:
  [[nodiscard]] base::Result<std::shared_ptr<KeyStore>> store_of(std::string_view name) const;

  TokenOptions options_;
  std::shared_ptr<SoftwareKeyStore> software_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<TokenKeyStore>, std::less<>> tokens_;  // by the URI of the token
};

}  // namespace yuxin::keymgmt
