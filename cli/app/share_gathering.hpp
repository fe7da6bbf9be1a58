// Gathering shares until enough are there.
#pragma once

#include <functional>
#include <string>

#include "context.hpp"
#include "share_input.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/keymgmt/share_set.hpp"

namespace yuxin::cli {

// check_in_force is kConflict for a set that another one replaced.
[[nodiscard]] base::Result<> check_in_force(const keymgmt::ShareRegister& shares);

// ShareTold hears of every share that was brought: whose it is by its file (empty for words), and whether it is good.
using ShareTold = std::function<void(const std::string& who, const base::Result<>& outcome)>;

// gather_secret takes shares until the quorum is met, and joins them. At the terminal a share that fails is said and
// another one asked for; of the options each must be good. kUsage when they are not enough.
[[nodiscard]] base::Result<base::Secret> gather_secret(const Context& context, ShareInput& input,
                                                       const keymgmt::ShareRegister& shares,
                                                       const ShareTold& told = {});

}  // namespace yuxin::cli
