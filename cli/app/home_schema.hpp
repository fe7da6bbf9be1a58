// The tables of a home.
#pragma once

#include <string>
#include <vector>

#include "yuxin/store/database.hpp"
#include "yuxin/store/store.hpp"

namespace yuxin::cli {

// home_migrations are the steps of every module, in the order in which they are made.
[[nodiscard]] std::vector<store::Migration> home_migrations();

// database_faults says, in sentences, what in a database is not as this program made it (store::schema_differences
// and Reader::foreign_rules).
[[nodiscard]] base::Result<std::vector<std::string>> database_faults(store::Reader& reader);

}  // namespace yuxin::cli
