// Folders of the program's own that cannot be used.
#pragma once

#include <string>

#include "yuxin/base/result.hpp"

namespace yuxin::base {

// folder_failure turns the error number of a call in a folder into the sentence that helps: kNotAuthorised, with the
// uppermost folder on the way that is closed to this account and how it is opened; kNotFound; kUnavailable otherwise.
[[nodiscard]] Failure folder_failure(int number, const std::string& folder);

}  // namespace yuxin::base
