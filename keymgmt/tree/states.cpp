// Changing the state of keys, and destroying them.
#include <algorithm>

#include "tree.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;

namespace {

std::string facts_of(const TreeKey& key, KeyState to, const std::string& reason) {
  evidence::ObjectWriter data;
  data.add("from", key_state_name(key.state)).add("reason", reason).add("to", key_state_name(to));
  return data.finish();
}

// Everything below a key that is not destroyed yet, the deepest last.
Result<std::vector<TreeKey>> living_below(store::Session& session, const TreeKey& key) {
  std::vector<TreeKey> found;
  std::vector<std::int64_t> waiting{key.id};
  while (!waiting.empty()) {
    const auto parent = waiting.back();
    waiting.pop_back();
    TRY(auto children, repository::keys_below(session, parent));
    for (auto& child : children) {
      waiting.push_back(child.id);
      if (child.state != KeyState::kDestroyed) found.push_back(std::move(child));
    }
  }
  return found;
}

Result<> destroy_one(store::Writer& writer, const TreeKey& key, const std::string& reason,
                     const KeyContext& context) {
  auto& session = writer.session();
  TRY(const auto versions, repository::versions(session, key.id));
  std::string digests;
  for (const auto& version : versions) {
    evidence::ObjectWriter one;
    one.add("sha256", base::hex(x509::sha256(version.wrapped))).add("version", version.number);
    digests += (digests.empty() ? "" : ",") + one.finish();
    TRY(repository::destroy_version(session, version.id, context.now));
  }
  TRY(repository::set_state(session, key.id, KeyState::kDestroyed, context.now));
  evidence::ObjectWriter data;
  data.add("from", key_state_name(key.state)).add("reason", reason).add_raw("versions", "[" + digests + "]");
  return tree::record(writer, "destroyed", key.name, data.finish(), context);
}

// What would be destroyed: the key, and everything below it, the deepest last.
Result<std::vector<TreeKey>> doomed_by(store::Session& session, std::string_view name, KeyTree::Below below) {
  TRY(const auto key, tree::need(session, name));
  if (key.state == KeyState::kDestroyed) return fail(Code::kConflict, "The key {} is destroyed already.", name);
  if (!may_become(key.state, KeyState::kDestroyed)) {
    return fail(Code::kConflict,
                "The key {} is {}. Take it out of use first (yuxin key retire {}), then destroy it. Nothing was "
                "changed.",
                name, key_state_text(key.state), name);
  }
  TRY(auto doomed, living_below(session, key));
  if (!doomed.empty() && below == KeyTree::Below::kRefuse) {
    return fail(Code::kConflict,
                "{} keys below {} would be lost with it, the first of them {}. Say that they shall go too, or "
                "destroy them first. Nothing was changed.",
                doomed.size(), name, doomed.front().name);
  }
  doomed.insert(doomed.begin(), key);
  return doomed;
}

}  // namespace

Result<TreeKey> KeyTree::change(std::string_view name, KeyState to, const std::string& reason,
                                const KeyContext& context) {
  TreeKey changed;
  if (to == KeyState::kDestroyed) return fail(Code::kUsage, "Keys are destroyed by yuxin key destroy.");
  TRY(impl_->store->write([&](store::Writer& writer) -> Result<> {
    TRY(const auto key, tree::need(writer.session(), name));
    if (key.state == to)
      return fail(Code::kConflict, "The key {} is {} already. Nothing was changed.", name, key_state_text(to));
    if (!may_become(key.state, to)) {
      return fail(Code::kConflict,
                  "A key that is {} cannot become {} (NIST SP 800-57 section 7). Nothing was changed.",
                  key_state_text(key.state), key_state_text(to));
    }
    TRY(repository::set_state(writer.session(), key.id, to, context.now));
    TRY(tree::record(writer, "state", name, facts_of(key, to, reason), context));
    changed = key;
    changed.state = to;
    changed.since = context.now;
    return {};
  }));
  return changed;
}

Result<std::int64_t> KeyTree::destroy(std::string_view name, Below below, const std::string& reason,
                                      const KeyContext& context) {
  std::int64_t count = 0;
  TRY(impl_->store->write([&](store::Writer& writer) -> Result<> {
    count = 0;
    auto& session = writer.session();
    TRY(const auto doomed, doomed_by(session, name, below));
    for (auto one = doomed.rbegin(); one != doomed.rend(); ++one, ++count)
      TRY(destroy_one(writer, *one, reason, context));
    return {};
  }));
  impl_->forget();
  return count;
}

Result<std::int64_t> KeyTree::check_destroy(std::string_view name, Below below) const {
  std::int64_t count = 0;
  TRY(impl_->store->read([&](store::Reader& reader) -> Result<> {
    TRY(const auto doomed, doomed_by(reader.session(), name, below));
    count = std::ssize(doomed);
    return {};
  }));
  return count;
}

}  // namespace yuxin::keymgmt
