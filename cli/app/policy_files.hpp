// The files that an authority and its registration authorities go by: given on one host, kept on the other.
#pragma once

#include "home.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// policy_files are the texts of organisation.toml, approvals.toml, the profiles, the workflows and the calendars of a
// home, those that come with the program included, by their paths in the home.
[[nodiscard]] base::Result<base::JsonObject> policy_files(const Home& home);

// keep_policy_files makes those of a home the given ones: kMalformed for a name that is none of them. What the
// authority has no more is removed.
[[nodiscard]] base::Result<> keep_policy_files(const Home& home, const base::JsonObject& files);

}  // namespace yuxin::cli
