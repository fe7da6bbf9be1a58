#include "key_tree_view.hpp"

#include <fmt/format.h>

#include <map>

#include "output.hpp"

namespace yuxin::cli {

using base::message;
using base::Result;
using keymgmt::KeyLevel;
using keymgmt::KeyState;
using keymgmt::TreeKey;

namespace {

std::string kind_text(const TreeKey& key) {
  return key.kind ? x509::print_key_kind(*key.kind) : message("wraps (AES-256)");
}

std::string uses_text(const TreeKey& key) {
  return key.use_limit ? fmt::format("{} / {}", key.uses, *key.use_limit) : std::to_string(key.uses);
}

// Below counts what is not shown one by one.
struct Below {
  std::int64_t living = 0;
  std::int64_t destroyed = 0;
};

class Printer {
 public:
  Printer(store::Reader& reader, Leaves leaves) : reader_(reader), leaves_(leaves) {}

  Result<> add(const TreeKey& key, std::size_t depth) {
    rows_.push_back({std::string(2 * depth, ' ') + key.name, keymgmt::key_level_text(key.level), kind_text(key),
                     keymgmt::key_state_text(key.state), std::to_string(key.version), uses_text(key)});
    TRY(const auto children, keymgmt::tree_keys(reader_, key.id));
    Below below;
    for (const auto& child : children) {
      if (leaves_ == Leaves::kCounted && child.level == KeyLevel::kUser) {
        ++(child.state == KeyState::kDestroyed ? below.destroyed : below.living);
      } else {
        TRY(add(child, depth + 1));
      }
    }
    if (below.living + below.destroyed == 0) return {};
    const auto text = below.destroyed == 0 ? message("{} user keys", below.living)
                                           : message("{} user keys, {} of them destroyed",
                                                     below.living + below.destroyed, below.destroyed);
    rows_.push_back({std::string(2 * (depth + 1), ' ') + text, "", "", "", "", ""});
    return {};
  }

  void print(const Context& context) const {
    Table table({{message("key")},
                 {message("storey")},
                 {message("kind")},
                 {message("state")},
                 {message("version"), Table::Align::kRight},
                 {message("uses"), Table::Align::kRight}});
    for (const auto& row : rows_) table.add(row);
    table.print(context);
  }

 private:
  store::Reader& reader_;
  const Leaves leaves_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace

base::JsonObject tree_key_json(const TreeKey& key, std::string_view parent) {
  base::JsonObject object{{"name", key.name},
                          {"level", keymgmt::key_level_name(key.level)},
                          {"kind", key.kind ? x509::print_key_kind(*key.kind) : "aes-256"},
                          {"state", keymgmt::key_state_name(key.state)},
                          {"since", base::rfc3339(key.since)},
                          {"created_at", base::rfc3339(key.created_at)},
                          {"version", key.version},
                          {"uses", key.uses}};
  object["parent"] = parent.empty() ? base::Json() : base::Json(parent);
  object["not_after"] = key.not_after ? base::Json(base::rfc3339(*key.not_after)) : base::Json();
  object["use_limit"] = key.use_limit ? base::Json(*key.use_limit) : base::Json();
  if (!key.public_key.empty()) object["public_key"] = base::base64(key.public_key);
  return object;
}

void print_tree_key(const Context& context, const TreeKey& key) {
  context.out(labelled(message("key"), key.name));
  context.out(labelled(message("storey"), keymgmt::key_level_text(key.level)));
  context.out(labelled(message("kind"), kind_text(key)));
  context.out(labelled(message("state"),
                       message("{} since {}", keymgmt::key_state_text(key.state), base::local_time(key.since))));
  context.out(labelled(message("made"), base::local_time(key.created_at)));
  if (key.not_after) context.out(labelled(message("in use until"), base::local_time(*key.not_after)));
  context.out(labelled(message("version"), std::to_string(key.version)));
  context.out(labelled(message("uses"), uses_text(key)));
}

Result<> print_tree(const Context& context, store::Reader& reader, std::string_view name, Leaves leaves) {
  Printer printer(reader, leaves);
  if (name.empty()) {
    TRY(const auto roots, keymgmt::tree_keys(reader, std::nullopt));
    for (const auto& root : roots) TRY(printer.add(root, 0));
    if (roots.empty())
      context.remark(message(
          "No key stands below the root key yet. Make one: yuxin key generate NAME --under root --level domain"));
    if (roots.empty()) return {};
  } else {
    TRY(const auto key, keymgmt::tree_key(reader, name));
    TRY(printer.add(key, 0));
  }
  printer.print(context);
  return {};
}

Result<base::JsonArray> tree_json(store::Reader& reader) {
  base::JsonArray array;
  std::map<std::int64_t, std::string> names;
  TRY(keymgmt::for_each_tree_key(reader, [&](const TreeKey& key) -> Result<> {
    names[key.id] = key.name;
    array.push_back(tree_key_json(key, key.parent ? names[*key.parent] : ""));
    return {};
  }));
  return array;
}

}  // namespace yuxin::cli
