// How cases and their steps are shown.
#pragma once

#include <string>
#include <vector>

#include "context.hpp"
#include "matter_view.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::cli {

// state_title is what people call a state; of a case as it stands workflow::state_title says it.
[[nodiscard]] std::string state_title(const workflow::Workflow& definition, std::string_view name);
// takers_text says who may take a step: "RA.REVIEW / the subscriber".
[[nodiscard]] std::string takers_text(const workflow::Transition& transition);
// due_text is "in 3 h", "overdue 1 day", for lists.
[[nodiscard]] std::string due_text(const workflow::Case& of, base::UnixTime now);

// describe_step prints what is going to be signed, all of it and with what it is about, before anybody is asked.
// `seen` is the case as it stands; nothing where one is opened.
void describe_step(const Context& context, const ra::Step& step, const CaseSeen* seen, const Matter& matter,
                   std::string_view signer);
// describe_case prints one case with its files, certificates and steps; case_json is the same for programs.
void describe_case(const Context& context, const CaseSeen& seen, const Matter& matter);
[[nodiscard]] base::JsonObject case_json(const CaseSeen& seen, const Matter& matter);
void print_cases(const Context& context, const std::vector<ra::Item>& items);

// passed_text says what a deadline has come to.
[[nodiscard]] std::string passed_text(const workflow::Cases::Passed& passed);

}  // namespace yuxin::cli
