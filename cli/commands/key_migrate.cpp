// yuxin key migrate: an authority's key goes into a token.
#include "app/home.hpp"
#include "app/key_migration.hpp"
#include "app/key_view.hpp"
#include "app/trial.hpp"
#include "commands.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

Result<int> migrate(Context& context, const Arguments& arguments) {
  const KeyMigration wanted{arguments.one("AUTHORITY"), arguments.one("--token"), context.actor(), ""};
  TRY(const auto name, keymgmt::token_key_name(wanted.token, wanted.authority));
  TRY(const auto home, open_unlocked_home(context));
  TRY(const auto row, home->authority(wanted.authority));
  TRY(const auto key, home->keys().public_key(row.key_name));
  context.remark(labelled(message("authority"), wanted.authority));
  context.remark(labelled(message("key"), x509::print_key_kind(key.kind())));
  context.remark(labelled(message("token"), shown_key_name(name)));
  if (arguments.has("--dry-run")) {
    return end_trial(context, {{"authority", wanted.authority}, {"token", shown_key_name(name)}},
                     message("Nothing was changed (--dry-run)."));
  }
  TRY(const bool agreed, context.confirm(message("Move this key into the token? It never leaves it again.")));
  if (!agreed) return fail(Code::kUsage, "Nothing was changed.");
  TRY(const auto moved, migrate_key(*home, wanted));
  end_work(context, *home);
  if (context.options().json) {
    context.document(base::JsonObject{{"authority", wanted.authority},
                                      {"key", shown_key_name(moved.name)},
                                      {"public_key", base::hex(x509::sha256(moved.public_key.spki()))},
                                      {"moved", moved.moved}});
  }
  context.remark(moved.moved ? message("The key of {} signs on the token from now on.", wanted.authority)
                             : message("The key of {} was on the token already.", wanted.authority));
  context.remark(message("Its copy in the home is there still: a ceremony with the step destroy-key destroys it."));
  return 0;
}

}  // namespace

CommandSpec key_migrate_command() {
  return {"key",
          "migrate",
          "move an authority's key from the home into a token",
          {{"AUTHORITY", Arity::kOne, Presence::kRequired, "AUTHORITY", "name of the authority"},
           {"--token", Arity::kOne, Presence::kRequired, "URI", "the token (RFC 7512): pkcs11:token=LABEL"},
           dry_run_option()},
          {"yuxin --home city/root --passphrase-file pass key migrate root --token pkcs11:token=city-root"},
          migrate};
}

}  // namespace yuxin::cli
