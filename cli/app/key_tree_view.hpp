// The key tree as people and programs see it.
#pragma once

#include <string_view>

#include "context.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/keymgmt/key_tree.hpp"

namespace yuxin::cli {

[[nodiscard]] base::JsonObject tree_key_json(const keymgmt::TreeKey& key, std::string_view parent);
// print_tree_key writes one key with all that is known of it.
void print_tree_key(const Context& context, const keymgmt::TreeKey& key);

// Leaves says whether the user keys are listed one by one or counted.
enum class Leaves { kCounted, kListed };
// print_tree writes a key and what is below it, each storey further to the right. kNotFound.
[[nodiscard]] base::Result<> print_tree(const Context& context, store::Reader& reader, std::string_view name,
                                        Leaves leaves);
// tree_json is the same as an array in the order of the ids, every key with its parent's name.
[[nodiscard]] base::Result<base::JsonArray> tree_json(store::Reader& reader);

}  // namespace yuxin::cli
