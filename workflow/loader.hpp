// The readers of a definition's parts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/config.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/workflow/definition.hpp"

namespace yuxin::workflow {

// is_name: lower-case letters, digits and `mark`, a letter first. is_state_name: upper-case letters, digits, '_',
// '-'.
[[nodiscard]] bool is_name(std::string_view text, char mark);
[[nodiscard]] bool is_state_name(std::string_view text);
// read_title reads { en = "...", zh = "..." }, of which one must be there.
[[nodiscard]] base::Result<Title> read_title(base::ConfigTable& table, std::string_view key);
[[nodiscard]] base::Result<Field> read_field(base::ConfigTable& table);
// located puts file and line before an error that has none.
[[nodiscard]] base::Failure located(const base::ConfigTable& table, std::string_view key, const base::Error& error);
[[nodiscard]] base::Result<Guard> read_guard(base::ConfigTable& table, std::string_view key,
                                             const Workflow& workflow);
[[nodiscard]] base::Result<Transition> read_transition(base::ConfigTable& table, const Workflow& workflow);
// Policies are the sections [policy.2026] with the spans that deadlines name.
using Policies = std::map<std::string, std::map<std::string, TimeLimit>>;
[[nodiscard]] base::Result<Deadline> read_deadline(base::ConfigTable& table, const Workflow& workflow,
                                                   const Policies& policies);
[[nodiscard]] base::Result<TimeLimit> read_limit(base::ConfigTable& table, std::string_view key,
                                                 const Workflow& workflow);
// known_state refuses a state that the definition does not have, with the nearest one.
[[nodiscard]] base::Result<> known_state(const base::ConfigTable& table, std::string_view key,
                                         const Workflow& workflow, const std::string& name);
[[nodiscard]] base::Result<> known_field(const base::ConfigTable& table, std::string_view key,
                                         const Workflow& workflow, const std::string& name);

}  // namespace yuxin::workflow
