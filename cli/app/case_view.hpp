// How cases and their steps are shown.
#pragma once

#include <string>
#include <vector>

#include "context.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::cli {

[[nodiscard]] std::string state_title(const workflow::Workflow& definition, std::string_view name);
// due_text is "in 3 h", "overdue 1 day", for lists.
[[nodiscard]] std::string due_text(const workflow::Case& of, base::UnixTime now);

// describe_step prints what is going to be signed, all of it, before anybody is asked.
void describe_step(const Context& context, const ra::Step& step, const workflow::Case* before,
                   std::string_view signer);
// describe_case prints one case with its steps.
void describe_case(const Context& context, const ra::Item& item, const std::vector<workflow::StepRow>& steps);
void print_cases(const Context& context, const std::vector<ra::Item>& items);

// passed_text says what a deadline has come to.
[[nodiscard]] std::string passed_text(const workflow::Cases::Passed& passed);

}  // namespace yuxin::cli
