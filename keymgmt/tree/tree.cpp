#include "tree.hpp"

#include <algorithm>
#include <array>

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;
using repository::VersionRow;

namespace {

constexpr std::array<std::string_view, 4> kLevels = {"root", "domain", "service", "user"};
constexpr std::string_view kRootName = "root";

// What is stored must be what was unlocked: the first use of a wrong key would wrap something nobody can open.
Result<> check_root(const RootKey& root, const VersionRow& row) {
  TRY(const auto value, check_value(root.key, {kRootName, root.version}));
  if (base::equal_constant_time(value, row.check_value)) return {};
  return fail(Code::kNotAuthorised,
              "The key that was unlocked is not the root of this key tree (version {}). Nothing was changed.",
              root.version);
}

Result<> insert_root_version(store::Writer& writer, std::int64_t key, const RootKey& root,
                             const KeyContext& context) {
  TRY(auto value, check_value(root.key, {kRootName, root.version}));
  TRY(repository::insert_version(writer.session(), {.key = key,
                                                    .number = root.version,
                                                    .wrapper = std::nullopt,
                                                    .wrapped = {},
                                                    .check_value = std::move(value),
                                                    .created_at = context.now,
                                                    .destroyed_at = std::nullopt}));
  evidence::ObjectWriter data;
  data.add("version", root.version);
  return tree::record(writer, root.version == 1 ? "created" : "rotated", kRootName, data.finish(), context);
}

Result<std::int64_t> make_root(store::Writer& writer, const KeyContext& context) {
  TreeKey root;
  root.name = kRootName;
  root.level = KeyLevel::kRoot;
  root.state = KeyState::kActive;
  root.since = root.created_at = context.now;
  return repository::insert_key(writer.session(), root);
}

// A version that the tree does not know yet is the next one: its rotation begins with that.
Result<> meet_roots(store::Writer& writer, const std::vector<RootKey>& roots, const KeyContext& context) {
  auto& session = writer.session();
  TRY(const auto root, repository::find_key(session, kRootName));
  std::int64_t key = root ? root->id : 0;
  if (!root) {
    TRY(key, make_root(writer, context));
  }
  TRY(auto rows, repository::versions(session, key));
  TRY(auto last, repository::last_number(session, key));
  bool present = rows.empty();
  for (const auto& unlocked : roots) {
    const auto row = std::ranges::find(rows, unlocked.version, &VersionRow::number);
    if (row != rows.end()) {
      TRY(check_root(unlocked, *row));
      present = present || unlocked.version == last;
    } else if (unlocked.version == last + 1 && present) {
      TRY(insert_root_version(writer, key, unlocked, context));
      last = unlocked.version;
    }
  }
  if (present && last > 0) return {};
  return fail(Code::kNotAuthorised,
              "The root of this key tree is at version {}, and that version was not unlocked. Nothing was changed.",
              last);
}

}  // namespace

std::string_view key_level_name(KeyLevel level) { return kLevels[static_cast<std::size_t>(level)]; }

std::string key_level_text(KeyLevel level) {
  switch (level) {
    case KeyLevel::kRoot:
      return base::message("root");
    case KeyLevel::kDomain:
      return base::message("domain");
    case KeyLevel::kService:
      return base::message("service");
    case KeyLevel::kUser:
      break;
  }
  return base::message("user");
}

std::optional<KeyLevel> parse_key_level(std::string_view name) {
  const auto found = std::ranges::find(kLevels, name);
  if (found == kLevels.end()) return std::nullopt;
  return static_cast<KeyLevel>(found - kLevels.begin());
}

const Secret* KeyTree::Impl::root(std::int64_t number) const {
  const auto found = std::ranges::find(roots, number, &RootKey::version);
  return found == roots.end() ? nullptr : &found->key;
}

Result<Secret> KeyTree::Impl::material(store::Session& session, const TreeKey& key, const VersionRow& version) {
  if (version.destroyed_at)
    return fail(Code::kConflict, "Version {} of the key {} is destroyed.", version.number, key.name);
  if (!version.wrapper) {
    if (const auto* unlocked = root(version.number)) return unlocked->clone();
    return fail(Code::kNotAuthorised, "Version {} of the root key is not unlocked.", version.number);
  }
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = open_.find(version.id); known != open_.end()) return known->second.clone();
  }
  TRY(const auto wrapper, repository::find_version(session, *version.wrapper));
  if (!wrapper) return fail(Code::kIntegrity, "The key {} is wrapped under a key that is not there.", key.name);
  TRY(const auto above, repository::find_key(session, wrapper->key));
  if (!above || above->level >= key.level)
    return fail(Code::kIntegrity, "The key {} is wrapped under a key that does not stand above it.", key.name);
  TRY(const auto wrapping, material(session, *above, *wrapper));
  TRY(auto plain, unwrap(wrapping, {above->name, wrapper->number}, {key.name, version.number}, version.wrapped));
  if (key.wraps()) {
    const std::lock_guard lock(mutex_);
    open_.try_emplace(version.id, plain.clone());
  }
  return plain;
}

void KeyTree::Impl::forget() {
  const std::lock_guard lock(mutex_);
  open_.clear();
}

KeyTree::KeyTree(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeyTree::~KeyTree() = default;

Result<std::shared_ptr<KeyTree>> KeyTree::open(std::shared_ptr<store::Store> store, std::vector<RootKey> roots,
                                               const KeyContext& context) {
  std::ranges::sort(roots, {}, &RootKey::version);
  TRY(store->write([&](store::Writer& writer) { return meet_roots(writer, roots, context); }));
  return std::make_shared<KeyTree>(std::make_unique<Impl>(std::move(store), std::move(roots)));
}

namespace tree {

Result<TreeKey> need(store::Session& session, std::string_view name) {
  TRY(auto key, repository::find_key(session, name));
  if (!key) return fail(Code::kNotFound, "There is no key {} in the key tree. List them: yuxin key tree", name);
  return std::move(*key);
}

Result<VersionRow> present_version(store::Session& session, const TreeKey& key) {
  TRY(auto rows, repository::versions(session, key.id));
  if (rows.empty()) return fail(Code::kConflict, "The key {} is destroyed.", key.name);
  return std::move(rows.back());
}

Result<> check_above(store::Session& session, const TreeKey& key) {
  auto parent = key.parent;
  while (parent) {
    TRY(const auto above, repository::find_key(session, *parent));
    if (!above) return fail(Code::kIntegrity, "The key above {} is not there.", key.name);
    if (!may_process(above->state)) {
      return fail(Code::kConflict, "The key {} above {} is {}: nothing below it can be used.", above->name, key.name,
                  key_state_text(above->state));
    }
    parent = above->parent;
  }
  return {};
}

Result<> check_may_protect(const TreeKey& key, std::int64_t count, base::UnixTime now) {
  if (!may_protect(key.state))
    return fail(Code::kConflict, "The key {} is {}: it protects nothing new.", key.name, key_state_text(key.state));
  if (key.not_after && now >= *key.not_after) {
    return fail(Code::kConflict, "The time of the key {} ended at {}: rotate it, or make another.", key.name,
                base::local_time(*key.not_after));
  }
  if (key.use_limit && count > *key.use_limit - key.uses) {
    return fail(Code::kConflict, "The key {} was used {} times, which is its limit: rotate it, or make another.",
                key.name, *key.use_limit);
  }
  return {};
}

Result<> record(store::Writer& writer, std::string_view what, std::string_view key, std::string data,
                const KeyContext& context) {
  TRY(evidence::append(writer, {.kind = "key." + std::string(what),
                                .object = "keys/" + std::string(key),
                                .actor = context.actor,
                                .time = context.now,
                                .data = std::move(data),
                                .attachment = {}}));
  return {};
}

}  // namespace tree

Result<TreeKey> tree_key(store::Reader& reader, std::string_view name) { return tree::need(reader.session(), name); }

Result<std::vector<TreeKey>> tree_keys(store::Reader& reader, std::optional<std::int64_t> parent) {
  return repository::keys_below(reader.session(), parent);
}

Result<> for_each_tree_key(store::Reader& reader, const std::function<Result<>(const TreeKey&)>& visitor) {
  constexpr std::int64_t kPage = 500;
  std::int64_t after = 0;
  for (;;) {
    TRY(const auto page, repository::keys_after(reader.session(), after, kPage));
    for (const auto& key : page) TRY(visitor(key));
    if (page.size() < static_cast<std::size_t>(kPage)) return {};
    after = page.back().id;
  }
}

}  // namespace yuxin::keymgmt
