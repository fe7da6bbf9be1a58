#include "ledger_audit.hpp"

#include "yuxin/base/file.hpp"

namespace yuxin::cli {

using base::Code;
using base::message;
using base::Result;

namespace {

// An error that says that something is wrong with the evidence is a finding; any other ends the audit.
Result<> as_finding(Result<> result, std::vector<std::string>& problems) {
  if (result) return {};
  const auto code = result.error().code;
  if (code != Code::kBadSignature && code != Code::kIntegrity) return tl::unexpected(std::move(result).error());
  problems.push_back(std::move(result).error().detail);
  return {};
}

Result<evidence::Checkpoint> open_own(const LedgerSource& source, std::string_view note) {
  TRY(auto checkpoint, evidence::open_checkpoint(note, source.key));
  if (checkpoint.origin == source.origin) return checkpoint;
  return base::fail(Code::kIntegrity, "The checkpoint is one of {}; this ledger is {}.", checkpoint.origin,
                    source.origin);
}

Result<> check_stored(const LedgerSource& source, store::Reader& reader, LedgerFindings& findings) {
  TRY(auto notes, evidence::checkpoints(reader));
  findings.checkpoints = notes.size();
  for (std::size_t i = 0; i < notes.size(); ++i) {
    auto opened = open_own(source, notes[i]);
    if (opened) continue;
    findings.report.problems.push_back(message("Stored checkpoint {}: {}", i + 1, opened.error().detail));
  }
  return {};
}

Result<> check_given(const LedgerSource& source, store::Reader& reader, const std::string& file,
                     LedgerFindings& findings) {
  TRY(auto note, base::read_file(file, 1U << 20U));
  auto opened = open_own(source, base::as_text(note));
  if (!opened) return as_finding(tl::unexpected(std::move(opened).error()), findings.report.problems);
  findings.compared = true;
  return as_finding(evidence::check_against(reader, *opened), findings.report.problems);
}

}  // namespace

Result<LedgerFindings> audit_ledger(const LedgerSource& source, const std::optional<std::string>& checkpoint_file) {
  LedgerFindings findings;
  TRY(source.store->read([&](store::Reader& reader) -> Result<> {
    TRY(findings.report, evidence::verify(reader));
    TRY(check_stored(source, reader, findings));
    return checkpoint_file ? check_given(source, reader, *checkpoint_file, findings) : Result<>();
  }));
  return findings;
}

}  // namespace yuxin::cli
