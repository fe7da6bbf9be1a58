// What the clock's floor keeps beside the ledger.
#pragma once

#include "yuxin/evidence/clock_floor.hpp"

namespace yuxin::evidence {

// remember_latest_time stores how far latest_time has read, so that the next one needs only the records after it.
[[nodiscard]] base::Result<> remember_latest_time(store::Writer& writer);

}  // namespace yuxin::evidence
