// The software key store of a home: private keys in files, under one key that a passphrase unlocks.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/file.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/keymgmt/key_store.hpp"
#include "yuxin/keymgmt/token_key_store.hpp"
#include "yuxin/keymgmt/unlock.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::keymgmt {

// SoftwareKeyStore keeps private keys as encrypted PKCS#8 (RFC 5958, PBES2) in the folder `keys` of a home:
//
//   keys/unlock.json   the ways to the root key of the home (unlock.hpp)
//   keys/NAME.key      a private key, encrypted under a key derived from the root key for that name
//   keys/NAME.pub      its public key (PEM), so that listing needs no passphrase
//
// A key is durable before `generate` returns. A key that has signed stays open until its file changes or goes,
// because opening one costs more than its signature. Thread-safe once unlocked.
class SoftwareKeyStore final : public KeyStore {
 public:
  // create makes the folder with a new root key behind a passphrase. kConflict when there is one already.
  [[nodiscard]] static base::Result<std::shared_ptr<SoftwareKeyStore>> create(const std::string& folder,
                                                                              const base::Secret& passphrase);
  // unlock opens it. kNotAuthorised for a wrong passphrase, kNotFound when there is no store, kIntegrity when the
  // file is damaged.
  [[nodiscard]] static base::Result<std::shared_ptr<SoftwareKeyStore>> unlock(const std::string& folder,
                                                                              const base::Secret& passphrase);
  // list reads the public halves; needs no passphrase.
  [[nodiscard]] static base::Result<std::vector<KeyInfo>> list(const std::string& folder);

  [[nodiscard]] base::Result<x509::PublicKey> generate(std::string_view name, const x509::KeyKind& kind) override;
  // ensure also writes the public file of a key again that an interrupted attempt left; kIntegrity when the file of
  // the key is damaged.
  [[nodiscard]] base::Result<x509::PublicKey> ensure(std::string_view name, const x509::KeyKind& kind) override;
  [[nodiscard]] base::Result<std::shared_ptr<const x509::Signer>> signer(std::string_view name) const override;
  [[nodiscard]] base::Result<x509::PublicKey> public_key(std::string_view name) const override;
  [[nodiscard]] base::Result<std::vector<KeyInfo>> list() const override { return list(folder_); }

  // rewrap encrypts every key that is under the root key before the present one anew, each file in one step, so that
  // it can be stopped anywhere and called again. `progress` is told how many of how many are done. Gives how many
  // this call did.
  [[nodiscard]] base::Result<std::int64_t> rewrap(const Progress& progress = {});

  // copy_to_token lays a key of this store down on a token, under the name `label`, where it never leaves again; the
  // copy here stays until it is destroyed. It has signed on the token, and the signature was verified, when this
  // returns. Goes on where an earlier attempt was cut off. kConflict when the label names another key there; kRefused
  // where the token takes no such key.
  [[nodiscard]] base::Result<x509::PublicKey> copy_to_token(std::string_view name, TokenKeyStore& token,
                                                            std::string_view label) const;

  // decrypter opens what was sealed to a key. kNotFound.
  [[nodiscard]] base::Result<std::shared_ptr<const x509::Decrypter>> decrypter(std::string_view name) const;
  // tls_key gives a key as PKCS#8, because the TLS library signs by itself: the only kind of key that is ever had in
  // the clear, and its name begins with "tls-". kUsage for every other.
  [[nodiscard]] base::Result<base::Secret> tls_key(std::string_view name) const;

  // sealed_digest is the SHA-256 of the file of a key, as it is sealed. kNotFound.
  [[nodiscard]] base::Result<x509::Digest256> sealed_digest(std::string_view name) const;
  // destroy overwrites the file of a key and removes it; what is there already is not there afterwards, and that is
  // durable. What it cannot reach: copies of the home that were made before, and what a disk keeps behind its own
  // back, which only the root key opens.
  [[nodiscard]] base::Result<> destroy(std::string_view name);

  SoftwareKeyStore(std::string folder, UnlockedRoot root) : folder_(std::move(folder)), root_(std::move(root)) {}

 private:
  [[nodiscard]] base::Result<x509::PrivateKey> open_key(std::string_view name) const;

  // Open is a key as it was opened, and the file that it was opened from.
  struct Open {
    base::OpenFile::Identity file;
    std::shared_ptr<const x509::Signer> signer;
  };
  std::string folder_;
  UnlockedRoot root_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, Open, std::less<>> open_;
};

}  // namespace yuxin::keymgmt
