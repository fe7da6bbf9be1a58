#include "evidence_view.hpp"

#include <fmt/format.h>

namespace yuxin::cli {

using base::message;

namespace {

constexpr std::size_t kTarMagicAt = 257;  // POSIX ustar

std::string role_text(const evidence::VerifiedAct& act) {
  const auto& role = act.role();
  if (!role) return message("no role");
  const auto scope = evidence::print_scope(role->scope);
  return scope.empty() ? role->role.text() : message("{} for {}", role->role.text(), scope);
}

std::string acts_text(std::size_t count) { return count == 1 ? message("{} act", count) : message("{} acts", count); }
std::string entries_text(std::int64_t count) {
  return count == 1 ? message("{} ledger entry", count) : message("{} ledger entries", count);
}

std::string_view ledger_proof_name(evidence::BundleReport::LedgerProof proof) {
  using enum evidence::BundleReport::LedgerProof;
  if (proof == kUnknown) return "none";
  return proof == kKey ? "key" : "certificate";
}

// The checkpoint and what stands under it is proven to be the ledger's by its key alone.
void print_ledger_proof(const Context& context, const evidence::BundleReport& report) {
  using enum evidence::BundleReport::LedgerProof;
  switch (report.ledger) {
    case kUnknown:
      context.out(labelled(message("records"), message("not proven: nobody said whose key signs the ledger; give "
                                                       "--ledger-key FILE")));
      return;
    case kKey:
      context.out(labelled(message("records"),
                           message("{}, under the ledger's key that is known here", entries_text(report.records))));
      return;
    case kCertificate:
      context.out(labelled(message("records"), message("{}, under the ledger's key that the trusted root vouches for",
                                                       entries_text(report.records))));
      return;
  }
}

base::JsonArray texts(const std::vector<std::string>& list) { return base::JsonArray(list.begin(), list.end()); }

}  // namespace

bool looks_like_act(base::ByteView content) {
  const auto json = base::parse_json(base::as_text(content));
  return json && json->is_object() && json->get_object().contains("act");
}

bool looks_like_archive(base::ByteView octets) {
  constexpr std::string_view kMagic = "ustar";
  return octets.size() > kTarMagicAt + kMagic.size() &&
         base::as_text(octets.subspan(kTarMagicAt, kMagic.size())) == kMagic;
}

void print_act(const Context& context, const evidence::VerifiedAct& act) {
  const auto& said = act.act();
  context.out(labelled(message("act"), fmt::format("{}  {}", said.type, said.object)));
  context.out(labelled(message("by"), act.actor().subject().text()));
  context.out(labelled(message("role"), role_text(act)));
  context.out(labelled(message("at"), base::local_time(act.moment())));
  if (!said.body.empty()) context.out(labelled(message("says"), base::print_json(said.body)));
  for (const auto& attachment : said.attachments) {
    context.out(labelled(message("attachment"),
                         fmt::format("{}  {} {}", attachment.name, x509::digest_name(attachment.digest),
                                     base::hex(attachment.value))));
  }
}

base::JsonObject act_json(const evidence::VerifiedAct& act) {
  const auto& said = act.act();
  base::JsonArray attachments;
  for (const auto& attachment : said.attachments) {
    attachments.push_back(base::JsonObject{{"name", attachment.name},
                                           {"size", attachment.size},
                                           {"digest", x509::digest_name(attachment.digest)},
                                           {"value", base::hex(attachment.value)}});
  }
  base::JsonObject object{{"type", said.type},
                          {"object", said.object},
                          {"digest", base::hex(act.digest())},
                          {"actor", act.actor().subject().text()},
                          {"time", base::rfc3339(said.time)},
                          {"moment", base::rfc3339(act.moment())},
                          {"body", said.body},
                          {"attachments", std::move(attachments)}};
  if (act.role()) {
    object["role"] = act.role()->role.text();
    object["scope"] = evidence::print_scope(act.role()->scope);
  }
  return object;
}

void print_bundle(const Context& context, const evidence::BundleReport& report) {
  if (report.is_good()) {
    context.out(message("Good: everything about {} holds: {}, {}.", report.object, acts_text(report.acts.size()),
                        entries_text(report.records)));
  } else if (report.problems.empty()) {
    context.out(
        message("Not good: of what the ledger says about {} nothing is proven: nobody said whose key signs "
                "the ledger. Give --ledger-key FILE.",
                report.object));
    context.out(labelled(message("reason"), bundle_reason(report)));
  } else {
    context.out(message("Not good: the evidence about {} does not hold.", report.object));
  }
  for (const auto& problem : report.problems) context.out(message("FAIL   {}", problem));
  if (!report.is_good() && !report.acts.empty())
    context.out(message("Proven by the trusted root: {}", acts_text(report.acts.size())));
  for (const auto& act : report.acts) print_act(context, act);
  print_ledger_proof(context, report);
  if (report.checkpoint) {
    context.out(labelled(message("checkpoint"),
                         message("{}, {} entries, root {}", report.checkpoint->origin, report.checkpoint->head.size,
                                 base::hex(report.checkpoint->head.root).substr(0, 16))));
  }
  if (report.checkpoint_time) context.out(labelled(message("of"), base::local_time(*report.checkpoint_time)));
  for (const auto& remark : report.remarks) context.remark(remark);
}

std::string_view bundle_reason(const evidence::BundleReport& report) {
  if (!report.problems.empty()) return "evidence";
  return report.is_good() ? "ok" : "ledger-key-missing";
}

base::JsonObject bundle_json(const evidence::BundleReport& report) {
  base::JsonArray acts;
  for (const auto& act : report.acts) acts.push_back(act_json(act));
  base::JsonObject object{{"valid", report.is_good()},
                          {"reason", bundle_reason(report)},
                          {"object", report.object},
                          {"acts", std::move(acts)},
                          {"records", report.records},
                          {"ledger_proof", ledger_proof_name(report.ledger)},
                          {"problems", texts(report.problems)},
                          {"remarks", texts(report.remarks)}};
  if (report.checkpoint) {
    object["checkpoint"] = base::JsonObject{{"ledger", report.checkpoint->origin},
                                            {"records", report.checkpoint->head.size},
                                            {"root", base::hex(report.checkpoint->head.root)}};
  }
  if (report.checkpoint_time) object["checkpoint_time"] = base::rfc3339(*report.checkpoint_time);
  return object;
}

}  // namespace yuxin::cli
