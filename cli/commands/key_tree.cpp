// yuxin key tree, show, state, retire, rotate, destroy, verify
#include "app/home.hpp"
#include "app/key_tree_view.hpp"
#include "app/output.hpp"
#include "app/progress.hpp"
#include "app/root_rotation.hpp"
#include "app/share_input.hpp"
#include "app/trial.hpp"
#include "commands.hpp"
#include "yuxin/keymgmt/keystore.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using keymgmt::KeyState;
using keymgmt::KeyTree;

keymgmt::KeyContext by(const Context& context) { return {context.actor(), context.clock().now()}; }

Result<int> tree(Context& context, const Arguments& arguments) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  const auto leaves = arguments.has("--all") ? Leaves::kListed : Leaves::kCounted;
  TRY(home->store().read([&](store::Reader& reader) -> Result<> {
    if (!context.options().json) return print_tree(context, reader, arguments.one("NAME"), leaves);
    TRY(auto array, tree_json(reader));
    context.document(base::JsonObject{{"keys", std::move(array)}});
    return {};
  }));
  return 0;
}

Result<int> report(Context& context, const keymgmt::TreeKey& key, const std::string& said) {
  if (context.options().json) context.document(tree_key_json(key, ""));
  context.remark(said);
  return 0;
}

Result<keymgmt::TreeKey> find(Home& home, const std::string& name) {
  keymgmt::TreeKey key;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(key, keymgmt::tree_key(reader, name));
    return {};
  }));
  return key;
}

Result<int> move(Context& context, const Arguments& arguments, KeyState to) {
  const auto name = arguments.one("NAME");
  TRY(auto home, open_unlocked_home(context));
  TRY(const auto before, find(*home, name));
  if (!context.options().json) print_tree_key(context, before);
  if (arguments.has("--dry-run")) {
    if (!keymgmt::may_become(before.state, to)) {
      return fail(Code::kConflict,
                  "A key that is {} cannot become {} (NIST SP 800-57 section 7). Nothing was changed.",
                  keymgmt::key_state_text(before.state), keymgmt::key_state_text(to));
    }
    return end_trial(context, {{"name", name}, {"state", keymgmt::key_state_name(to)}});
  }
  TRY(auto keys, home->key_tree(context.actor()));
  TRY(const auto changed, keys->change(name, to, arguments.one("--reason"), by(context)));
  end_work(context, *home);
  return report(context, changed, message("The key {} is {} now.", name, keymgmt::key_state_text(to)));
}

Result<int> state(Context& context, const Arguments& arguments) {
  const auto to = keymgmt::parse_key_state(arguments.one("STATE"));
  if (!to || *to == KeyState::kDestroyed || *to == KeyState::kPreActive) {
    return fail(Code::kUsage,
                "\"{}\" is no state that a key can be brought to here: active, suspended, deactivated, compromised.",
                arguments.one("STATE"));
  }
  return move(context, arguments, *to);
}

Result<int> retire(Context& context, const Arguments& arguments) {
  return move(context, arguments, KeyState::kDeactivated);
}

Result<int> rotate(Context& context, const Arguments& arguments) {
  const auto name = arguments.one("NAME");
  TRY(auto opened, open_for_rotation(context, arguments));
  const auto& home = opened.home;
  if (arguments.has("--dry-run")) {
    TRY(const auto keys, home->key_tree(context.actor()));
    TRY(auto count, keys->check_rotate(name, context.clock().now()));
    if (name == "root") {
      TRY(const auto files, keymgmt::SoftwareKeyStore::list(home->keys_folder()));
      count += std::ssize(files);
    }
    return end_trial(context, {{"name", name}, {"would_rewrap", count}},
                     message("Would encrypt {} keys anew. Nothing was changed (--dry-run).", count));
  }
  std::int64_t count = 0;
  if (name == "root") {
    TRY(count, rotate_root(context, opened));
  } else {
    TRY(auto keys, home->key_tree(context.actor()));
    TRY(count, keys->rotate(name, by(context), progress_of(context, message("keys"))));
  }
  end_work(context, *home);
  TRY(const auto key, find(*home, name));
  if (context.options().json) {
    auto document = tree_key_json(key, "");
    document["rewrapped"] = count;
    context.document(document);
  }
  context.remark(message("The key {} is at version {}. Encrypted anew under it: {}. The version before is destroyed.",
                         name, key.version, count));
  if (name == "root") context.remark(message("Start running servers again: they hold the old root key."));
  return 0;
}

Result<int> destroy(Context& context, const Arguments& arguments) {
  const auto name = arguments.one("NAME");
  const auto below = arguments.has("--below") ? KeyTree::Below::kDestroyToo : KeyTree::Below::kRefuse;
  TRY(auto home, open_unlocked_home(context));
  TRY(const auto key, find(*home, name));
  if (!context.options().json) print_tree_key(context, key);
  TRY(auto keys, home->key_tree(context.actor()));
  TRY(const auto doomed, keys->check_destroy(name, below));
  if (!context.options().json && doomed > 1)
    context.out(labelled(message("destroyed too"), message("{} keys below it", doomed - 1)));
  if (arguments.has("--dry-run")) return end_trial(context, {{"name", name}, {"would_destroy", doomed}});
  TRY(const auto yes,
      context.confirm(message("Destroy the key {} for ever? What it protects is lost with it.", name)));
  if (!yes) return fail(Code::kUsage, "Nothing was changed.");
  TRY(const auto count, keys->destroy(name, below, arguments.one("--reason"), by(context)));
  end_work(context, *home);
  if (context.options().json) context.document(base::JsonObject{{"name", name}, {"destroyed", count}});
  context.remark(
      message("Destroyed: {}. The ledger keeps the digests of what was destroyed. Copies of this home that were made "
              "before still hold it: destroy those too.",
              count));
  return 0;
}

Result<int> verify(Context& context, const Arguments&) {
  TRY(auto home, open_unlocked_home(context));
  TRY(auto keys, home->key_tree(context.actor()));
  TRY(const auto report, keys->verify(progress_of(context, message("keys"))));
  if (context.options().json) {
    base::JsonArray problems;
    for (const auto& problem : report.problems) problems.emplace_back(problem);
    context.document(base::JsonObject{{"keys", report.keys},
                                      {"destroyed", report.destroyed},
                                      {"versions", report.versions},
                                      {"problems", std::move(problems)}});
  } else {
    for (const auto& problem : report.problems) context.out(problem);
    if (report.problems.empty()) {
      context.out(message("Every key of the tree opens and is what it says: {} keys, {} of them destroyed.",
                          report.keys, report.destroyed));
    }
  }
  return report.problems.empty() ? 0 : base::exit_code(Code::kIntegrity);
}

OptionSpec name_option() { return {"NAME", Arity::kOne, Presence::kRequired, "NAME", "a key of the tree"}; }
OptionSpec reason_option() { return {"--reason", Arity::kOne, Presence::kRequired, "TEXT", "why, for the ledger"}; }

std::vector<OptionSpec> rotate_options() {
  std::vector<OptionSpec> options = {name_option(),
                                     {"--shares", Arity::kOne, Presence::kOptional, "REGISTER",
                                      "unlock by the custodians of this set instead of a passphrase"}};
  for (auto& option : share_options(Arity::kMany)) options.push_back(option);
  options.push_back(dry_run_option());
  return options;
}

}  // namespace

std::vector<CommandSpec> key_tree_commands() {
  return {
      {"key",
       "tree",
       "show the tree of wrapped keys: root, domains, services, users; needs no passphrase",
       {{"NAME", Arity::kOne, Presence::kOptional, "NAME", "only this key and what is below it"},
        {"--all", Arity::kFlag, Presence::kOptional, "", "list user keys one by one too"}},
       {"yuxin --home city/online key tree", "yuxin --home city/online key tree yuzhong --all"},
       tree},
      {"key",
       "state",
       "bring a key of the tree to another state (NIST SP 800-57)",
       {name_option(),
        {"STATE", Arity::kOne, Presence::kRequired, "STATE", "active, suspended, deactivated or compromised"},
        reason_option(),
        dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass key state yuzhong/mail suspended --reason \"incident 7\""},
       state},
      {"key",
       "retire",
       "take a key of the tree out of use: it opens what it protected, and protects nothing new",
       {name_option(), reason_option(), dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass key retire yuzhong --reason \"end of 2026\""},
       retire},
      {"key",
       "rotate",
       "give a wrapping key, or the root, a new version and encrypt everything below anew; call again to go on",
       rotate_options(),
       {"yuxin --home city/online --passphrase-file pass key rotate yuzhong/mail",
        "yuxin --home city/online --passphrase-file pass key rotate root",
        "yuxin --home city/root key rotate root --shares shares/register.json"},
       rotate},
      {"key",
       "destroy",
       "destroy a key of the tree that is out of use, and keep the proof",
       {name_option(),
        {"--below", Arity::kFlag, Presence::kOptional, "", "and every key below it"},
        reason_option(),
        dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass key destroy yuzhong --below --reason \"closed\""},
       destroy},
      {"key",
       "verify",
       "open every key of the tree and compare it with what it should be; exit 6 when one is not",
       {},
       {"yuxin --home city/online --passphrase-file pass key verify"},
       verify}};
}

}  // namespace yuxin::cli
