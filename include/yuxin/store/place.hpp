// Whether a database is still where it was opened.
#pragma once

#include "yuxin/base/result.hpp"
#include "yuxin/store/database.hpp"

namespace yuxin::store {

// in_place says whether the file at the path of a database is still the one that was opened. kIntegrity, with a
// sentence, where there is another or none: what this process writes nobody else sees, and what others write it does
// not see. SQLite itself never replaces the file. Nothing is written then: `write` and `submit` look too. Cheap; a
// database without a file is always in place. Thread-safe.
[[nodiscard]] base::Result<> in_place(const Database& database);

}  // namespace yuxin::store
