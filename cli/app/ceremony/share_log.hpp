// The shares that custodians bring to a ceremony, good and bad, as the transcript keeps them.
#pragma once

#include "app/share_gathering.hpp"
#include "yuxin/base/json.hpp"

namespace yuxin::cli {

// share_log adds {custodian, result: "good" | "bad", why} for every share. `proofs` must outlive it.
[[nodiscard]] ShareTold share_log(base::JsonArray& proofs);

}  // namespace yuxin::cli
