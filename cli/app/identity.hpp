// The identity with which a call acts: --as.
#pragma once

#include "context.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/keymgmt/identity.hpp"

namespace yuxin::cli {

// open_identity opens what --as names; asks for the passphrase at the terminal unless --as-passphrase-file is given.
// kUsage when --as was not given.
[[nodiscard]] base::Result<keymgmt::Identity> open_identity(const Context& context);

}  // namespace yuxin::cli
