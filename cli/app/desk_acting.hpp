// Taking steps at the desk of a home in somebody's name: shown, asked, signed, judged, kept, carried out.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"
#include "context.hpp"
#include "desk_home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::cli {

// DeskCall is one call that works at the desk.
struct DeskCall {
  std::shared_ptr<Home> home;
  std::shared_ptr<ra::Desk> desk;
  keymgmt::Identity person;
  ra::Viewer viewer;
};
// open_desk_call opens the home, the identity of --as and the desk. kUsage without --as: nobody acts here unnamed.
[[nodiscard]] base::Result<DeskCall> open_desk_call(const Context& context, const Arguments& arguments);

// StepDone is what came of a step that was taken.
struct StepDone {
  workflow::Decision decision;
  std::vector<ra::Effected> effected;
};
// sign_and_take signs a step and keeps it. Nothing is asked or shown.
[[nodiscard]] base::Result<StepDone> sign_and_take(DeskCall& call, const ra::Step& step);

// form_of reads --field NAME=VALUE (and --reason, --opinion) by the fields of a workflow; files_of --attach
// LABEL=FILE.
[[nodiscard]] base::Result<base::JsonObject> form_of(const workflow::Workflow& workflow,
                                                     const std::vector<std::string>& fields);
[[nodiscard]] base::Result<std::vector<workflow::File>> files_of(const std::vector<std::string>& attachments);
// field_words gathers --field, --reason and --opinion of a call as "NAME=VALUE".
[[nodiscard]] std::vector<std::string> field_words(const Arguments& arguments);

// report prints what came of a step, for people or as JSON.
[[nodiscard]] base::Result<> report(const Context& context, DeskCall& call, const StepDone& done);

// Options of commands that take steps.
[[nodiscard]] std::vector<OptionSpec> step_options();

}  // namespace yuxin::cli
