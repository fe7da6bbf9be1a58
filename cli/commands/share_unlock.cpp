// yuxin share unlock: enough custodians together give a home a new passphrase.
#include "app/custodian_unlock.hpp"
#include "app/new_passphrase.hpp"
#include "app/output.hpp"
#include "app/share_input.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/evidence/ledger.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using base::Secret;

Result<Secret> new_passphrase(const Context& context, const Arguments& arguments) {
  if (const auto file = arguments.maybe("--new-passphrase-file")) return read_new_passphrase(*file);
  if (!context.interactive()) {
    return fail(Code::kUsage,
                "Nobody can be asked for the new passphrase here. Name a file: --new-passphrase-file FILE");
  }
  return type_new_passphrase(context, message("New passphrase"), May::kNotStayEmpty);
}

Result<int> unlock(Context& context, const Arguments& arguments) {
  TRY(auto home, open_home(context, Home::Access::kWrite));
  TRY(unlock_by_custodians(context, arguments, arguments.one("REGISTER"), *home));
  TRY(const auto passphrase, new_passphrase(context, arguments));
  // recorded first: a passphrase that nobody knows of would be worse than a record without one
  TRY(home->store().write([&](store::Writer& writer) -> Result<> {
    TRY(evidence::append(writer, {.kind = "key.passphrase",
                                  .object = "keys/root",
                                  .actor = context.actor(),
                                  .time = context.clock().now(),
                                  .data = "{}",
                                  .attachment = {}}));
    return {};
  }));
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
          unlock};
}

}  // namespace yuxin::cli
