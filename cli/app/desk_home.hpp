// The registration desk over a home: its definitions, calendars and authority.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "context.hpp"
#include "home.hpp"
#include "role_acts.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::cli {

// definitions_of gives the workflows that come with the program, each replaced by workflows/NAME.toml of the home
// where there is one, and those that only the home has.
[[nodiscard]] base::Result<std::vector<std::shared_ptr<const workflow::Workflow>>> definitions_of(const Home& home);
// calendar_of likewise, with calendars/YEAR.toml.
[[nodiscard]] base::Result<std::shared_ptr<const workflow::Calendar>> calendar_of(const Home& home);

// open_desk_for opens the desk of this home whose issuer serves a registration authority elsewhere.
[[nodiscard]] base::Result<std::shared_ptr<ra::Desk>> open_desk_for(Home& home, const ca::Petitioner& petitioner);

// open_desk: the home must be unlocked where a certificate is going to be checked or issued, and lives longer than
// the desk.
[[nodiscard]] base::Result<std::shared_ptr<ra::Desk>> open_desk(Home& home, const std::string& actor);

// viewer_of is what a person may see at the desk; nothing for the operator of the home, who sees all.
[[nodiscard]] base::Result<std::optional<ra::Viewer>> viewer_of(Home& home, const Person& person);

}  // namespace yuxin::cli
