// Taking steps at the desk in somebody's name: what is said on the command line, and what is told of it.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"
#include "context.hpp"
#include "desk_side.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::cli {

// form_of reads --field NAME=VALUE (and --reason, --opinion) by the fields of a workflow; files_of --attach
// LABEL=FILE.
[[nodiscard]] base::Result<base::JsonObject> form_of(const workflow::Workflow& definition,
                                                     const std::vector<std::string>& fields);
[[nodiscard]] base::Result<std::vector<workflow::File>> files_of(const std::vector<std::string>& attachments);
// field_words gathers --field, --reason and --opinion of a call as "NAME=VALUE".
[[nodiscard]] std::vector<std::string> field_words(const Arguments& arguments);

// report prints what came of a step, for people or as JSON.
void report(const Context& context, const StepDone& done);

// Options of commands that take steps.
[[nodiscard]] std::vector<OptionSpec> step_options();

}  // namespace yuxin::cli
