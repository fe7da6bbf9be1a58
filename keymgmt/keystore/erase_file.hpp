// Files that are to be gone.
#pragma once

#include <string>

#include "yuxin/base/result.hpp"

namespace yuxin::keymgmt {

// erase_file writes random octets over a file, in its place, removes it, and makes both durable. Nothing to do where
// it is not there. kUnavailable when the disk refuses.
[[nodiscard]] base::Result<> erase_file(const std::string& path);

}  // namespace yuxin::keymgmt
