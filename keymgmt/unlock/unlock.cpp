#include "yuxin/keymgmt/unlock.hpp"

#include <algorithm>

#include "unlock_file.hpp"
#include "way_seal.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

Result<UnlockedRoot> unlocked(const UnlockFile& file, Secret key) {
  UnlockedRoot root{{file.version, std::move(key)}, std::nullopt};
  if (!file.before) return root;
  TRY(auto before, open_before(*file.before, root.present));
  root.before = RootKey{file.version - 1, std::move(before)};
  return root;
}

}  // namespace

UnlockedRoot UnlockedRoot::clone() const {
  UnlockedRoot copy{{present.version, present.key.clone()}, std::nullopt};
  if (before) copy.before = RootKey{before->version, before->key.clone()};
  return copy;
}

std::vector<RootKey> UnlockedRoot::versions() const {
  std::vector<RootKey> all;
  if (before) all.push_back({before->version, before->key.clone()});
  all.push_back({present.version, present.key.clone()});
  return all;
}

Result<UnlockedRoot> unlock_by_passphrase(const std::string& folder, const Secret& passphrase) {
  TRY(const auto file, load_unlock_file(folder));
  const auto way =
      std::ranges::find(file.ways, UnlockWay::Kind::kPassphrase, [](const auto& w) { return w.way.kind; });
  if (way == file.ways.end()) {
    return fail(Code::kNotAuthorised,
                "No passphrase unlocks the keys of this home. What does, says: yuxin unlock list");
  }
  TRY(auto key, open_passphrase_way(*way, passphrase));
  return unlocked(file, std::move(key));
}

Result<UnlockedRoot> unlock_by_shares(const std::string& folder, const Secret& joined) {
  TRY(const auto file, load_unlock_file(folder));
  for (const auto& way : file.ways) {
    if (way.way.kind != UnlockWay::Kind::kShares) continue;
    if (auto key = open_shares_way(way, file.version, joined)) return unlocked(file, std::move(*key));
  }
  return fail(Code::kNotAuthorised, "These shares do not unlock the keys of this home. Nothing was changed.");
}

Result<UnlockedRoot> unlock_by_token(const std::string& folder, std::string_view uri, const x509::Decrypter& key) {
  TRY(const auto file, load_unlock_file(folder));
  const auto way = std::ranges::find_if(
      file.ways, [&](const auto& w) { return w.way.kind == UnlockWay::Kind::kToken && w.way.label == uri; });
  if (way == file.ways.end()) return fail(Code::kNotFound, "This home is not unlocked in that way.");
  TRY(auto root, open_token_way(*way, file.version, key));
  return unlocked(file, std::move(root));
}

Result<std::vector<UnlockWay>> unlock_ways(const std::string& folder) {
  TRY(const auto file, load_unlock_file(folder));
  std::vector<UnlockWay> ways;
  for (const auto& way : file.ways) ways.push_back(way.way);
  return ways;
}

}  // namespace yuxin::keymgmt
