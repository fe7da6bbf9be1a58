#include "yuxin/keymgmt/unlock.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "aes_gcm.hpp"
#include "keystore/passphrase_seal.hpp"
#include "keystore/turn.hpp"
#include "unlock_file.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

constexpr std::size_t kRootSize = 32;

std::string file_of(const std::string& folder) { return folder + "/unlock.json"; }

Result<UnlockFile> read(const std::string& folder) {
  TRY(const auto text, base::read_file(file_of(folder), 1U << 16U));
  return parse_unlock_file(base::as_text(text));
}

Result<> write(const std::string& folder, const UnlockFile& file, base::Existing existing) {
  return base::write_file(file_of(folder), base::as_bytes(print_unlock_file(file)), existing,
                          base::Permissions::kPrivate);
}

// What is sealed is bound to its version and its place, so that no part of the file can stand in for another.
std::string binding(std::int64_t version, std::string_view place) {
  return fmt::format("yuxin-unlock-2 {} {}", version, place);
}
std::string shares_place(std::string_view label) { return fmt::format("shares {}", label); }
constexpr std::string_view kBefore = "before";

Result<UnlockFile::Way> way_by_passphrase(const RootKey& root, const Secret& passphrase) {
  TRY(auto text, seal(root.key, passphrase));
  return UnlockFile::Way{.way = {}, .seal = std::move(text), .nonce = {}, .sealed = {}};
}

struct Box {
  base::Bytes nonce;
  base::Bytes sealed;
};

Result<Box> close(const Secret& key, const Secret& content, const std::string& bound) {
  Box box{base::Bytes(kGcmNonceSize), {}};
  base::random_bytes(box.nonce);
  auto sealed = gcm_encrypt(key, box.nonce, base::as_bytes(bound), content.view());
  if (!sealed) return fail(Code::kInternal, "The root key could not be sealed.");
  box.sealed = std::move(*sealed);
  return box;
}

Result<UnlockFile::Way> way_by_shares(const RootKey& root, std::string_view label, const Secret& joined) {
  if (joined.size() != kGcmKeySize)
    return fail(Code::kUsage, "What the shares join to has {} octets, and not 32.", joined.size());
  TRY(auto box, close(joined, root.key, binding(root.version, shares_place(label))));
  return UnlockFile::Way{.way = {UnlockWay::Kind::kShares, std::string(label)},
                         .seal = {},
                         .nonce = std::move(box.nonce),
                         .sealed = std::move(box.sealed)};
}

Result<UnlockFile::Way> make_way(const RootKey& root, const NewWay& wanted) {
  if (wanted.way.kind == UnlockWay::Kind::kPassphrase) return way_by_passphrase(root, wanted.opens);
  return way_by_shares(root, wanted.way.label, wanted.opens);
}

Result<UnlockedRoot> unlocked(const UnlockFile& file, Secret key) {
  UnlockedRoot root{{file.version, std::move(key)}, std::nullopt};
  if (!file.before) return root;
  auto before = gcm_decrypt(root.present.key, file.before->nonce, base::as_bytes(binding(file.version, kBefore)),
                            file.before->sealed);
  if (!before) {
    return fail(Code::kIntegrity,
                "The file that unlocks the keys (keys/unlock.json) is damaged. Restore it from a backup.");
  }
  root.before = RootKey{file.version - 1, std::move(*before)};
  return root;
}

// Whoever adds a way has unlocked this very file: one that was exchanged meanwhile is not overwritten.
Result<UnlockFile> read_for(const std::string& folder, const UnlockedRoot& root) {
  TRY(auto file, read(folder));
  if (file.version == root.present.version) return file;
  return fail(
      Code::kConflict,
      "The root key of this home was rotated meanwhile. Start the program again, so that it is unlocked anew. "
      "Nothing was changed.");
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

Result<UnlockedRoot> create_unlock_file(const std::string& folder, const Secret& passphrase) {
  UnlockedRoot root{{1, Secret(kRootSize)}, std::nullopt};
  base::random_bytes({root.present.key.data(), root.present.key.size()});
  UnlockFile file;
  TRY(auto way, way_by_passphrase(root.present, passphrase));
  file.ways.push_back(std::move(way));
  TRY(write(folder, file, base::Existing::kRefuse));
  return root;
}

Result<UnlockedRoot> unlock_by_passphrase(const std::string& folder, const Secret& passphrase) {
  TRY(const auto file, read(folder));
  const auto way =
      std::ranges::find(file.ways, UnlockWay::Kind::kPassphrase, [](const auto& w) { return w.way.kind; });
  if (way == file.ways.end()) {
    return fail(Code::kNotAuthorised,
                "No passphrase unlocks the keys of this home: its custodians must bring their shares together.");
  }
  TRY(auto key, open(way->seal, passphrase));
  if (key.size() != kRootSize) {
    return fail(Code::kIntegrity,
                "The file that unlocks the keys (keys/unlock.json) is damaged. Restore it from a backup.");
  }
  return unlocked(file, std::move(key));
}

Result<UnlockedRoot> unlock_by_shares(const std::string& folder, const Secret& joined) {
  TRY(const auto file, read(folder));
  for (const auto& way : file.ways) {
    if (way.way.kind != UnlockWay::Kind::kShares) continue;
    const auto bound = binding(file.version, shares_place(way.way.label));
    if (auto key = gcm_decrypt(joined, way.nonce, base::as_bytes(bound), way.sealed))
      return unlocked(file, std::move(*key));
  }
  return fail(Code::kNotAuthorised, "These shares do not unlock the keys of this home. Nothing was changed.");
}

Result<> check_present(const std::string& folder, const UnlockedRoot& root) {
  TRY(read_for(folder, root));
  return {};
}

Result<std::vector<UnlockWay>> unlock_ways(const std::string& folder) {
  TRY(const auto file, read(folder));
  std::vector<UnlockWay> ways;
  for (const auto& way : file.ways) ways.push_back(way.way);
  return ways;
}

Result<> set_passphrase(const std::string& folder, const UnlockedRoot& root, const Secret& passphrase) {
  TRY(auto file, read_for(folder, root));
  TRY(auto way, way_by_passphrase(root.present, passphrase));
  std::erase_if(file.ways, [](const auto& w) { return w.way.kind == UnlockWay::Kind::kPassphrase; });
  file.ways.insert(file.ways.begin(), std::move(way));
  return write(folder, file, base::Existing::kReplace);
}

Result<> add_shares(const std::string& folder, const UnlockedRoot& root, std::string_view label,
                    const Secret& joined) {
  TRY(auto file, read_for(folder, root));
  if (std::ranges::any_of(file.ways, [&](const auto& way) { return way.way.label == label; }))
    return fail(Code::kConflict, "The shares {} unlock this home already. Nothing was changed.", label);
  TRY(auto way, way_by_shares(root.present, label, joined));
  file.ways.push_back(std::move(way));
  // what could not be read back would lock everybody out
  TRY(parse_unlock_file(print_unlock_file(file)));
  return write(folder, file, base::Existing::kReplace);
}

Result<> remove_way(const std::string& folder, const UnlockWay& way) {
  TRY(auto file, read(folder));
  const auto found = std::ranges::find_if(
      file.ways, [&](const auto& w) { return w.way.kind == way.kind && w.way.label == way.label; });
  if (found == file.ways.end()) return fail(Code::kNotFound, "This home is not unlocked in that way.");
  if (file.ways.size() == 1) {
    return fail(Code::kConflict,
                "That is the last way to unlock this home: without it every key is lost. Nothing was changed.");
  }
  file.ways.erase(found);
  return write(folder, file, base::Existing::kReplace);
}

Result<UnlockedRoot> begin_root_rotation(const std::string& folder, const UnlockedRoot& root, const NewWay& way) {
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
  TRY(auto made, make_way(next.present, way));
  written.ways.push_back(std::move(made));
  TRY(auto box, close(next.present.key, root.present.key, binding(written.version, kBefore)));
  written.before = {std::move(box.nonce), std::move(box.sealed)};
  TRY(parse_unlock_file(print_unlock_file(written)));
  TRY(write(folder, written, base::Existing::kReplace));
  return next;
}

Result<> end_root_rotation(const std::string& folder) {
  TRY(auto file, read(folder));
  if (!file.before) return {};
  file.before.reset();
  return write(folder, file, base::Existing::kReplace);
}

}  // namespace yuxin::keymgmt
