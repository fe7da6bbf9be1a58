// A token in software for rehearsals.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::keymgmt {

// find_soft_token gives the path of SoftHSM's module where Debian and others install it; nothing where it is not.
[[nodiscard]] std::optional<std::string> find_soft_token();

// initialise_token puts an empty token with the label of a URI into the next free slot of a module (C_InitToken,
// C_InitPIN). The officer's PIN is the user's. kUsage for a URI that names no label; kUnavailable where no slot is
// free; errors of the module.
[[nodiscard]] base::Result<> initialise_token(const std::string& module, std::string_view uri,
                                              const base::Secret& pin);

}  // namespace yuxin::keymgmt
