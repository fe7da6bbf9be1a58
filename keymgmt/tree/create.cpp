// Making keys.
#include <algorithm>

#include "tree.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

// A wrapping key is drawn on with a random nonce of 96 bits each time (SP 800-38D section 8.3).
constexpr std::int64_t kMostWraps = std::int64_t{1} << 32U;

bool is_part(std::string_view part) {
  return !part.empty() && std::ranges::all_of(part, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_tree_name(std::string_view name) {
  if (name.empty() || name.size() > 120) return false;
  for (;;) {
    const auto slash = name.find('/');
    if (!is_part(name.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

Result<> check_wanted(const NewKey& wanted) {
  if (!is_tree_name(wanted.name)) {
    return fail(Code::kUsage,
                "\"{}\" is no name for a key: lower-case letters, digits and hyphens, parts separated by slashes.",
                wanted.name);
  }
  if (wanted.use_limit && *wanted.use_limit < 1) return fail(Code::kUsage, "A key must have at least one use.");
  if (wanted.state != KeyState::kActive && wanted.state != KeyState::kPreActive)
    return fail(Code::kUsage, "A new key is active or pre-active.");
  return {};
}

// Made is the octets of a key that is not in the tree yet. Making them may take a second (RSA), so that it is done
// before the transaction, which runs on the one thread that writes.
struct Made {
  Secret plain;
  base::Bytes public_key;
};

Result<Made> make(const NewKey& wanted) {
  if (!wanted.kind) {
    Secret plain(32);
    base::random_bytes({plain.data(), plain.size()});
    return Made{std::move(plain), {}};
  }
  TRY(const auto key, x509::PrivateKey::generate(*wanted.kind));
  TRY(auto plain, key.to_pkcs8());
  return Made{std::move(plain), base::to_bytes(key.public_key().spki())};
}

Result<TreeKey> parent_of(store::Session& session, const NewKey& wanted, base::UnixTime now) {
  TRY(auto parent, tree::need(session, wanted.parent));
  if (!parent.wraps()) return fail(Code::kUsage, "The key {} signs; no key can stand below it.", parent.name);
  if (parent.level >= wanted.level) {
    return fail(Code::kUsage, "A {} key cannot stand below {}, which is a {} key.", key_level_text(wanted.level),
                parent.name, key_level_text(parent.level));
  }
  TRY(tree::check_may_protect(parent, 1, now));
  TRY(tree::check_above(session, parent));
  return parent;
}

TreeKey described(const NewKey& wanted, const Made& made, std::int64_t parent, base::UnixTime now) {
  TreeKey key;
  key.name = wanted.name;
  key.parent = parent;
  key.level = wanted.level;
  key.kind = wanted.kind;
  key.public_key = made.public_key;
  key.state = wanted.state;
  key.since = key.created_at = now;
  key.not_after = wanted.not_after;
  key.use_limit = wanted.use_limit;
  if (key.wraps() && !key.use_limit) key.use_limit = kMostWraps;
  key.version = 1;
  return key;
}

std::string facts_of(const TreeKey& key, const TreeKey& parent) {
  evidence::ObjectWriter data;
  data.add("kind", key.kind ? x509::print_key_kind(*key.kind) : "aes-256").add("level", key_level_name(key.level));
  data.add("parent", parent.name);
  if (!key.wraps()) data.add("public_key", base::hex(x509::sha256(key.public_key)));
  data.add("state", key_state_name(key.state));
  return data.finish();
}

}  // namespace

Result<TreeKey> KeyTree::create(const NewKey& wanted, const KeyContext& context) {
  TRY(auto made, create_many({wanted}, context));
  return std::move(made.front());
}

Result<std::vector<TreeKey>> KeyTree::create_many(const std::vector<NewKey>& wanted, const KeyContext& context) {
  std::vector<Made> made;
  made.reserve(wanted.size());
  for (const auto& one : wanted) {
    TRY(check_wanted(one));
    TRY(auto octets, make(one));
    made.push_back(std::move(octets));
  }
  std::vector<TreeKey> keys;
  const auto insert = [&](store::Writer& writer, const NewKey& one, const Made& octets) -> Result<> {
    auto& session = writer.session();
    TRY(const auto parent, parent_of(session, one, context.now));
    TRY(const auto taken, repository::find_key(session, one.name));
    if (taken) return fail(Code::kConflict, "There is a key {} already. Nothing was changed.", one.name);
    TRY(const auto version, tree::present_version(session, parent));
    TRY(const auto wrapping, impl_->material(session, parent, version));
    auto key = described(one, octets, parent.id, context.now);
    TRY(key.id, repository::insert_key(session, key));
    const VersionName name{key.name, 1};
    TRY(auto wrapped, wrap(wrapping, {parent.name, version.number}, name, octets.plain.view()));
    TRY(auto value, check_value(octets.plain, name));
    TRY(repository::insert_version(session, {.key = key.id,
                                             .number = 1,
                                             .wrapper = version.id,
                                             .wrapped = std::move(wrapped),
                                             .check_value = std::move(value),
                                             .created_at = context.now,
                                             .destroyed_at = std::nullopt}));
    TRY(repository::add_uses(session, parent.id, 1));
    TRY(tree::record(writer, "created", key.name, facts_of(key, parent), context));
    keys.push_back(std::move(key));
    return {};
  };
  TRY(impl_->store->write([&](store::Writer& writer) -> Result<> {
    keys.clear();
    for (std::size_t i = 0; i < wanted.size(); ++i) TRY(insert(writer, wanted[i], made[i]));
    return {};
  }));
  return keys;
}

}  // namespace yuxin::keymgmt
