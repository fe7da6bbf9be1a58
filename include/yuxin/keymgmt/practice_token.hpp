// A token in software for rehearsals.
#pragma once

#include <optional>
#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::keymgmt {

// find_soft_token gives the path of SoftHSM's module where Debian and others install it; nothing where it is not.
[[nodiscard]] std::optional<std::string> find_soft_token();

// initialise_token puts an empty token with this label into the next free slot of a module (C_InitToken, C_InitPIN).
// The officer's PIN is the user's. kUnavailable where no slot is free; errors of the module.
[[nodiscard]] base::Result<> initialise_token(const std::string& module, const std::string& label,
                                              const base::Secret& pin);

}  // namespace yuxin::keymgmt
