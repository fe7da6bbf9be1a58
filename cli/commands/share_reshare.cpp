// yuxin share reshare: the same secret among other custodians, by a plan whose digest all holders saw.
#include "app/digest_lines.hpp"
#include "app/renewed_secret.hpp"
#include "app/share_gathering.hpp"
#include "app/share_making.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/reshare.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

// Planned is what the holders must agree to.
struct Planned {
  keymgmt::SharePlan plan;
  x509::Digest256 replaces{};
  x509::Digest256 digest{};
};

Result<Planned> planned_of(const Arguments& arguments, const keymgmt::ShareRegister& shares) {
  Planned planned;
  TRY(planned.plan, keymgmt::load_share_plan(arguments.one("--plan")));
  planned.replaces = keymgmt::register_fingerprint(shares);
  planned.digest = keymgmt::plan_digest(planned.plan, planned.replaces);
  return planned;
}

Result<int> show_plan(const Context& context, const keymgmt::ShareRegister& shares, const Planned& planned) {
  if (context.options().json) {
    base::JsonArray words;
    for (const auto& word : base::digest_words(planned.digest)) words.emplace_back(word);
    context.document(base::JsonObject{{"plan_text", keymgmt::plan_text(planned.plan, planned.replaces)},
                                      {"plan", base::hex(planned.digest)},
                                      {"words", std::move(words)}});
    return 0;
  }
  context.out(message("This plan replaces the set \"{}\".", shares.title));
  context.out(labelled(message("needed now"), rule_text(shares)));
  context.out(labelled(message("needed then"), rule_text(planned.plan)));
  for (const auto& group : planned.plan.groups) {
    for (const auto& member : group.members)
      context.out(labelled("", message("{}: {}, {}", group.name, member.name, base::tr(seal_title(member.seal)))));
  }
  for (const auto& line : digest_lines(message("plan"), planned.digest)) context.out(line);
  context.remark(
      message("Nothing was changed. When every holder has seen the same words, give the digest with "
              "--confirm:"));
  context.remark("  --confirm " + base::hex(planned.digest));
  return 0;
}

Result<> check_confirmed(const Arguments& arguments, const Planned& planned) {
  const auto given = base::from_hex(arguments.one("--confirm"));
  if (given && base::equal(*given, planned.digest)) return {};
  return fail(Code::kRefused,
              "The holders confirmed another plan: the digest of this one is {}. Nothing was changed. Look at it "
              "together: yuxin share reshare without --confirm",
              base::hex(planned.digest));
}

void report_finished(const Context& context, const keymgmt::ShareRegister& shares, const std::string& folder) {
  if (context.options().json) {
    context.document(base::JsonObject{{"folder", folder}, {"replaced", base::hex(shares.set)}, {"finished", true}});
    return;
  }
  context.out(
      message("An earlier attempt had made the new set in {} already; it is in force now, and \"{}\" is marked "
              "as replaced.",
              folder, shares.title));
}

Result<int> carry_out(const Context& context, const Arguments& arguments) {
  const auto path = arguments.one("REGISTER");
  const auto folder = arguments.one("--out");
  TRY(auto reshare, keymgmt::Reshare::open(path));
  std::optional<RenewedSecret> renewed;
  if (arguments.has("--new-secret")) {
    TRY(renewed, RenewedSecret::open(context, reshare, folder));
    if (renewed->settled()) {
      report_finished(context, reshare.current(), folder);
      return 0;
    }
  }
  if (reshare.finished()) {
    report_finished(context, reshare.current(), *reshare.finished());
    return 0;
  }
  TRY(check_in_force(reshare.current()));
  TRY(const auto planned, planned_of(arguments, reshare.current()));
  TRY(check_confirmed(arguments, planned));
  if (base::file_exists(folder))
    return fail(Code::kConflict, "{} exists already. Nothing was changed. Name a folder that does not exist.",
                folder);
  TRY(auto input, ShareInput::of(context, arguments, reshare.current(), Proof::kLeftOut));
  TRY(const auto passphrases, ask_passphrases(context, arguments, planned.plan));
  TRY(auto secret, gather_secret(context, input, reshare.current()));
  if (renewed) {
    TRY(secret, renewed->exchange(std::move(secret)));
  }
  const auto now = context.clock().now();
  TRY(const auto set, keymgmt::make_share_set(secret, planned.plan, now, planned.replaces));
  TRY(const auto files, seal_set(set, planned.plan, passphrases));
  TRY(reshare.replace(set.shares, files, folder, planned.digest, now,
                      renewed ? renewed->let_unlock(set.shares, secret) : std::function<Result<>()>()));
  if (renewed) TRY(renewed->settle(folder));
  if (context.options().json) {
    context.document(set_document(set.shares, folder));
    return 0;
  }
  context.out(message("The set \"{}\" in {} has replaced the one of {}.", set.shares.title, folder, path));
  report_set(context, set.shares, folder);
  context.remark(
      renewed
          ? message("The old shares open the home no more, but copies of it from before. Rotate its root key too, so "
                    "that those are of no use for what is made from now on: yuxin key rotate root --shares {}/{}",
                    folder, keymgmt::kRegisterName)
          : message("Collect the old shares and destroy them: enough of them together still give the secret."));
  return 0;
}

Result<int> reshare(Context& context, const Arguments& arguments) {
  if (arguments.has("--confirm")) return carry_out(context, arguments);
  TRY(const auto shares, keymgmt::load_register(arguments.one("REGISTER")));
  TRY(check_in_force(shares));
  TRY(const auto planned, planned_of(arguments, shares));
  return show_plan(context, shares, planned);
}

}  // namespace

CommandSpec share_reshare_command() {
  std::vector<OptionSpec> options = {
      {"REGISTER", Arity::kOne, Presence::kRequired, "REGISTER", "the register of the set that is replaced"},
      {"--plan", Arity::kOne, Presence::kRequired, "PLAN", "the plan of the new set (TOML)"},
      {"--out", Arity::kOne, Presence::kRequired, "DIR", "the folder to make for the new shares and their register"},
      {"--confirm", Arity::kOne, Presence::kOptional, "DIGEST",
       "the digest of the plan that every holder saw; without it the plan is shown and nothing done"},
      {"--new-secret", Arity::kFlag, Presence::kOptional, "",
       "where a share may be in wrong hands: what unlocks the home is drawn anew, and the old shares open it no "
       "more"},
      passphrase_for_option()};
  for (auto& option : share_options(Arity::kMany)) options.push_back(option);
  return {
      "share",
      "reshare",
      "share the secret anew, the same one or a new one, by a plan that all holders saw; the old set is replaced in "
      "one step",
      std::move(options),
      {"yuxin share reshare register.json --plan new.toml --out shares-2027",
       "yuxin share reshare register.json --plan new.toml --out shares-2027 --confirm 5f0c41d7…",
       "yuxin --home city/root share reshare register.json --plan new.toml --out shares-2027 --new-secret --confirm "
       "5f0c41d7…"},
      reshare,
      CommandSpec::Identity::kTaken};
}

}  // namespace yuxin::cli
