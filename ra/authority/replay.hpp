// A case gone through anew from its acts alone: what another host says of it is not asked.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

// Replayed is a case as it is now, with what each of its acts ordered and how it stood after each.
struct Replayed {
  std::shared_ptr<const workflow::Workflow> workflow;
  workflow::Case of;
  std::vector<workflow::Case> course;             // after each act
  std::vector<std::vector<std::string>> effects;  // ordered by each act
};
// replay takes every step by the definitions, organisations and calendar of `desk`; the acts are verified and in
// their order. Errors: those of workflow::advance; kRefused where there is no act, or one does not follow the one
// before; kNotFound for a workflow that is not known here; kConflict for a case that began by a definition after
// another one was in force here.
[[nodiscard]] base::Result<Replayed> replay(Desk& desk, std::span<const evidence::VerifiedAct> acts,
                                            base::UnixTime now);

}  // namespace yuxin::ra
