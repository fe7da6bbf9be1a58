// yuxin share split: a secret becomes its custodians' shares.
#include "app/custodian_unlock.hpp"
#include "app/share_making.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

Result<> check_new_folder(const std::string& folder) {
  if (folder.empty()) return fail(Code::kUsage, "The folder of the new set needs a name.");
  if (base::file_exists(folder)) {
    return fail(Code::kConflict, "{} exists already. Nothing was changed. Name a folder that does not exist.",
                folder);
  }
  return {};
}

Result<int> say_plan(const Context& context, const keymgmt::SharePlan& plan, const std::string& folder) {
  if (context.options().json) {
    context.document(base::JsonObject{{"dry_run", true},
                                      {"folder", folder},
                                      {"plan_text", keymgmt::plan_text(plan, std::nullopt)},
                                      {"plan", base::hex(keymgmt::plan_digest(plan, std::nullopt))}});
    return 0;
  }
  context.out(message("Would make the set \"{}\" in {}. Nothing was made.", plan.title, folder));
  context.out(labelled(message("needed"), rule_text(plan)));
  return 0;
}

Result<int> split(Context& context, const Arguments& arguments) {
  const auto folder = arguments.one("--out");
  TRY(const auto plan, keymgmt::load_share_plan(arguments.one("PLAN")));
  TRY(check_new_folder(folder));
  if (arguments.has("--dry-run")) return say_plan(context, plan, folder);
  std::shared_ptr<Home> home;
  SecretSource source = unlocking_key;
  if (const auto file = arguments.maybe("--secret-file")) {
    source = secret_file_source(*file);
  } else {
    TRY(home, open_unlocked_home(context));
  }
  TRY(const auto passphrases, ask_passphrases(context, arguments, plan));
  TRY(const auto secret, source());
  TRY(const auto set, keymgmt::make_share_set(secret, plan, context.clock().now(), std::nullopt));
  TRY(const auto files, seal_set(set, plan, passphrases));
  TRY(keymgmt::write_share_set(folder, set.shares, files));
  if (home) TRY(let_unlock(context, *home, set.shares, secret));
  if (context.options().json) {
    context.document(set_document(set.shares, folder));
    return 0;
  }
  context.out(message("Made the set \"{}\" in {}", plan.title, folder));
  report_set(context, set.shares, folder);
  if (home)
    context.remark(message("They unlock the home {}: yuxin share unlock, and yuxin serve --shares.", home->path()));
  return 0;
}

}  // namespace

CommandSpec share_split_command() {
  return {
      "share",
      "split",
      "split a secret among custodians, as a plan says, and seal each share for its holder",
      {{"PLAN", Arity::kOne, Presence::kRequired, "PLAN", "the plan (TOML): groups, members, how many are needed"},
       {"--secret-file", Arity::kOne, Presence::kOptional, "FILE",
        "the secret: 16 to 64 octets, or hexadecimal digits; if not given, a new key that unlocks the home"},
       {"--out", Arity::kOne, Presence::kRequired, "DIR", "the folder to make for the shares and their register"},
       passphrase_for_option(),
       dry_run_option()},
      {"yuxin --home city/root --passphrase-file pass share split plan.toml --out shares",
       "yuxin share split plan.toml --secret-file key.bin --out shares",
       "yuxin share split plan.toml --secret-file key.bin --out shares --passphrase-for \"Li Wei=li.pass\""},
      split};
}

}  // namespace yuxin::cli
