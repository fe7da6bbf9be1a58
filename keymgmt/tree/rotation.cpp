// Rotating a key that wraps: a new version, everything below wrapped anew, the old versions destroyed.
#include <algorithm>

#include "tree.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;
using repository::VersionRow;

namespace {

constexpr std::int64_t kBatch = 256;

bool rotation_is_open(const std::vector<VersionRow>& versions) { return versions.size() > 1; }

// Rewrapping turns children of a key from its older versions to the present one.
class Rewrapping {
 public:
  Rewrapping(KeyTree::Impl& tree, const TreeKey& key, const VersionRow& present)
      : tree_(tree), key_(key), present_(present) {}

  // step wraps some, and gives how many.
  Result<std::int64_t> step(store::Writer& writer) {
    auto& session = writer.session();
    TRY(const auto wrapping, tree_.material(session, key_, present_));
    TRY(const auto rows, repository::wrapped_by_others(session, key_.id, present_.id, kBatch));
    for (const auto& row : rows) {
      TRY(const auto child, repository::find_key(session, row.key));
      if (!child) return fail(Code::kIntegrity, "A version below {} belongs to no key.", key_.name);
      TRY(const auto plain, open(session, *child, row));
      TRY(const auto wrapped, wrap(wrapping, {key_.name, present_.number}, {child->name, row.number}, plain.view()));
      TRY(repository::set_wrapped(session, row.id, present_.id, wrapped));
    }
    const auto count = static_cast<std::int64_t>(rows.size());
    TRY(repository::add_uses(session, key_.id, count));
    return count;
  }

 private:
  // What is to be wrapped anew is opened afresh and compared: a wrong key must not be sealed a second time.
  Result<Secret> open(store::Session& session, const TreeKey& child, const VersionRow& row) {
    TRY(const auto old, repository::find_version(session, *row.wrapper));
    if (!old) return fail(Code::kIntegrity, "The key {} is wrapped under a key that is not there.", child.name);
    TRY(const auto wrapping, tree_.material(session, key_, *old));
    TRY(auto plain, unwrap(wrapping, {key_.name, old->number}, {child.name, row.number}, row.wrapped));
    TRY(const auto value, check_value(plain, {child.name, row.number}));
    if (!base::equal_constant_time(value, row.check_value))
      return fail(Code::kIntegrity, "The key {} is not what it was when it was made.", child.name);
    return plain;
  }

  KeyTree::Impl& tree_;
  const TreeKey& key_;
  const VersionRow& present_;
};

// What a key is once it has a new version. Octets that are known to others are gone with the old ones; a key that was
// taken out of use stays so; and what is suspended, or not in use yet, is decided upon first.
Result<KeyState> state_after(const TreeKey& key) {
  switch (key.state) {
    case KeyState::kActive:
    case KeyState::kCompromised:
      return KeyState::kActive;
    case KeyState::kDeactivated:
      return KeyState::kDeactivated;
    case KeyState::kDestroyed:
      return fail(Code::kConflict, "The key {} is destroyed. There is nothing to rotate.", key.name);
    case KeyState::kPreActive:
    case KeyState::kSuspended:
      break;
  }
  return fail(
      Code::kConflict,
      "The key {} is {}. Bring it into use, or take it out of use, and then rotate it: yuxin key state {} active. "
      "Nothing was changed.",
      key.name, key_state_text(key.state), key.name);
}

// Beginning is a rotation that may begin: under which version of the parent, and what the key is then.
struct Beginning {
  TreeKey parent;
  VersionRow wrapper;
  KeyState state = KeyState::kActive;
};

Result<Beginning> check_begins(store::Session& session, const TreeKey& key, base::UnixTime now) {
  Beginning beginning;
  TRY(beginning.state, state_after(key));
  TRY(auto parent, repository::find_key(session, key.parent.value_or(0)));
  if (!parent) return fail(Code::kIntegrity, "The key above {} is not there.", key.name);
  beginning.parent = std::move(*parent);
  TRY(tree::check_may_protect(beginning.parent, 1, now));
  TRY(tree::check_above(session, beginning.parent));
  TRY(beginning.wrapper, tree::present_version(session, beginning.parent));
  return beginning;
}

// The new version stands under the present one of the parent, like any new key.
Result<> begin(store::Writer& writer, KeyTree::Impl& tree, const TreeKey& key, const Secret& fresh,
               const KeyContext& context) {
  auto& session = writer.session();
  TRY(const auto beginning, check_begins(session, key, context.now));
  const auto& [parent, wrapper, state] = beginning;
  TRY(const auto wrapping, tree.material(session, parent, wrapper));
  TRY(const auto last, repository::last_number(session, key.id));
  const VersionName name{key.name, last + 1};
  TRY(auto wrapped, wrap(wrapping, {parent.name, wrapper.number}, name, fresh.view()));
  TRY(auto value, check_value(fresh, name));
  TRY(repository::insert_version(session, {.key = key.id,
                                           .number = name.number,
                                           .wrapper = wrapper.id,
                                           .wrapped = std::move(wrapped),
                                           .check_value = std::move(value),
                                           .created_at = context.now,
                                           .destroyed_at = std::nullopt}));
  TRY(repository::add_uses(session, parent.id, 1));
  TRY(repository::set_state(session, key.id, state, context.now));
  evidence::ObjectWriter data;
  data.add("state_before", key_state_name(key.state)).add("version", name.number);
  return tree::record(writer, "rotated", key.name, data.finish(), context);
}

// Nothing hangs on the old versions any more: they go, and what they were is recorded by digest.
Result<> end(store::Writer& writer, const TreeKey& key, const KeyContext& context) {
  auto& session = writer.session();
  TRY(const auto present, tree::present_version(session, key));
  TRY(const auto left, repository::count_wrapped_by_others(session, key.id, present.id));
  if (left != 0) return fail(Code::kConflict, "{} keys below {} were added meanwhile; go on.", left, key.name);
  TRY(const auto versions, repository::versions(session, key.id));
  std::string destroyed;
  for (const auto& version : versions) {
    if (version.id == present.id) continue;
    evidence::ObjectWriter one;
    one.add("sha256", base::hex(x509::sha256(version.wrapped))).add("version", version.number);
    destroyed += (destroyed.empty() ? "" : ",") + one.finish();
    TRY(repository::destroy_version(session, version.id, context.now));
  }
  evidence::ObjectWriter data;
  data.add_raw("destroyed", "[" + destroyed + "]").add("version", present.number);
  return tree::record(writer, "rewrapped", key.name, data.finish(), context);
}

struct Standing {
  TreeKey key;
  VersionRow present;
  std::int64_t left = 0;
  bool open = false;
};

Result<Standing> look(KeyTree::Impl& tree, std::string_view name) {
  Standing standing;
  TRY(tree.store->read([&](store::Reader& reader) -> Result<> {
    auto& session = reader.session();
    TRY(standing.key, tree::need(session, name));
    if (!standing.key.wraps())
      return fail(Code::kUsage, "The key {} signs: what was certified with it is renewed and not rotated.", name);
    TRY(standing.present, tree::present_version(session, standing.key));
    TRY(standing.left, repository::count_wrapped_by_others(session, standing.key.id, standing.present.id));
    TRY(const auto versions, repository::versions(session, standing.key.id));
    standing.open = rotation_is_open(versions);
    return {};
  }));
  return standing;
}

}  // namespace

Result<std::int64_t> KeyTree::rotate(std::string_view name, const KeyContext& context, const Progress& progress) {
  TRY(const auto standing, look(*impl_, name));
  if (!standing.open) {
    if (!standing.key.parent)
      return fail(Code::kUsage, "The root key is rotated by giving its new version when the key tree is opened.");
    Secret fresh(32);
    base::random_bytes({fresh.data(), fresh.size()});
    TRY(impl_->store->write([&](store::Writer& writer) -> Result<> {
      auto& session = writer.session();
      TRY(const auto key, tree::need(session, name));
      TRY(const auto versions, repository::versions(session, key.id));
      if (rotation_is_open(versions)) return {};  // another process was quicker: it is the same rotation
      return begin(writer, *impl_, key, fresh, context);
    }));
  }
  return finish_rotation(name, context, progress);
}

Result<std::int64_t> KeyTree::check_rotate(std::string_view name, base::UnixTime now) const {
  TRY(const auto standing, look(*impl_, name));
  if (!standing.open && standing.key.parent) {
    TRY(impl_->store->read([&](store::Reader& reader) -> Result<> {
      return check_begins(reader.session(), standing.key, now).map([](const Beginning&) {});
    }));
  }
  constexpr std::int64_t kNone = 0;  // no version has this id: all that are wrapped are counted
  std::int64_t count = 0;
  TRY(impl_->store->read([&](store::Reader& reader) -> Result<> {
    const auto present = standing.open ? standing.present.id : kNone;
    TRY(count, repository::count_wrapped_by_others(reader.session(), standing.key.id, present));
    return {};
  }));
  return count;
}

Result<std::int64_t> KeyTree::finish_rotation(std::string_view name, const KeyContext& context,
                                              const Progress& progress) {
  std::int64_t done = 0;
  for (;;) {
    TRY(const auto standing, look(*impl_, name));
    if (!standing.open) return done;
    if (progress && !progress(done, done + standing.left)) return done;
    if (standing.left == 0) {
      auto ended = impl_->store->write([&](store::Writer& writer) { return end(writer, standing.key, context); });
      if (ended) {
        impl_->forget();
        return done;
      }
      if (ended.error().code != Code::kConflict) return tl::unexpected(std::move(ended).error());
      continue;
    }
    Rewrapping work(*impl_, standing.key, standing.present);
    std::int64_t count = 0;
    TRY(impl_->store->write([&](store::Writer& writer) -> Result<> {
      TRY(count, work.step(writer));
      return {};
    }));
    done += count;
  }
}

}  // namespace yuxin::keymgmt
