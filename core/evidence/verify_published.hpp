// The part of an audit that is about authorities and what they published: lists, and certificates of services.
#pragma once

#include <string_view>
#include <vector>

#include "findings.hpp"
#include "repository.hpp"
#include "yuxin/base/json.hpp"

namespace yuxin::evidence {

// kListPrefix and kAuthorityPrefix begin the names of objects that are no certificates; the blank keeps them apart.
inline constexpr std::string_view kListPrefix = "list ";
inline constexpr std::string_view kAuthorityPrefix = "authority ";

// add_published_fact takes what a record says about a list or an authority; other records are passed over.
[[nodiscard]] base::Result<> add_published_fact(repository::FactSorter& facts, std::int64_t sequence,
                                                const base::JsonObject& record);
// add_published_rows takes what the tables say about them, and holds the certificates of services against those that
// were issued.
[[nodiscard]] base::Result<> add_published_rows(store::Reader& reader, repository::FactSorter& facts,
                                                Findings& problems);
// compare_list and compare_authority judge all that was said about one of them.
void compare_list(const std::vector<repository::Fact>& facts, Findings& problems);
void compare_authority(const std::vector<repository::Fact>& facts, Findings& problems);

}  // namespace yuxin::evidence
