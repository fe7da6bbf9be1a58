// A throw-away world in which a ceremony is rehearsed.
#pragma once

#include <optional>
#include <string>

#include "app/context.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/keymgmt/ceremony_plan.hpp"

namespace yuxin::cli {

// PracticeWorld is everything that a plan expects to find: a home with its authorities and keys, requests, sets of
// shares, tokens. All of it lies in one folder and is good for nothing else.
struct PracticeWorld {
  std::string home;
  std::string sources;                // where the files lie that the plan names
  std::string passphrase_file;        // of the home, of every custodian and of every token
  std::optional<std::string> module;  // of tokens, where the plan wants some
};

// make_practice_world fills an empty folder. Authorities, requests and custodians bear the mark of a rehearsal.
// kUnavailable where the plan wants a token and there is no SoftHSM.
[[nodiscard]] base::Result<PracticeWorld> make_practice_world(const std::string& folder,
                                                              const keymgmt::CeremonyPlan& plan,
                                                              const base::Clock& clock);

}  // namespace yuxin::cli
