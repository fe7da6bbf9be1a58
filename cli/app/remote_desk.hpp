// The desk of a registration authority over the network: --server.
#pragma once

#include <memory>

#include "desk_side.hpp"

namespace yuxin::cli {

// open_remote_desk connects as --as to the server of the call. What the server drafts is held against what was asked
// for before it is shown; what is signed is signed here. kUsage without --as.
[[nodiscard]] base::Result<std::unique_ptr<DeskSide>> open_remote_desk(const Context& context);

}  // namespace yuxin::cli
