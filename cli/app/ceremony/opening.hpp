// Opening the home that a ceremony works on.
#pragma once

#include "session.hpp"

namespace yuxin::cli {

// reopen_home opens it in the way that the plan says; the home that this ceremony made, by its passphrase. Gives what
// the transcript says of it: {home, unlock, head, records, proofs of the shares}.
[[nodiscard]] base::Result<base::JsonObject> reopen_home(CeremonySession& session);

// take_pins lets the tokens of the home ask at this ceremony. The session must outlive it.
void take_pins(CeremonySession& session, Home& home);

}  // namespace yuxin::cli
