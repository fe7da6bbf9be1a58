// A case gone through anew from its acts alone: what another host says of it is not asked.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

// Replayed is a case after its acts, with what the last of them ordered and what deadlines have ordered by now.
struct Replayed {
  workflow::Case of;
  std::vector<std::string> by_act;
  std::vector<std::string> by_deadline;
};
// replay takes every step by the definitions, organisations and calendar of `desk`; the acts are verified and in
// their order. Errors: those of workflow::advance; kRefused where there is no act, or one does not follow the one
// before; kNotFound for a workflow that is not known here.
[[nodiscard]] base::Result<Replayed> replay(Desk& desk, std::span<const evidence::VerifiedAct> acts,
                                            base::UnixTime now);

}  // namespace yuxin::ra
