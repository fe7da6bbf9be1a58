// Which database library does the work.
#pragma once

#include <string>

namespace yuxin::store {

// database_version is the version of SQLite that is loaded: "3.40.1".
[[nodiscard]] std::string database_version();

}  // namespace yuxin::store
