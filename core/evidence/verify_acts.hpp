// The part of an audit that is about acts: the table that finds them, against the ledger that holds them.
#pragma once

#include <string_view>
#include <vector>

#include "findings.hpp"
#include "repository.hpp"
#include "yuxin/base/json.hpp"

namespace yuxin::evidence {

// kActPrefix begins the names of objects that stand for the acceptance of one act.
inline constexpr std::string_view kActPrefix = "act ";

// add_act_fact takes what a record says about an accepted act; other records are passed over.
[[nodiscard]] base::Result<> add_act_fact(repository::FactSorter& facts, std::int64_t sequence,
                                          const base::JsonObject& record);
// add_act_rows takes what the table says.
[[nodiscard]] base::Result<> add_act_rows(store::Reader& reader, repository::FactSorter& facts);
// compare_act judges what was said about one of them.
void compare_act(const std::vector<repository::Fact>& facts, Findings& problems);

}  // namespace yuxin::evidence
