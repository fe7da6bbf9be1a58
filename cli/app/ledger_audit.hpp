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
  std::size_t checkpoints = 0;                      // that were kept with the ledger
  std::size_t lists = 0;                            // published revocation lists whose files were read
  bool compared = false;                            // with one that was kept elsewhere
  std::vector<evidence::Cosignature> cosignatures;  // of the witnesses demanded, on that one
};

// LedgerAuditOrder is what an audit is to do beyond reading the whole ledger and the tables.
struct LedgerAuditOrder {
  std::optional<std::string> checkpoint_file;   // kept elsewhere; typed or scanned ones too
  std::vector<evidence::WitnessKey> witnesses;  // demanded on it
  std::size_t quorum = 0;                       // of them; 0: all
};

// audit_ledger checks every record, the tables against them, every stored checkpoint with its co-signatures, in a
// home the files of published lists, and what the order says. What is wrong with the evidence is a finding; an error
// means that the audit could not be made.
[[nodiscard]] base::Result<LedgerFindings> audit_ledger(const LedgerSource& source, const LedgerAuditOrder& order);

}  // namespace yuxin::cli
