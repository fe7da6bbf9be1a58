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
  if (report.problems.empty()) {
    context.out(message("Good: everything about {} holds: {} acts, {} ledger entries.", report.object,
                        report.acts.size(), report.records));
  } else {
    context.out(message("Not good: the evidence about {} does not hold.", report.object));
  }
  for (const auto& problem : report.problems) context.out(message("FAIL   {}", problem));
  for (const auto& act : report.acts) print_act(context, act);
  if (report.checkpoint) {
    context.out(labelled(message("checkpoint"),
                         message("{}, {} entries, root {}", report.checkpoint->origin, report.checkpoint->head.size,
                                 base::hex(report.checkpoint->head.root).substr(0, 16))));
  }
  if (report.checkpoint_time) context.out(labelled(message("of"), base::local_time(*report.checkpoint_time)));
  for (const auto& remark : report.remarks) context.remark(remark);
}

base::JsonObject bundle_json(const evidence::BundleReport& report) {
  base::JsonArray acts;
  for (const auto& act : report.acts) acts.push_back(act_json(act));
  base::JsonObject object{{"valid", report.problems.empty()},
                          {"object", report.object},
                          {"acts", std::move(acts)},
                          {"records", report.records},
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
