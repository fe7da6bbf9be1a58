// yuxin share list and yuxin share verify: what the register says, and whether one share is the one that it says.
#include "app/digest_lines.hpp"
#include "app/share_input.hpp"
#include "app/share_making.hpp"
#include "commands.hpp"
#include "yuxin/keymgmt/reshare.hpp"
#include "yuxin/keymgmt/share_set.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::message;
using base::Result;

base::JsonObject document_of(const keymgmt::ShareRegister& shares) {
  base::JsonArray groups;
  for (const auto& group : shares.groups) {
    base::JsonArray lines;
    for (const auto& share : group.shares) {
      lines.push_back(base::JsonObject{{"custodian", share.custodian},
                                       {"sealed_with", keymgmt::seal_name(share.seal)},
                                       {"commitment", base::hex(share.commitment)}});
    }
    groups.push_back(
        base::JsonObject{{"name", group.name}, {"needed", group.threshold}, {"shares", std::move(lines)}});
  }
  base::JsonObject object{{"set", base::hex(shares.set)},
                          {"title", shares.title},
                          {"made", base::rfc3339(shares.made)},
                          {"fingerprint", base::hex(keymgmt::register_fingerprint(shares))},
                          {"groups_needed", shares.header.group_threshold},
                          {"groups", std::move(groups)},
                          {"in_force", !shares.superseded}};
  if (shares.replaces) object["replaces"] = base::hex(*shares.replaces);
  if (shares.superseded) {
    object["superseded_by"] = base::hex(shares.superseded->by);
    object["superseded_at"] = base::rfc3339(shares.superseded->at);
  }
  return object;
}

std::string standing_of(const keymgmt::ShareRegister& shares) {
  if (!shares.superseded) return message("in force");
  return message("replaced on {} by the set {}", base::local_time(shares.superseded->at),
                 base::hex(shares.superseded->by).substr(0, 16) + "…");
}

Result<int> list(Context& context, const Arguments& arguments) {
  TRY(const auto shares, keymgmt::load_register(arguments.one("REGISTER")));
  if (context.options().json) {
    context.document(document_of(shares));
    return 0;
  }
  context.out(labelled(message("set"), shares.title));
  context.out(labelled(message("identifier"), base::hex(shares.set)));
  context.out(labelled(message("made"), base::local_time(shares.made)));
  context.out(labelled(message("standing"), standing_of(shares)));
  context.out(labelled(message("needed"), rule_text(shares)));
  for (const auto& line : digest_lines(message("register"), keymgmt::register_fingerprint(shares))) context.out(line);
  context.out("");
  Table table({{message("group")}, {message("custodian")}, {message("sealed with")}, {message("commitment")}});
  for (const auto& group : shares.groups) {
    for (const auto& share : group.shares) {
      table.add({group.name, share.custodian, std::string(base::tr(seal_title(share.seal))),
                 base::hex(share.commitment).substr(0, 16) + "…"});
    }
  }
  table.print(context);
  return 0;
}

Result<int> verify(Context& context, const Arguments& arguments) {
  TRY(const auto shares, keymgmt::load_register(arguments.one("REGISTER")));
  if (!names_a_share(arguments))
    return base::fail(Code::kUsage, "Which share? Name its file with --share FILE, or type its words: --words");
  TRY(auto input, ShareInput::of(context, arguments, shares, Proof::kNeeded));
  TRY(const auto brought, input.next(""));
  TRY(const auto place, keymgmt::prove_share(shares, *brought));
  const auto& group = shares.groups[place.group];
  const auto& share = group.shares[place.number];
  if (context.options().json) {
    context.document(base::JsonObject{{"good", true},
                                      {"set", base::hex(shares.set)},
                                      {"group", group.name},
                                      {"custodian", share.custodian},
                                      {"commitment", base::hex(share.commitment)},
                                      {"in_force", !shares.superseded}});
    return 0;
  }
  context.out(message("This is the share of {} ({}) of the set \"{}\", as it was made on {}.", share.custodian,
                      group.name, shares.title, base::local_time(shares.made)));
  if (shares.superseded)
    context.remark(message("That set was replaced by another; this share is of no use any more."));
  return 0;
}

}  // namespace

std::vector<CommandSpec> share_list_commands() {
  const OptionSpec the_register = {"REGISTER", Arity::kOne, Presence::kRequired, "REGISTER",
                                   "the register of the set (register.json)"};
  std::vector<OptionSpec> options = {the_register};
  for (auto& option : share_options(Arity::kOne)) options.push_back(option);
  return {{"share",
           "list",
           "show a set of shares: its custodians, who of them is needed, and the commitments",
           {the_register},
           {"yuxin share list register.json"},
           list},
          {"share",
           "verify",
           "prove one share good, without any other and without revealing anything",
           std::move(options),
           {"yuxin share verify register.json --share share-1-1.json", "yuxin share verify register.json --words"},
           verify,
           CommandSpec::Identity::kTaken}};
}

}  // namespace yuxin::cli
