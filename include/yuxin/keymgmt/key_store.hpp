// Key stores: where private keys live, and how the rest of the program reaches them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::keymgmt {

// KeyInfo describes a key without unlocking anything.
struct KeyInfo {
  std::string name;
  x509::PublicKey public_key;
};

// KeyStore keeps private keys under names and gives signers for them; no key ever leaves it. The names that it makes
// are 1 to 64 lower-case letters, digits and hyphens. Thread-safe. A signer may outlive its store.
class KeyStore {
 public:
  KeyStore() = default;
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;
  virtual ~KeyStore() = default;

  // generate makes a key, which is durable when it returns. kConflict when the name is taken (of several callers, in
  // several processes too, one gets it at the most), kUsage when it is no name, kRefused for a kind that this store
  // does not make.
  [[nodiscard]] virtual base::Result<x509::PublicKey> generate(std::string_view name, const x509::KeyKind& kind) = 0;
  // ensure gives the key of that name: a new one, or the one that an interrupted attempt left. No key is ever
  // deleted, because a copy of its request may be in the world. kConflict when the key that is there is of another
  // kind.
  [[nodiscard]] virtual base::Result<x509::PublicKey> ensure(std::string_view name, const x509::KeyKind& kind) = 0;
  // signer opens a key for signing with the usual algorithm of its kind. kNotFound.
  [[nodiscard]] virtual base::Result<std::shared_ptr<const x509::Signer>> signer(std::string_view name) const = 0;
  // public_key is the half of the private key that is there, and of no other. kNotFound; kIntegrity when damaged.
  [[nodiscard]] virtual base::Result<x509::PublicKey> public_key(std::string_view name) const = 0;
  // list reads the public halves of all keys, in the order of their names, and needs nothing unlocked.
  [[nodiscard]] virtual base::Result<std::vector<KeyInfo>> list() const = 0;
};

// is_key_name says whether a store would make a key of that name.
[[nodiscard]] bool is_key_name(std::string_view name);

}  // namespace yuxin::keymgmt
