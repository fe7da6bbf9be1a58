// The software key store of a home: private keys in files, under one key that a passphrase unlocks.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::keymgmt {

// KeyInfo describes a key without unlocking anything.
struct KeyInfo {
  std::string name;
  x509::PublicKey public_key;
};

// SoftwareKeyStore keeps private keys as encrypted PKCS#8 (RFC 5958, PBES2) in the folder `keys` of a home:
//
//   keys/unlock.json   the key-encryption key, 32 random octets, sealed by AES-256-GCM under the passphrase (scrypt,
//                      RFC 7914, N = 2^17, r = 8, p = 1: about 128 MiB and a third of a second a guess)
//   keys/NAME.key      a private key, encrypted under a key derived from the key-encryption key for that name
//   keys/NAME.pub      its public key (PEM), so that listing needs no passphrase
//
// A key is durable before `generate` returns. Thread-safe once unlocked.
class SoftwareKeyStore {
 public:
  // create makes the folder with a new key-encryption key. kConflict when there is one already.
  [[nodiscard]] static base::Result<std::shared_ptr<SoftwareKeyStore>> create(const std::string& folder,
                                                                              const base::Secret& passphrase);
  // unlock opens it. kNotAuthorised for a wrong passphrase, kNotFound when there is no store, kIntegrity when the
  // file is damaged.
  [[nodiscard]] static base::Result<std::shared_ptr<SoftwareKeyStore>> unlock(const std::string& folder,
                                                                              const base::Secret& passphrase);
  // list reads the public halves; needs no passphrase.
  [[nodiscard]] static base::Result<std::vector<KeyInfo>> list(const std::string& folder);

  // generate makes a key. kConflict when the name is taken, kUsage when it is not lower-case letters, digits,
  // hyphens.
  [[nodiscard]] base::Result<x509::PublicKey> generate(std::string_view name, const x509::KeyKind& kind);
  // ensure gives the key of that name: a new one, or the one that an interrupted attempt left, whose public file is
  // written again. No key is ever deleted, because a copy of its request may be in the world. kConflict when the key
  // that is there is of another kind, kIntegrity when its file is damaged.
  [[nodiscard]] base::Result<x509::PublicKey> ensure(std::string_view name, const x509::KeyKind& kind);
  // signer opens a key for signing with its usual algorithm. kNotFound.
  [[nodiscard]] base::Result<std::shared_ptr<const x509::Signer>> signer(std::string_view name) const;

  SoftwareKeyStore(std::string folder, base::Secret key_encryption_key)
      : folder_(std::move(folder)), key_encryption_key_(std::move(key_encryption_key)) {}

 private:
  std::string folder_;
  base::Secret key_encryption_key_;
};

}  // namespace yuxin::keymgmt
