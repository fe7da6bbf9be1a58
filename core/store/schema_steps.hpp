// How far the steps of each module have come in a database.
#pragma once

#include <map>
#include <string>

#include "yuxin/store/database.hpp"

namespace yuxin::store {

using SchemaVersions = std::map<std::string, std::int64_t, std::less<>>;
[[nodiscard]] base::Result<SchemaVersions> schema_versions(Session& session);
// version_of is 0 for a module without steps.
[[nodiscard]] std::int64_t version_of(const SchemaVersions& found, std::string_view module);

}  // namespace yuxin::store
