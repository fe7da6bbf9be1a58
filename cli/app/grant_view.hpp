// How granted roles are shown.
#pragma once

#include <string>
#include <string_view>

#include "context.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/evidence/authority.hpp"

namespace yuxin::cli {

// grant_state is the word of JSON: "in-force", "not-yet", "expired", "revoked", "compromised" (its
// holder's key).
[[nodiscard]] std::string_view grant_state(const evidence::GrantRow& row, base::UnixTime now);
// grant_state_text is for people.
[[nodiscard]] std::string grant_state_text(const evidence::GrantRow& row, base::UnixTime now);
[[nodiscard]] base::JsonObject grant_json(const evidence::GrantRow& row, base::UnixTime now);
// scope_text is the scope as it is typed, or that there is none.
[[nodiscard]] std::string scope_text(std::string_view scope);
// role_text is a role with its title: "RA.REVIEW (Certificate officer: review)".
[[nodiscard]] std::string role_text(const evidence::Organisation& organisation, std::string_view role);

// describe_grant prints the lines that name a grant before something is done to it.
void describe_grant(const Context& context, const evidence::Organisation& organisation,
                    const evidence::GrantRow& row);

}  // namespace yuxin::cli
