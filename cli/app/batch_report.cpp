#include "batch_report.hpp"

#include <algorithm>

#include "case_view.hpp"
#include "yuxin/base/language.hpp"

namespace yuxin::cli {

using base::message;
using base::Result;

namespace {

base::JsonObject row_json(const RowResult& row) {
  base::JsonObject json{{"row", static_cast<std::int64_t>(row.row)}, {"whom", row.whom}};
  if (!row.case_id.empty()) json["case"] = row.case_id;
  if (row.error) {
    json["error"] = base::JsonObject{{"code", base::code_name(row.error->code)}, {"detail", row.error->detail}};
    return json;
  }
  if (!row.state.empty()) json["state"] = row.state;
  if (!row.serial.empty()) json["serial"] = row.serial;
  if (!row.file.empty()) json["file"] = row.file;
  return json;
}

std::string refused_text(const RowResult& row) {
  const auto& detail = row.error->detail;
  if (row.case_id.empty()) return message("{}: not done: {}", row.row, detail);
  // most refusals name the case themselves
  return detail.find(row.case_id) != std::string::npos ? detail : row.case_id + ": " + detail;
}

}  // namespace

void take_outcome(RowResult& row, const Result<StepDone>& done) {
  if (!done) {
    row.error = done.error();
    return;
  }
  const auto& standing = done->after.standing;
  row.case_id = standing.of.id;
  row.state = state_title(*standing.workflow, standing.of);
  row.serial = base::json_string(standing.of.facts, "serial");
}

std::string whom_text(const base::JsonObject& form, const std::string& subject) {
  const auto name = base::json_string(form, "name");
  if (name.empty() || subject.empty()) return name + subject;
  return message("{} ({})", name, subject);
}

void report_row(const Context& context, const RowResult& row, Trial trial) {
  if (context.options().json) {
    context.out(base::print_json(row_json(row)));
  } else if (row.error) {
    context.out(visible(refused_text(row)));
  } else if (trial == Trial::kYes) {
    context.out(visible(message("{}: good: {}", row.row, row.whom)));
  } else if (!row.serial.empty()) {
    context.out(visible(message("{} is {}: {}, certificate {}", row.case_id, row.state, row.whom, row.serial)));
  } else {
    context.out(visible(message("{} is {}: {}", row.case_id, row.state, row.whom)));
  }
}

int finish_rows(const Context& context, const std::vector<RowResult>& rows, Trial trial) {
  const auto good = std::ranges::count_if(rows, [](const RowResult& row) { return !row.error; });
  context.remark(trial == Trial::kYes ? message("{} of {} would be taken. Nothing was submitted.", good, rows.size())
                                      : message("{} of {} taken.", good, rows.size()));
  return std::cmp_equal(good, rows.size()) ? 0 : 1;
}

}  // namespace yuxin::cli
