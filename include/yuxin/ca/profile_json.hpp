// Profiles as JSON, for --json and for the REST interface.
#pragma once

#include <string>
#include <vector>

#include "yuxin/base/json.hpp"
#include "yuxin/ca/profile.hpp"

namespace yuxin::ca {

// profile_usages names the key usages and purposes, as people know them.
[[nodiscard]] std::vector<std::string> profile_usages(const Profile& profile);
// profile_json is what a profile admits, without its text. The names of the members are stable.
[[nodiscard]] base::JsonObject profile_json(const Profile& profile);

}  // namespace yuxin::ca
