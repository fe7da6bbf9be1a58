// Unlocking a home by its custodians' shares.
#pragma once

#include <memory>
#include <string>

#include "command.hpp"
#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/keymgmt/share_register.hpp"

namespace yuxin::cli {

// unlock_label is the name of a set of shares among the ways that unlock a home.
[[nodiscard]] std::string unlock_label(const keymgmt::ShareRegister& shares);

// unlock_by_custodians gathers shares of the set in `register_file`, from the options or from custodians who take
// turns, until the quorum is met, and unlocks. Gives what they join to. kConflict for a set that another one
// replaced; kNotAuthorised when the set does not unlock this home.
[[nodiscard]] base::Result<base::Secret> unlock_by_custodians(const Context& context, const Arguments& arguments,
                                                              const std::string& register_file, Home& home);

// unlocking_key draws what custodians share. A home's shares are of a key that opens its root key, and not of the
// root key itself: a rotation of that does not change what custodians hold, and what they hold opens nothing without
// the home.
[[nodiscard]] base::Result<base::Secret> unlocking_key();
// let_unlock makes a set of shares that is on the disk already a way to unlock the home, with its ledger record.
[[nodiscard]] base::Result<> let_unlock(const Context& context, Home& home, const keymgmt::ShareRegister& shares,
                                        const base::Secret& secret);

}  // namespace yuxin::cli
