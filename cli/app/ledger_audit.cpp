#include "ledger_audit.hpp"

#include <algorithm>

#include "published_lists.hpp"

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

template <typename T>
Result<> without_value(Result<T> result) {
  if (result) return {};
  return tl::unexpected(std::move(result).error());
}

Result<> check_stored(const LedgerSource& source, store::Reader& reader, LedgerFindings& findings) {
  TRY(const auto kept, evidence::kept_checkpoints(reader));
  findings.checkpoints = kept.size();
  const auto witnesses = witnesses_of(source.config);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    auto good = without_value(open_own(source, kept[i].note));
    if (good) good = without_value(evidence::check_cosignatures(kept[i].note, witnesses));
    if (!good) findings.report.problems.push_back(message("Stored checkpoint {}: {}", i + 1, good.error().detail));
  }
  return {};
}

// The ledger keeps every checkpoint that it signs, in the transaction that signs it.
Result<> find_own_copy(store::Reader& reader, const evidence::Checkpoint& checkpoint, std::string_view note,
                       std::vector<std::string>& problems) {
  TRY(const auto body, evidence::checkpoint_body(note));
  TRY(const auto kept, evidence::checkpoints(reader));
  const bool found = std::ranges::any_of(kept, [&](const std::string& own) { return own.starts_with(body); });
  if (!found) {
    problems.push_back(
        message("The ledger's own copy of the checkpoint of {} records, which it signed, is gone: it was taken away.",
                checkpoint.head.size));
  }
  return {};
}

Result<> check_given(const LedgerSource& source, store::Reader& reader, const LedgerAuditOrder& order,
                     LedgerFindings& findings) {
  auto& problems = findings.report.problems;
  TRY(const auto note, read_note(*order.checkpoint_file));
  const auto opened = open_own(source, note);
  if (!opened) return as_finding(tl::unexpected(opened.error()), problems);
  findings.compared = true;
  if (!order.witnesses.empty()) {
    const auto quorum = order.quorum == 0 ? order.witnesses.size() : order.quorum;
    auto seen = evidence::demand_witnesses(note, order.witnesses, quorum);
    if (seen) {
      findings.cosignatures = std::move(*seen);
    } else {
      TRY(as_finding(tl::unexpected(std::move(seen).error()), problems));
    }
  }
  TRY(find_own_copy(reader, *opened, note, problems));
  return as_finding(evidence::check_against(reader, *opened), problems);
}

}  // namespace

Result<LedgerFindings> audit_ledger(const LedgerSource& source, const LedgerAuditOrder& order) {
  LedgerFindings findings;
  TRY(source.store->read([&](store::Reader& reader) -> Result<> {
    TRY(findings.report, evidence::verify(reader));
    TRY(check_stored(source, reader, findings));
    return order.checkpoint_file ? check_given(source, reader, order, findings) : Result<>();
  }));
  if (source.home.empty()) return findings;
  TRY(findings.lists, check_published_lists(*source.store, source.home, findings.report.problems));
  return findings;
}

}  // namespace yuxin::cli
