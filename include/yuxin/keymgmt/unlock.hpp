// Unlocking a home: the ways to its root key, in the file keys/unlock.json.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/x509/decrypter.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::keymgmt {

// RootKey is one version of the key at the root of a home, 32 octets. Everything else is encrypted under it.
struct RootKey {
  std::int64_t version = 1;
  base::Secret key;
};

// Progress is told how many of how many are done; `false` stops the work after the step in hand, to be resumed later.
using Progress = std::function<bool(std::int64_t done, std::int64_t of)>;

// UnlockedRoot is the root key of a home. While a rotation is going on it holds two versions.
struct UnlockedRoot {
  RootKey present;
  std::optional<RootKey> before;
  [[nodiscard]] UnlockedRoot clone() const;
  // versions gives copies, the oldest first, as KeyTree::open takes them.
  [[nodiscard]] std::vector<RootKey> versions() const;
};

// UnlockWay is how the root key can be had; each way alone is enough.
//
//   passphrase  the root key sealed under a passphrase (scrypt and AES-256-GCM)
//   shares      the root key sealed under a key that custodians hold in shares; `label` names their register
//   token       the root key sealed under a key that an RSA key on a token opens (RSAES-OAEP with SHA-256); `label`
//   is
//               the RFC 7512 URI of that key, `key` the SHA-256 of its SubjectPublicKeyInfo
struct UnlockWay {
  enum class Kind { kPassphrase, kShares, kToken } kind = Kind::kPassphrase;
  std::string label;
  x509::Digest256 key{};
  std::string replaces = {};  // of shares with a new secret: the set that goes when they are in force
};

// All of these read or write FOLDER/unlock.json; writing is atomic and durable. Errors: kNotFound when there is no
// file, kIntegrity when it is damaged, kNotAuthorised when what was given does not open it. Nothing changes on error.

// create_unlock_file makes a root key, version 1, behind a passphrase. kConflict when there is a file.
[[nodiscard]] base::Result<UnlockedRoot> create_unlock_file(const std::string& folder,
                                                            const base::Secret& passphrase);
[[nodiscard]] base::Result<UnlockedRoot> unlock_by_passphrase(const std::string& folder,
                                                              const base::Secret& passphrase);
// unlock_by_shares takes what the shares of any set in the file joined to, 32 octets.
[[nodiscard]] base::Result<UnlockedRoot> unlock_by_shares(const std::string& folder, const base::Secret& joined);

// unlock_by_token takes the key on a token that the URI names. kNotFound when the file has no such way; kIntegrity
// when the token has another key of that name than the one that was sealed for; and the errors of the decrypter. The
// root key itself never goes through the token or its module: what they see opens it together with the file.
[[nodiscard]] base::Result<UnlockedRoot> unlock_by_token(const std::string& folder, std::string_view uri,
                                                         const x509::Decrypter& key);

// check_present says whether what was unlocked is still the present version: kConflict when somebody has rotated the
// root key since.
[[nodiscard]] base::Result<> check_present(const std::string& folder, const UnlockedRoot& root);

// unlock_ways says which ways there are; needs nothing.
[[nodiscard]] base::Result<std::vector<UnlockWay>> unlock_ways(const std::string& folder);

// set_passphrase puts a passphrase in place of the one there was, or beside the shares.
[[nodiscard]] base::Result<> set_passphrase(const std::string& folder, const UnlockedRoot& root,
                                            const base::Secret& passphrase);
// add_shares adds a way by shares. kConflict when the label is taken.
[[nodiscard]] base::Result<> add_shares(const std::string& folder, const UnlockedRoot& root, std::string_view label,
                                        const base::Secret& joined);
// replace_shares adds a way by shares of a new secret, which is to take the place of the one that `before` opens, and
// end_replacement takes that one away: between the two both open, so that whichever set of shares is in force does.
// An earlier one that was to replace the same and never ended goes. kNotAuthorised when `before` opens no way;
// kConflict when the label is taken. end_replacement does nothing for a label that replaces nothing (any more):
// kNotFound when there is no such way.
[[nodiscard]] base::Result<> replace_shares(const std::string& folder, const UnlockedRoot& root,
                                            std::string_view label, const base::Secret& joined,
                                            const base::Secret& before);
[[nodiscard]] base::Result<> end_replacement(const std::string& folder, std::string_view label);
// add_token adds a way by a key on a token, after that has opened what was sealed for it. kConflict when the URI is
// taken; kUsage for a key that is not RSA; kSigner when the key does not open it.
[[nodiscard]] base::Result<> add_token(const std::string& folder, const UnlockedRoot& root, std::string_view uri,
                                       const x509::Decrypter& key);
// remove_way takes the passphrase away (kPassphrase, label empty), a set of shares or a token. kConflict for the last
// way, kNotFound when there is no such way.
[[nodiscard]] base::Result<> remove_way(const std::string& folder, const UnlockWay& way);

// begin_root_rotation draws the next version. It can be unlocked by the one way given; all others are gone, because
// nobody can seal for people who are not there. The version before is kept, sealed under the new one, until
// end_root_rotation. kConflict while a rotation is going on.
struct NewWay {
  UnlockWay way;
  const base::Secret& opens;  // the passphrase, or what the shares join to
};
[[nodiscard]] base::Result<UnlockedRoot> begin_root_rotation(const std::string& folder, const UnlockedRoot& root,
                                                             const NewWay& way);
// The same for a key on a token, which has opened what was sealed for it when this returns.
[[nodiscard]] base::Result<UnlockedRoot> begin_root_rotation(const std::string& folder, const UnlockedRoot& root,
                                                             std::string_view uri, const x509::Decrypter& key);
// end_root_rotation forgets the version before. Call it when nothing is encrypted under that any more.
[[nodiscard]] base::Result<> end_root_rotation(const std::string& folder);

}  // namespace yuxin::keymgmt
