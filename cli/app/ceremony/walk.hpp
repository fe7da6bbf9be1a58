// Going through the steps of a ceremony.
#pragma once

#include "session.hpp"

namespace yuxin::cli {

// walk goes on from where the ceremony is until it is closed or stopped. An error ends the program; calling it again
// goes on there.
[[nodiscard]] base::Result<> walk(CeremonySession& session);

}  // namespace yuxin::cli
