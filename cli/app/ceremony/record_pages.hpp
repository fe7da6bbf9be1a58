// The record of a ceremony as it is put on paper.
#pragma once

#include "yuxin/keymgmt/ceremony_record.hpp"
#include "yuxin/keymgmt/ceremony_report.hpp"

namespace yuxin::cli {

// record_pages says everything that the record says, in the language of the process: the digests first, then what is
// wrong with it, then step by step what happened, and a line for everybody's hand.
[[nodiscard]] keymgmt::PrintedRecord record_pages(const keymgmt::RecordReport& report);

}  // namespace yuxin::cli
