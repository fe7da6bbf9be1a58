// The ways to the root key are made, added and taken away, and the root key itself is exchanged.
#include <algorithm>
#include <functional>
#include <utility>

#include "keystore/turn.hpp"
#include "unlock_file.hpp"
#include "way_seal.hpp"
#include "yuxin/keymgmt/unlock.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::Existing;
using base::fail;
using base::Result;
using base::Secret;

namespace {

constexpr std::size_t kRootSize = 32;

// Whoever adds a way has unlocked this very file: one that was exchanged meanwhile is not overwritten.
Result<UnlockFile> read_for(const std::string& folder, const UnlockedRoot& root) {
  TRY(auto file, load_unlock_file(folder));
  if (file.version == root.present.version) return file;
  return fail(
      Code::kConflict,
      "The root key of this home was rotated meanwhile. Start the program again, so that it is unlocked anew. "
      "Nothing was changed.");
}

bool is_taken(const UnlockFile& file, std::string_view label) {
  return std::ranges::any_of(file.ways, [&](const auto& way) { return way.way.label == label; });
}

// The one way to the next root key is made when that has been drawn.
using MakeWay = std::function<Result<UnlockFile::Way>(const RootKey& next)>;

Result<UnlockedRoot> begin_rotation(const std::string& folder, const UnlockedRoot& root, const MakeWay& make) {
  // nobody writes a key under the version before while the next one comes into force
  TRY(const auto turn, Turn::take(folder));
  TRY(const auto file, read_for(folder, root));
  if (file.before || root.before)
    return fail(Code::kConflict, "A rotation of the root key is going on. Finish it first: yuxin key rotate root");
  UnlockedRoot next{{root.present.version + 1, Secret(kRootSize)},
                    RootKey{root.present.version, root.present.key.clone()}};
  base::random_bytes({next.present.key.data(), next.present.key.size()});
  UnlockFile written;
  written.version = next.present.version;
  TRY(auto way, make(next.present));
  written.ways.push_back(std::move(way));
  TRY(written.before, seal_before(next.present, root.present.key));
  TRY(save_unlock_file(folder, written, Existing::kReplace));
  return next;
}

}  // namespace

Result<UnlockedRoot> create_unlock_file(const std::string& folder, const Secret& passphrase) {
  UnlockedRoot root{{1, Secret(kRootSize)}, std::nullopt};
  base::random_bytes({root.present.key.data(), root.present.key.size()});
  UnlockFile file;
  TRY(auto way, seal_for_passphrase(root.present, passphrase));
  file.ways.push_back(std::move(way));
  TRY(save_unlock_file(folder, file, Existing::kRefuse));
  return root;
}

Result<> check_present(const std::string& folder, const UnlockedRoot& root) {
  TRY(read_for(folder, root));
  return {};
}

// Each change takes its turn, so that two at the same time do not undo one another.

Result<> set_passphrase(const std::string& folder, const UnlockedRoot& root, const Secret& passphrase) {
  TRY(auto way, seal_for_passphrase(root.present, passphrase));
  TRY(const auto turn, Turn::take(folder));
  TRY(auto file, read_for(folder, root));
  std::erase_if(file.ways, [](const auto& w) { return w.way.kind == UnlockWay::Kind::kPassphrase; });
  file.ways.insert(file.ways.begin(), std::move(way));
  return save_unlock_file(folder, file, Existing::kReplace);
}

Result<> add_shares(const std::string& folder, const UnlockedRoot& root, std::string_view label,
                    const Secret& joined) {
  TRY(auto way, seal_for_shares(root.present, label, joined));
  TRY(const auto turn, Turn::take(folder));
  TRY(auto file, read_for(folder, root));
  if (is_taken(file, label))
    return fail(Code::kConflict, "The shares {} unlock this home already. Nothing was changed.", label);
  file.ways.push_back(std::move(way));
  return save_unlock_file(folder, file, Existing::kReplace);
}

Result<> replace_shares(const std::string& folder, const UnlockedRoot& root, std::string_view label,
                        const Secret& joined, const Secret& before) {
  TRY(auto way, seal_for_shares(root.present, label, joined));
  TRY(const auto turn, Turn::take(folder));
  TRY(auto file, read_for(folder, root));
  if (is_taken(file, label))
    return fail(Code::kConflict, "The shares {} unlock this home already. Nothing was changed.", label);
  const auto old = std::ranges::find_if(file.ways, [&](const auto& w) {
    return w.way.kind == UnlockWay::Kind::kShares && open_shares_way(w, file.version, before).has_value();
  });
  if (old == file.ways.end())
    return fail(Code::kNotAuthorised, "These shares do not unlock the keys of this home. Nothing was changed.");
  way.way.replaces = old->way.label;
  // what an attempt left that was given up: its shares are gone
  std::erase_if(file.ways, [&](const auto& w) { return w.way.replaces == way.way.replaces; });
  file.ways.push_back(std::move(way));
  return save_unlock_file(folder, file, Existing::kReplace);
}

Result<> end_replacement(const std::string& folder, std::string_view label) {
  TRY(const auto turn, Turn::take(folder));
  TRY(auto file, load_unlock_file(folder));
  const auto found = std::ranges::find_if(
      file.ways, [&](const auto& w) { return w.way.kind == UnlockWay::Kind::kShares && w.way.label == label; });
  if (found == file.ways.end()) return fail(Code::kNotFound, "This home is not unlocked in that way.");
  if (found->way.replaces.empty()) return {};
  const auto old = std::exchange(found->way.replaces, std::string());
  std::erase_if(file.ways,
                [&](const auto& w) { return w.way.kind == UnlockWay::Kind::kShares && w.way.label == old; });
  return save_unlock_file(folder, file, Existing::kReplace);
}

Result<> add_token(const std::string& folder, const UnlockedRoot& root, std::string_view uri,
                   const x509::Decrypter& key) {
  TRY(auto way, seal_for_token(root.present, uri, key));
  TRY(const auto turn, Turn::take(folder));
  TRY(auto file, read_for(folder, root));
  if (std::ranges::any_of(file.ways, [&](const auto& w) { return w.way.key == way.way.key; })) {
    return fail(Code::kConflict, "The key {} unlocks this home already. Nothing was changed.",
                uri.substr(0, uri.find('?')));
  }
  file.ways.push_back(std::move(way));
  return save_unlock_file(folder, file, Existing::kReplace);
}

Result<> remove_way(const std::string& folder, const UnlockWay& way) {
  TRY(const auto turn, Turn::take(folder));
  TRY(auto file, load_unlock_file(folder));
  const auto found = std::ranges::find_if(
      file.ways, [&](const auto& w) { return w.way.kind == way.kind && w.way.label == way.label; });
  if (found == file.ways.end()) return fail(Code::kNotFound, "This home is not unlocked in that way.");
  if (file.ways.size() == 1) {
    return fail(Code::kConflict,
                "That is the last way to unlock this home: without it every key is lost. Nothing was changed.");
  }
  file.ways.erase(found);
  return save_unlock_file(folder, file, Existing::kReplace);
}

Result<UnlockedRoot> begin_root_rotation(const std::string& folder, const UnlockedRoot& root, const NewWay& way) {
  return begin_rotation(folder, root, [&](const RootKey& next) {
    if (way.way.kind == UnlockWay::Kind::kPassphrase) return seal_for_passphrase(next, way.opens);
    return seal_for_shares(next, way.way.label, way.opens);
  });
}

Result<UnlockedRoot> begin_root_rotation(const std::string& folder, const UnlockedRoot& root, std::string_view uri,
                                         const x509::Decrypter& key) {
  return begin_rotation(folder, root, [&](const RootKey& next) { return seal_for_token(next, uri, key); });
}

Result<> end_root_rotation(const std::string& folder) {
  TRY(const auto turn, Turn::take(folder));
  TRY(auto file, load_unlock_file(folder));
  if (!file.before) return {};
  file.before.reset();
  return save_unlock_file(folder, file, Existing::kReplace);
}

}  // namespace yuxin::keymgmt
