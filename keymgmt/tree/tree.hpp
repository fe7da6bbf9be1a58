// What the parts of the key tree share: the keys that are open, and how one is opened.
#pragma once

#include <map>
#include <mutex>
#include <utility>

#include "tree_repository.hpp"
#include "wrap.hpp"
#include "yuxin/evidence/canonical.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::keymgmt {

struct KeyTree::Impl {
  Impl(std::shared_ptr<store::Store> store_in, std::vector<RootKey> roots_in)
      : store(std::move(store_in)), roots(std::move(roots_in)) {}

  std::shared_ptr<store::Store> store;
  const std::vector<RootKey> roots;

  // material gives the octets of a version. Wrapping keys that were opened once stay open.
  [[nodiscard]] base::Result<base::Secret> material(store::Session& session, const TreeKey& key,
                                                    const repository::VersionRow& version);
  // forget closes what is open, after a destruction.
  void forget();

 private:
  [[nodiscard]] const base::Secret* root(std::int64_t number) const;
  std::mutex mutex_;
  std::map<std::int64_t, base::Secret> open_;  // by id of the version
};

namespace tree {

// need gives a key that must be there: kNotFound.
[[nodiscard]] base::Result<TreeKey> need(store::Session& session, std::string_view name);
// present_version is the one that protects now.
[[nodiscard]] base::Result<repository::VersionRow> present_version(store::Session& session, const TreeKey& key);
// check_above refuses (kConflict) when a key above may not be used to open what is below it.
[[nodiscard]] base::Result<> check_above(store::Session& session, const TreeKey& key);
// check_may_protect refuses (kConflict) when the state, the end or the limit forbids `count` more uses.
[[nodiscard]] base::Result<> check_may_protect(const TreeKey& key, std::int64_t count, base::UnixTime now);
// record writes the ledger's record about a key: kind "key.<what>", object "keys/<name>".
[[nodiscard]] base::Result<> record(store::Writer& writer, std::string_view what, std::string_view key,
                                    std::string data, const KeyContext& context);

}  // namespace tree
}  // namespace yuxin::keymgmt
