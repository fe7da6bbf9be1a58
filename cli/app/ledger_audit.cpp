#include "ledger_audit.hpp"

#include <algorithm>
#include <iterator>

#include "home_schema.hpp"
#include "published_lists.hpp"
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

template <typename T>
Result<> without_value(Result<T> result) {
  if (result) return {};
  return tl::unexpected(std::move(result).error());
}

// Time stamps of one audit: the trust is put together only where there is a token.
class Stamps {
 public:
  Stamps(const LedgerSource& source, const LedgerAuditOrder& order) : source_(source), order_(order) {}
  Result<CheckpointTrust::Verdict> check(std::string_view note, base::ByteView token) {
    if (!trust_) {
      TRY(auto trust, CheckpointTrust::of(source_, order_.time_stamp_trust));
      trust_ = std::move(trust);
    }
    return trust_->check(note, token);
  }

 private:
  const LedgerSource& source_;
  const LedgerAuditOrder& order_;
  std::optional<CheckpointTrust> trust_;
};

// Whatever is wrong with a token that is kept here is a finding.
void check_kept_stamp(const evidence::KeptCheckpoint& kept, Stamps& stamps, LedgerFindings& findings) {
  if (kept.time_stamp.empty()) return;
  const auto verdict = stamps.check(kept.note, kept.time_stamp);
  if (!verdict) {
    findings.report.problems.push_back(
        message("The time stamp on the checkpoint of {} records: {}", kept.size, verdict.error().detail));
  } else if (verdict->standing == CheckpointTrust::Verdict::Authority::kUnknown) {
    ++findings.strange_stamps;
  } else {
    ++findings.time_stamps;
  }
}

void check_stored(const LedgerSource& source, const std::vector<evidence::KeptCheckpoint>& kept,
                  LedgerFindings& findings) {
  findings.checkpoints = kept.size();
  const auto witnesses = witnesses_of(source.config);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    auto good = without_value(open_own(source, kept[i].note));
    if (good) good = without_value(evidence::check_cosignatures(kept[i].note, witnesses));
    if (!good) findings.report.problems.push_back(message("Stored checkpoint {}: {}", i + 1, good.error().detail));
  }
}

Result<> check_given_stamp(Stamps& stamps, const LedgerAuditOrder& order, LedgerFindings& findings) {
  if (!findings.compared) return {};  // the checkpoint itself is no good
  TRY(const auto note, read_note(*order.checkpoint_file));
  TRY(const auto octets, base::read_file(*order.time_stamp_file, 1U << 20U));
  // What an authority answered will do as well as the token in it.
  const auto response = x509::parse_time_stamp_response(octets);
  auto verdict = stamps.check(note, response && response->token ? response->token->der() : base::ByteView(octets));
  if (!verdict) return as_finding(tl::unexpected(std::move(verdict).error()), findings.report.problems);
  findings.time_stamp = std::move(*verdict);
  return {};
}

// The ledger keeps every checkpoint that it signs, in the transaction that signs it.
Result<> find_own_copy(const std::vector<evidence::KeptCheckpoint>& kept, const evidence::Checkpoint& checkpoint,
                       std::string_view note, std::vector<std::string>& problems) {
  TRY(const auto body, evidence::checkpoint_body(note));
  const bool found =
      std::ranges::any_of(kept, [&](const evidence::KeptCheckpoint& own) { return own.note.starts_with(body); });
  if (!found) {
    problems.push_back(
        message("The ledger's own copy of the checkpoint of {} records, which it signed, is gone: it was taken away.",
                checkpoint.head.size));
  }
  return {};
}

Result<> check_given(const LedgerSource& source, const std::vector<evidence::KeptCheckpoint>& kept,
                     const LedgerAuditOrder& order, store::Reader& reader, LedgerFindings& findings) {
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
  if (source.home.empty()) findings.behind = std::max<std::int64_t>(0, opened->head.size - findings.report.records);
  if (findings.behind > 0) {  // a copy may be older; nobody is accused before a whole one was checked
    problems.push_back(message(
        "This copy ends with record {}, and the checkpoint stands for {}. A copy of before the checkpoint, or "
        "one made with cp while a server ran (it lacks what stood in the -wal file), is replaced by a new "
        "one: yuxin audit copy FILE. If that one ends early too, records were cut off.",
        findings.report.records, opened->head.size));
    return {};
  }
  TRY(find_own_copy(kept, *opened, note, problems));
  return as_finding(evidence::check_against(reader, *opened), problems);
}

}  // namespace

Result<LedgerFindings> audit_ledger(const LedgerSource& source, const LedgerAuditOrder& order) {
  LedgerFindings findings;
  Stamps stamps(source, order);
  std::vector<evidence::KeptCheckpoint> kept;
  TRY(source.store->read([&](store::Reader& reader) -> Result<> {
    TRY(findings.report, evidence::verify(reader));
    TRY(const auto faults, store::schema_differences(reader.session(), home_migrations()));
    std::ranges::copy(faults, std::back_inserter(findings.report.problems));
    TRY(const auto damage, store::stored_damage(reader.session()));
    std::ranges::copy(damage, std::back_inserter(findings.report.problems));
    TRY(kept, evidence::kept_checkpoints(reader));
    check_stored(source, kept, findings);
    return order.checkpoint_file ? check_given(source, kept, order, reader, findings) : Result<>();
  }));
  // Outside that transaction, because the trust is read in one of its own.
  for (const auto& checkpoint : kept) check_kept_stamp(checkpoint, stamps, findings);
  if (order.time_stamp_file) TRY(check_given_stamp(stamps, order, findings));
  if (source.home.empty() || order.lists == LedgerAuditOrder::Lists::kLeftOut) return findings;
  TRY(findings.lists, check_published_lists(*source.store, source.home, findings.report.problems));
  return findings;
}

}  // namespace yuxin::cli
