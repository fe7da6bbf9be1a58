// The identity with which a call acts: --as.
#pragma once

#include "context.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/keymgmt/identity.hpp"

namespace yuxin::cli {

// open_identity opens what --as names; asks for the passphrase at the terminal unless --as-passphrase-file is given.
// Keys on tokens are looked for through the modules of the home, where there is one. kUsage when --as was not given.
[[nodiscard]] base::Result<keymgmt::Identity> open_identity(const Context& context);

// pin_prompt asks for PINs at the terminal; empty where nobody can be asked.
[[nodiscard]] keymgmt::AskPin pin_prompt(const Context& context);

}  // namespace yuxin::cli
