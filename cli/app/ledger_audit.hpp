// The audit of a ledger with its signed checkpoints.
#pragma once

#include <optional>
#include <string>

#include "checkpoint_stamp.hpp"
#include "ledger_source.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::cli {

// LedgerFindings is what an audit found. Problems with signed checkpoints stand in the report with the others.
struct LedgerFindings {
  evidence::VerifyReport report;
  std::size_t checkpoints = 0;     // that were kept with the ledger
  std::size_t lists = 0;           // published revocation lists whose files were read
  std::size_t time_stamps = 0;     // on kept checkpoints, by an authority that is believed
  std::size_t strange_stamps = 0;  // and whole ones by an authority that nobody spoke for
  std::optional<CheckpointTrust::Verdict> time_stamp = std::nullopt;  // on the checkpoint given
  bool compared = false;                                              // with one that was kept elsewhere
  std::vector<evidence::Cosignature> cosignatures;                    // of the witnesses demanded, on that one
  // A database alone ends so many records before that checkpoint: it may have been copied without its log.
  std::int64_t behind = 0;
};

// LedgerAuditOrder is what an audit is to do beyond reading the whole ledger and the tables.
struct LedgerAuditOrder {
  // Lists says whether the files of published lists are read; left out by who has looked at them already.
  enum class Lists { kRead, kLeftOut } lists = Lists::kRead;
  base::UnixTime now{};                                       // when lists are read: what expired before is no matter
  std::optional<std::string> checkpoint_file;                 // kept elsewhere; typed or scanned ones too
  std::vector<evidence::WitnessKey> witnesses;                // demanded on it
  std::optional<std::string> time_stamp_file = std::nullopt;  // DER token over it
  std::vector<std::string> time_stamp_trust = {};             // PEM files; none: see CheckpointTrust
  std::size_t quorum = 0;                                     // of them; 0: all
};

// audit_ledger checks every record, the tables against them, every stored checkpoint with its co-signatures, in a
// home the files of published lists, and what the order says. What is wrong with the evidence is a finding; an error
// means that the audit could not be made.
[[nodiscard]] base::Result<LedgerFindings> audit_ledger(const LedgerSource& source, const LedgerAuditOrder& order);

}  // namespace yuxin::cli
