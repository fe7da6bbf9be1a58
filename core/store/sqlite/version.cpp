#include "yuxin/store/version.hpp"

#include <sqlite3.h>

namespace yuxin::store {

std::string database_version() { return sqlite3_libversion(); }

}  // namespace yuxin::store
