// Whether a file could be written, before there is anything to write.
#pragma once

#include <string>

#include "yuxin/base/result.hpp"

namespace yuxin::base {

// check_writable tells what write_file (file.hpp) would say of a name: it makes the temporary beside the target and
// takes it away again. Whether a file of that name exists is not asked. "-", devices and pipes are fine. Errors as
// write_file's.
[[nodiscard]] Result<> check_writable(const std::string& path);

}  // namespace yuxin::base
