// What came of many things that were done at once: one line each, and a sum.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "context.hpp"
#include "desk_side.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::cli {

// RowResult is what came of one row of a table, or of one case.
struct RowResult {
  std::size_t row = 0;  // counted from 1
  std::string case_id;  // known before: of a step; afterwards: of an application
  std::string state;
  std::string whom;    // name in the form, and whose certificate it is
  std::string serial;  // of a certificate that was issued
  std::string file;    // that it was written to
  std::optional<base::Error> error;
};

enum class Trial { kNo, kYes };

// row_of takes the outcome of a step into a row.
void take_outcome(RowResult& row, const base::Result<StepDone>& done);
// whom_text names a person as they stand in the form and in the certificate, which may differ.
[[nodiscard]] std::string whom_text(const base::JsonObject& form, const std::string& subject);
// report_row prints one row: a line for people, or a JSON document.
void report_row(const Context& context, const RowResult& row, Trial trial);
// finish_rows prints the sum and gives the exit code: 1 where anything was refused.
[[nodiscard]] int finish_rows(const Context& context, const std::vector<RowResult>& rows, Trial trial);

}  // namespace yuxin::cli
