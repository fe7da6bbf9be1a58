// Acting in a home in somebody's name: --as.
#pragma once

#include "context.hpp"
#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/keymgmt/identity.hpp"

namespace yuxin::cli {

// perform_act signs an act as `identity`, after the last act on the same object, and completes and judges it with
// what the home knows: time stamp, status of the certificates, role. `act.time` and `act.previous` are set here.
// Nothing is stored: the caller does that together with the deed (evidence::store_act). Errors: those of accept_act.
[[nodiscard]] base::Result<evidence::VerifiedAct> perform_act(Home& home, const keymgmt::Identity& identity,
                                                              evidence::Act act);

}  // namespace yuxin::cli
