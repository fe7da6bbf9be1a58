// The part of an audit that is about granted roles and the lists of revoked ones.
#pragma once

#include <string_view>
#include <vector>

#include "findings.hpp"
#include "repository.hpp"
#include "yuxin/base/json.hpp"

namespace yuxin::evidence {

// kGrantPrefix and kRoleListPrefix begin the names of objects that are no certificates; the blank keeps them apart.
inline constexpr std::string_view kGrantPrefix = "grant ";
inline constexpr std::string_view kRoleListPrefix = "role-list ";

// add_grant_fact takes what a record says about a grant or a list of roles; other records are passed over.
[[nodiscard]] base::Result<> add_grant_fact(repository::FactSorter& facts, std::int64_t sequence,
                                            const base::JsonObject& record);
// add_grant_rows takes what the tables say, and finds rows that say other than their attribute certificates.
[[nodiscard]] base::Result<> add_grant_rows(store::Reader& reader, repository::FactSorter& facts, Findings& problems);
// compare_grant and compare_role_list judge all that was said about one of them.
void compare_grant(const std::vector<repository::Fact>& facts, Findings& problems);
void compare_role_list(const std::vector<repository::Fact>& facts, Findings& problems);

}  // namespace yuxin::evidence
