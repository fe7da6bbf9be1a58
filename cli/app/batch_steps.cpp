#include "batch_steps.hpp"

#include "batch_report.hpp"
#include "case_view.hpp"
#include "desk_acting.hpp"
#include "output.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

// Shown is a case as it was shown, and the step that is going to be signed; or why there is none.
struct Shown {
  RowResult row;
  std::optional<ra::Step> step;
};

Result<ra::Step> drafted(const Arguments& arguments, DeskSide& side, const CaseSeen& seen,
                         const std::string& action) {
  TRY(ra::check_open(seen.item, action));
  workflow::Draft draft{.action = action};
  TRY(draft.form, form_of(*seen.item.standing.workflow, field_words(arguments)));
  return side.step(seen.item, std::move(draft), std::nullopt);
}

// What is shown of each is what its signature will be under: the matter of the very act.
Result<> look_at(const Context& context, const Arguments& arguments, DeskSide& side, const std::string& action,
                 Shown& shown) {
  TRY(const auto seen, side.look(shown.row.case_id));
  const auto& standing = seen.item.standing;
  TRY(auto step, drafted(arguments, side, seen, action));
  TRY(const auto matter, matter_of_step(side, step, seen));
  shown.row.whom = whom_text(standing.of.form, matter_text(matter));
  context.remark(
      labelled(shown.row.case_id, message("{}, {}", state_title(*standing.workflow, standing.of), shown.row.whom)));
  for (const auto& line : matter_lines(matter, standing.of.form, MatterTense::kWill)) {
    if (line.is_warning) context.remark(labelled("", message("note: {}", line.value)));
  }
  shown.step = std::move(step);
  return {};
}

Result<> check_folder(const Arguments& arguments) {
  const auto folder = arguments.maybe("--out-dir");
  if (folder && !base::file_exists(*folder))
    return fail(Code::kNotFound, "There is no folder {}. Nothing was changed. Make it first.", *folder);
  return {};
}

void take(const Context& context, const Arguments& arguments, DeskSide& side, Shown& shown) {
  const auto done = side.sign_and_take(*shown.step);
  take_outcome(shown.row, done);
  const auto folder = arguments.maybe("--out-dir");
  if (!done || !folder || shown.row.serial.empty()) return;
  const auto path = *folder + "/" + shown.row.case_id + ".pem";
  if (const auto written = write_issued(context, side, *done, path); written) {
    shown.row.file = path;
  } else {
    context.warn(written.error().detail);
  }
}

}  // namespace

Result<int> step_cases(Context& context, const Arguments& arguments, DeskSide& side, const std::string& action) {
  TRY(check_folder(arguments));
  std::vector<Shown> all;
  std::size_t open = 0;
  for (const auto& id : arguments.many("--case")) {
    Shown shown;
    shown.row.row = all.size() + 1;
    shown.row.case_id = id;
    if (auto looked = look_at(context, arguments, side, action, shown); looked) {
      ++open;
    } else {
      shown.row.error = looked.error();
      context.remark(shown.row.error->detail);
    }
    all.push_back(std::move(shown));
  }
  const auto trial = arguments.has("--dry-run") ? Trial::kYes : Trial::kNo;
  if (trial == Trial::kNo && open > 0) {
    TRY(auto agreed, context.confirm(message("Sign \"{}\" for all of them?", action)));
    if (!agreed) return fail(Code::kUsage, "Nothing was signed.");
  }
  std::vector<RowResult> rows;
  for (auto& shown : all) {
    if (shown.step && trial == Trial::kNo) take(context, arguments, side, shown);
    report_row(context, shown.row, trial);
    rows.push_back(std::move(shown.row));
  }
  if (trial == Trial::kNo) side.end_work(context);
  return finish_rows(context, rows, trial);
}

}  // namespace yuxin::cli
