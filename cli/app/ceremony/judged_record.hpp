// The record of a ceremony that a command names, judged.
#pragma once

#include "app/command.hpp"
#include "yuxin/keymgmt/ceremony_record.hpp"

namespace yuxin::cli {

// The options of a command that judges a record: RECORD and --practice.
[[nodiscard]] OptionSpec record_argument();
[[nodiscard]] OptionSpec practice_option();

// judge_record reads RECORD and holds it against what is expected; with --practice it is to be a rehearsal's. Errors
// as of the file; whatever is wrong with the record stands in the report.
[[nodiscard]] base::Result<keymgmt::RecordReport> judge_record(const Arguments& arguments,
                                                               keymgmt::RecordExpectations expected);

}  // namespace yuxin::cli
