// The key tree of a home: root, domain, service and user keys, each wrapped under the one above it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/keymgmt/key_state.hpp"
#include "yuxin/keymgmt/unlock.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::keymgmt {

// KeyLevel is the storey of a key. A parent stands on a higher one than its children.
enum class KeyLevel { kRoot = 0, kDomain = 1, kService = 2, kUser = 3 };
[[nodiscard]] std::string_view key_level_name(KeyLevel level);  // "root", "domain", "service", "user"
[[nodiscard]] std::string key_level_text(KeyLevel level);       // for people
[[nodiscard]] std::optional<KeyLevel> parse_key_level(std::string_view name);

// TreeKey is what everybody may know of a key.
struct TreeKey {
  std::int64_t id = 0;
  std::string name;
  std::optional<std::int64_t> parent;  // nothing for the root
  KeyLevel level = KeyLevel::kUser;
  std::optional<x509::KeyKind> kind;  // nothing for a key that wraps (AES-256)
  base::Bytes public_key;             // DER SubjectPublicKeyInfo; empty for a key that wraps
  KeyState state = KeyState::kPreActive;
  base::UnixTime since;  // of the state
  base::UnixTime created_at;
  std::optional<base::UnixTime> not_after;  // may protect nothing new from then on
  std::optional<std::int64_t> use_limit;
  std::int64_t uses = 0;     // keys wrapped, or signatures (counted in advance, in blocks)
  std::int64_t version = 0;  // the present one, from 1
  [[nodiscard]] bool wraps() const { return !kind.has_value(); }
};

struct NewKey {
  std::string name;  // lower-case letters, digits, hyphens; parts are separated by "/": at most 120 octets
  std::string parent;
  KeyLevel level = KeyLevel::kUser;
  std::optional<x509::KeyKind> kind;   // nothing: a key that wraps
  KeyState state = KeyState::kActive;  // or kPreActive
  std::optional<base::UnixTime> not_after;
  std::optional<std::int64_t> use_limit;  // at least 1
};

// KeyContext says for whom and when, for the ledger.
struct KeyContext {
  std::string actor;
  base::UnixTime now;
};

// KeyTree works on the tables of a store. Every change is one transaction with its record in the ledger, so that a
// crash leaves the old state or the new one. Wrapping is AES-256-GCM under a key of the parent, bound to the names
// and versions of both, so that no wrapped key can stand in for another. Thread-safe; several processes may use one
// tree. Errors of all: kNotFound for a name that is not there; kConflict for a state that does not allow it;
// kIntegrity when what is stored does not open.
class KeyTree {
 public:
  // open takes the root's key in its present version and, while a rotation is going on, in the one before. A tree
  // without a root gets one. kNotAuthorised when the key is not the one of this tree.
  [[nodiscard]] static base::Result<std::shared_ptr<KeyTree>> open(std::shared_ptr<store::Store> store,
                                                                   std::vector<RootKey> roots,
                                                                   const KeyContext& context);
  ~KeyTree();

  // create makes a key. kConflict: name taken, or the parent may not wrap (state, end, use limit). kUsage: no such
  // name, a parent on the same or a lower storey, a parent that signs.
  [[nodiscard]] base::Result<TreeKey> create(const NewKey& wanted, const KeyContext& context);
  // create_many makes keys in one transaction: all of them or none. For bulk: a thousand at a time.
  [[nodiscard]] base::Result<std::vector<TreeKey>> create_many(const std::vector<NewKey>& wanted,
                                                               const KeyContext& context);

  // signer opens a key that signs. Every signature counts; kSigner from `sign` when the key may sign no more.
  [[nodiscard]] base::Result<std::shared_ptr<const x509::Signer>> signer(std::string_view name,
                                                                         const KeyContext& context);

  // change moves a key to another state (may_become; kConflict otherwise). Destruction is `destroy`.
  [[nodiscard]] base::Result<TreeKey> change(std::string_view name, KeyState to, const std::string& reason,
                                             const KeyContext& context);

  // rotate gives a wrapping key a new version and wraps everything directly below it anew, in transactions of a few
  // hundred; then the old versions are destroyed. Calling it again goes on where the last call stopped. The root is
  // rotated by `open` with both versions and this. A compromised key is active with its new version; one that is
  // deactivated stays so; a suspended or pre-active one is kConflict. Gives how many keys were wrapped by this call.
  [[nodiscard]] base::Result<std::int64_t> rotate(std::string_view name, const KeyContext& context,
                                                  const Progress& progress = {});
  // check_rotate gives how many keys rotate would wrap, and its errors.
  [[nodiscard]] base::Result<std::int64_t> check_rotate(std::string_view name, base::UnixTime now) const;
  // finish_rotation is rotate without beginning a new one; nothing happens where none is open.
  [[nodiscard]] base::Result<std::int64_t> finish_rotation(std::string_view name, const KeyContext& context,
                                                           const Progress& progress = {});

  // destroy overwrites every version of a key; its record holds the digests of what was destroyed. A key below which
  // any is not destroyed yet is kConflict, unless `below` says that they go with it.
  enum class Below { kRefuse, kDestroyToo };
  [[nodiscard]] base::Result<std::int64_t> destroy(std::string_view name, Below below, const std::string& reason,
                                                   const KeyContext& context);
  // check_destroy gives how many keys destroy would destroy, and its errors.
  [[nodiscard]] base::Result<std::int64_t> check_destroy(std::string_view name, Below below) const;

  // verify opens every key that is not destroyed and compares it with its check value and public key.
  struct Report {
    std::int64_t keys = 0;
    std::int64_t destroyed = 0;
    std::int64_t versions = 0;
    std::vector<std::string> problems;  // empty: nothing wrong; at most a hundred
  };
  [[nodiscard]] base::Result<Report> verify(const Progress& progress = {});

  struct Impl;
  explicit KeyTree(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

// What is known without any key, for lists.
[[nodiscard]] base::Result<TreeKey> tree_key(store::Reader& reader, std::string_view name);  // kNotFound
// tree_keys gives those directly below a key, or the root alone for nothing, by id.
[[nodiscard]] base::Result<std::vector<TreeKey>> tree_keys(store::Reader& reader, std::optional<std::int64_t> parent);
// for_each_tree_key visits all by id, in constant memory.
[[nodiscard]] base::Result<> for_each_tree_key(store::Reader& reader,
                                               const std::function<base::Result<>(const TreeKey&)>& visitor);

[[nodiscard]] std::span<const store::Migration> migrations();

}  // namespace yuxin::keymgmt
