// yuxin audit verify: the whole ledger, the tables against it, and every signed checkpoint.
#include "app/ledger_audit.hpp"
#include "commands.hpp"
#include "yuxin/evidence/clock_floor.hpp"

namespace yuxin::cli {
namespace {

using base::message;
using base::Result;

base::JsonArray cosignatures_of(const LedgerFindings& findings) {
  base::JsonArray list;
  for (const auto& cosignature : findings.cosignatures)
    list.push_back(base::JsonObject{{"witness", cosignature.witness}, {"time", base::rfc3339(cosignature.time)}});
  return list;
}

base::Json time_stamp_of(const LedgerFindings& findings) {
  if (!findings.time_stamp) return nullptr;
  const auto& stamp = *findings.time_stamp;
  return base::JsonObject{{"time", base::rfc3339(stamp.time)},
                          {"authority", stamp.authority},
                          {"trusted", stamp.standing == CheckpointTrust::Verdict::Authority::kTrusted}};
}

void print_document(const Context& context, const LedgerSource& source, const LedgerFindings& findings) {
  const auto& report = findings.report;
  const auto texts = [](const std::vector<std::string>& list) { return base::JsonArray(list.begin(), list.end()); };
  context.document(base::JsonObject{{"good", report.problems.empty()},
                                    {"ledger", source.origin},
                                    {"records", report.records},
                                    {"root", base::hex(report.head.root)},
                                    {"checkpoints", findings.checkpoints},
                                    {"lists", findings.lists},
                                    {"time_stamps", findings.time_stamps},
                                    {"time_stamps_of_unknown", findings.strange_stamps},
                                    {"compared_with_checkpoint", findings.compared},
                                    {"cosignatures", cosignatures_of(findings)},
                                    {"time_stamp", time_stamp_of(findings)},
                                    {"behind", findings.behind},
                                    {"problems", texts(report.problems)},
                                    {"remarks", texts(report.remarks)}});
}

void print_lines(const Context& context, const LedgerFindings& findings) {
  const auto& report = findings.report;
  for (const auto& remark : report.remarks) context.remark(remark);
  if (findings.strange_stamps > 0) {
    context.remark(message(
        "{} time stamps are whole, but nobody said that their authority is to be believed: --time-stamp-trust FILE.",
        findings.strange_stamps));
  }
  for (const auto& problem : report.problems) context.out(message("FAIL   {}", problem));
  const auto accused = report.problems.size() - (findings.behind > 0 ? 1 : 0);
  if (accused > 0) {
    context.out(accused == 1
                    ? message("The ledger is not what it was: 1 finding. Keep this home as it is, and find out who "
                              "had access.")
                    : message("The ledger is not what it was: {} findings. Keep this home as it is, and find out who "
                              "had access.",
                              accused));
  }
  if (!report.problems.empty()) return;
  const auto checkpoints = findings.checkpoints == 1 ? message("{} signed checkpoint", findings.checkpoints)
                                                     : message("{} signed checkpoints", findings.checkpoints);
  context.out(message("The ledger is whole: {} entries, head {}, {}.", report.records,
                      base::hex(report.head.root).substr(0, 16), checkpoints));
  if (findings.compared) {
    context.out(message("It begins with what the given checkpoint stands for."));
    if (const auto& stamp = findings.time_stamp) {
      context.out(stamp->standing == CheckpointTrust::Verdict::Authority::kTrusted
                      ? message("Time-stamped at {} by {}.", base::local_time(stamp->time), stamp->authority)
                      : message("Time-stamped at {} by {}, whom nobody here vouches for.",
                                base::local_time(stamp->time), stamp->authority));
    }
    for (const auto& cosignature : findings.cosignatures) {
      context.out(message("Countersigned by {} at {}.", cosignature.witness, base::local_time(cosignature.time)));
    }
  } else {
    context.remark(message(
        "That nobody who owns this machine wrote it anew is proven only by a checkpoint kept elsewhere: yuxin "
        "audit verify --checkpoint FILE"));
  }
}

// A copy is whole by itself however old it is, so its age is said.
Result<> tell_age(const Context& context, const LedgerSource& source) {
  base::UnixTime latest;
  TRY(source.store->read([&](store::Reader& reader) -> Result<> {
    TRY(latest, evidence::latest_time(reader));
    return {};
  }));
  context.remark(
      message("The last entry of this copy is of {}; what came later is not in it.", base::local_time(latest)));
  return {};
}

Result<LedgerAuditOrder> order_of(const Arguments& arguments) {
  LedgerAuditOrder order;
  order.checkpoint_file = arguments.maybe("--checkpoint");
  for (const auto& text : arguments.many("--witness")) {
    TRY(auto key, read_witness_key(text));
    order.witnesses.push_back(std::move(key));
  }
  TRY(const auto quorum, number_option(arguments, "--quorum", 0));
  order.quorum = static_cast<std::size_t>(quorum);
  if (!order.witnesses.empty() && !order.checkpoint_file)
    return base::fail(base::Code::kUsage, "Witnesses countersign checkpoints; give the one with --checkpoint FILE.");
  order.time_stamp_file = arguments.maybe("--time-stamp");
  order.time_stamp_trust = arguments.many("--time-stamp-trust");
  if (order.time_stamp_file && !order.checkpoint_file)
    return base::fail(base::Code::kUsage, "A time stamp is over a checkpoint; give the one with --checkpoint FILE.");
  if (arguments.has("--quorum") && (quorum == 0 || order.quorum > order.witnesses.size())) {
    return base::fail(base::Code::kUsage,
                      "--quorum takes a number from 1 to that of the keys given with --witness, {}.",
                      order.witnesses.size());
  }
  return order;
}

Result<int> verify(Context& context, const Arguments& arguments) {
  TRY(auto order, order_of(arguments));
  order.now = context.clock().now();
  TRY(auto source, open_ledger_source(context, arguments));
  TRY(auto findings, audit_ledger(source, order));
  if (context.options().json) {
    print_document(context, source, findings);
  } else {
    print_lines(context, findings);
    if (source.home.empty() && findings.report.problems.empty() && findings.report.records > 0)
      TRY(tell_age(context, source));
  }
  return findings.report.problems.empty() ? 0 : base::exit_code(base::Code::kIntegrity);
}

}  // namespace

CommandSpec audit_verify_command() {
  return {
      "audit",
      "verify",
      "check that nothing in the ledger or in what it vouches for was changed; needs no passphrase",
      {{"FILE", Arity::kOne, Presence::kOptional, "FILE", "a copied yuxin.db; the home if not given"},
       {"--checkpoint", Arity::kOne, Presence::kOptional, "FILE",
        "a signed checkpoint that was kept elsewhere; typed from paper or scanned will do"},
       {"--witness", Arity::kMany, Presence::kOptional, "KEY",
        "demand the co-signature of this witness on it: NAME+HASH+KEY or a file"},
       {"--quorum", Arity::kOne, Presence::kOptional, "N", "demand only so many of the witnesses given"},
       {"--time-stamp", Arity::kOne, Presence::kOptional, "FILE", "a time stamp (RFC 3161) over it"},
       {"--time-stamp-trust", Arity::kMany, Presence::kOptional, "FILE",
        "root of a time stamping authority; what the settings name, or the home's roots, if not given"},
       {"--key", Arity::kOne, Presence::kOptional, "FILE",
        "public key of the ledger; keys/ledger.pub of the home if not given"}},
      {"yuxin --home city/online audit verify", "yuxin audit verify copy.db --key ledger.pub --checkpoint note",
       "yuxin audit verify copy.db --key ledger.pub --checkpoint note --witness w1.pub --witness w2.pub --quorum 1"},
      verify};
}

}  // namespace yuxin::cli
