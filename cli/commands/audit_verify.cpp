// yuxin audit verify: the whole ledger, the tables against it, and every signed checkpoint.
#include "app/ledger_audit.hpp"
#include "commands.hpp"

namespace yuxin::cli {
namespace {

using base::message;
using base::Result;

void print_document(const Context& context, const LedgerSource& source, const LedgerFindings& findings) {
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

void print_lines(const Context& context, const LedgerFindings& findings) {
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
  TRY(auto findings, audit_ledger(source, arguments.maybe("--checkpoint")));
  if (context.options().json) {
    print_document(context, source, findings);
  } else {
    print_lines(context, findings);
  }
  return findings.report.problems.empty() ? 0 : base::exit_code(base::Code::kIntegrity);
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
