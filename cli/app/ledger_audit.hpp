// The audit of a ledger with its signed checkpoints.
#pragma once

#include <optional>
#include <string>

#include "ledger_source.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::cli {

// LedgerFindings is what an audit found. Problems with signed checkpoints stand in the report with the others.
struct LedgerFindings {
  evidence::VerifyReport report;
  std::size_t checkpoints = 0;  // that were kept with the ledger
  bool compared = false;        // with one that was kept elsewhere
};

// audit_ledger checks every record, the tables against them, every stored checkpoint, and `checkpoint_file` if it is
// given. What is wrong with the evidence is a finding; an error means that the audit could not be made.
[[nodiscard]] base::Result<LedgerFindings> audit_ledger(const LedgerSource& source,
                                                        const std::optional<std::string>& checkpoint_file);

}  // namespace yuxin::cli
