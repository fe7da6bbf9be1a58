// Unlocking a home for a command, whichever of its ways is to be had.
#pragma once

#include <string>
#include <vector>

#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/keymgmt/unlock.hpp"

namespace yuxin::cli {

// unlock_home opens the root key: by the passphrase of --passphrase-file where that is given; else by the first token
// of the home that is there, with its PIN from its URI, from --pin-file, or as somebody types it; else by a
// passphrase that is typed. A token that is away is said. A wrong PIN ends it: nothing else is tried behind
// somebody's back. Errors: kNotAuthorised for what does not open it; kUnavailable when the tokens are away and
// nothing else was given; kUsage when nobody can be asked.
[[nodiscard]] base::Result<> unlock_home(const Context& context, Home& home);

// unlock_by_token_alone opens it by the first of its tokens that is there, and by nothing else.
[[nodiscard]] base::Result<> unlock_by_token_alone(Home& home);

// names_an_unlocking: the options of the call name what unlocks the home, so that a command which works with and
// without keys works with them.
[[nodiscard]] bool names_an_unlocking(const Context& context);

// way_text is a way as people read it: "the token city-root (pkcs11:…)"; way_name is its stable word for commands:
// "passphrase", the URI of a key without where its PIN lies, or the identifier of a set of shares.
[[nodiscard]] std::string way_text(const keymgmt::UnlockWay& way);
[[nodiscard]] std::string way_name(const keymgmt::UnlockWay& way);

}  // namespace yuxin::cli
