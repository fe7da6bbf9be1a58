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
// complete_serial writes out the serial number of the certificate that is renewed, where its beginning was typed.
[[nodiscard]] base::Result<> complete_serial(DeskSide& side, base::JsonObject& form);
// field_words gathers --field, --reason and --opinion of a call as "NAME=VALUE".
[[nodiscard]] std::vector<std::string> field_words(const Arguments& arguments);

// report prints what came of a step, for people or as JSON.
void report(const Context& context, const StepDone& done);

// write_issued writes the certificate that came of a step, with the authorities above it; says so where none did yet.
[[nodiscard]] base::Result<> write_issued(const Context& context, DeskSide& side, const StepDone& done,
                                          const std::string& path);

// Options of commands that take steps.
[[nodiscard]] std::vector<OptionSpec> step_options();

}  // namespace yuxin::cli
