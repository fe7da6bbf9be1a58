// The root key of a home is exchanged, and everything under it encrypted anew.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "command.hpp"
#include "home.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// Opened is a home that was unlocked for a rotation. Where custodians did it, `joined` is what their shares join to,
// and `label` the set.
struct Opened {
  std::shared_ptr<Home> home;
  std::optional<base::Secret> joined;
  std::string label;
};
// open_for_rotation unlocks by the custodians of --shares REGISTER, where that is given, or as every command does.
[[nodiscard]] base::Result<Opened> open_for_rotation(const Context& context, const Arguments& arguments);

// rotate_root begins a rotation of the root key, or goes on with one, and ends it. The new root key is unlocked by
// one way alone: the custodians or the token that opened the home, or a passphrase, which is asked for. Whatever else
// unlocked it is named, and asked about. Gives how many keys were encrypted anew.
[[nodiscard]] base::Result<std::int64_t> rotate_root(const Context& context, Opened& opened);

}  // namespace yuxin::cli
