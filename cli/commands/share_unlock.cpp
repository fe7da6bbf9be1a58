// yuxin share unlock: enough custodians together give a home a new passphrase.
#include "app/custodian_unlock.hpp"
#include "app/key_record.hpp"
#include "app/new_passphrase.hpp"
#include "app/share_input.hpp"
#include "commands.hpp"

namespace yuxin::cli {
namespace {

using base::message;
using base::Result;

Result<int> unlock(Context& context, const Arguments& arguments) {
  TRY(auto home, open_home(context, Home::Access::kWrite));
  TRY(unlock_by_custodians(context, arguments, arguments.one("REGISTER"), *home));
  TRY(const auto passphrase, new_passphrase_of(context, arguments));
  TRY(record_key(*home, context.actor(), {.kind = "passphrase", .name = "root"}));
  TRY(keymgmt::set_passphrase(home->keys_folder(), home->root(), passphrase));
  end_work(context, *home);
  if (context.options().json) context.document(base::JsonObject{{"home", home->path()}, {"passphrase", "set"}});
  context.remark(message("The home {} has a new passphrase; the old one opens nothing any more.", home->path()));
  return 0;
}

}  // namespace

CommandSpec share_unlock_command() {
  std::vector<OptionSpec> options = {
      {"REGISTER", Arity::kOne, Presence::kRequired, "REGISTER", "the register of the set (register.json)"},
      {"--new-passphrase-file", Arity::kOne, Presence::kOptional, "FILE",
       "the first line is the new passphrase; asked for twice if not given"}};
  for (auto& option : share_options(Arity::kMany)) options.push_back(option);
  return {"share",
          "unlock",
          "give a home a new passphrase, by enough custodians of its root key",
          std::move(options),
          {"yuxin --home city/online share unlock shares/register.json",
           "yuxin --home city/online share unlock shares/register.json --share share-1-1.json,li.pass --share "
           "share-1-2.json,wang.pass --new-passphrase-file new.pass"},
          unlock,
          CommandSpec::Identity::kTaken};
}

}  // namespace yuxin::cli
