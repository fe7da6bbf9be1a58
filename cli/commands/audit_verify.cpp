// yuxin audit verify: the whole ledger, the tables against it, and every signed checkpoint.
#include "app/ledger_source.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::message;
using base::Result;

struct Findings {
  evidence::VerifyReport report;
  std::size_t checkpoints = 0;  // that were kept with the ledger
  bool compared = false;        // with one that was kept elsewhere
};

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

Result<> check_stored(const LedgerSource& source, store::Reader& reader, Findings& findings) {
  TRY(auto notes, evidence::checkpoints(reader));
  findings.checkpoints = notes.size();
  for (std::size_t i = 0; i < notes.size(); ++i) {
    auto opened = open_own(source, notes[i]);
    if (opened) continue;
    findings.report.problems.push_back(message("Stored checkpoint {}: {}", i + 1, opened.error().detail));
  }
  return {};
}

Result<> check_given(const LedgerSource& source, store::Reader& reader, const std::string& file, Findings& findings) {
  TRY(auto note, base::read_file(file, 1U << 20U));
  auto opened = open_own(source, base::as_text(note));
  if (!opened) return as_finding(tl::unexpected(std::move(opened).error()), findings.report.problems);
  findings.compared = true;
  return as_finding(evidence::check_against(reader, *opened), findings.report.problems);
}

void print_document(const Context& context, const LedgerSource& source, const Findings& findings) {
  const auto& report = findings.report;
  const auto texts = [](const std::vector<std::string>& list) { return base::JsonArray(list.begin(), list.end()); };
  context.document(base::JsonObject{{"good", report.problems.empty()},
                                    {"ledger", source.origin},
                                    {"records", report.records},
                                    {"root", base::hex(report.head.root)},
                                    {"checkpoints", findings.checkpoints},
                                    {"compared_with_checkpoint", findings.compared},
                                    {"problems", texts(report.problems)},
                                    {"remarks", texts(report.remarks)}});
}

void print_lines(const Context& context, const Findings& findings) {
  const auto& report = findings.report;
  for (const auto& remark : report.remarks) context.remark(remark);
  for (const auto& problem : report.problems) context.out(message("FAIL   {}", problem));
  if (!report.problems.empty()) {
    context.out(
        message("The ledger is not what it was: {} findings. Keep this home as it is, and find out who had "
                "access.",
                report.problems.size()));
    return;
  }
  context.out(message("The ledger is whole: {} entries, head {}, {} signed checkpoints.", report.records,
                      base::hex(report.head.root).substr(0, 16), findings.checkpoints));
  if (findings.compared) {
    context.out(message("It begins with what the given checkpoint stands for."));
  } else {
    context.remark(message(
        "That nobody who owns this machine wrote it anew is proven only by a checkpoint kept elsewhere: yuxin "
        "audit verify --checkpoint FILE"));
  }
}

Result<int> verify(Context& context, const Arguments& arguments) {
  TRY(auto source, open_ledger_source(context, arguments));
  Findings findings;
  TRY(source.store->read([&](store::Reader& reader) -> Result<> {
    TRY(findings.report, evidence::verify(reader));
    TRY(check_stored(source, reader, findings));
    const auto given = arguments.maybe("--checkpoint");
    return given ? check_given(source, reader, *given, findings) : Result<>();
  }));
  if (context.options().json) {
    print_document(context, source, findings);
  } else {
    print_lines(context, findings);
  }
  return findings.report.problems.empty() ? 0 : base::exit_code(Code::kIntegrity);
}

}  // namespace

CommandSpec audit_verify_command() {
  return {"audit",
          "verify",
          "check that nothing in the ledger or in what it vouches for was changed; needs no passphrase",
          {{"FILE", Arity::kOne, Presence::kOptional, "FILE", "a copied yuxin.db; the home if not given"},
           {"--checkpoint", Arity::kOne, Presence::kOptional, "FILE", "a signed checkpoint that was kept elsewhere"},
           {"--key", Arity::kOne, Presence::kOptional, "FILE",
            "public key of the ledger; keys/ledger.pub of the home if not given"}},
          {"yuxin --home city/online audit verify", "yuxin audit verify copy.db --key ledger.pub --checkpoint note"},
          verify};
}

}  // namespace yuxin::cli
