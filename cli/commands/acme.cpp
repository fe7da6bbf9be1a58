// yuxin acme key, list, deactivate: the accounts of ACME, and what a client opens one with.
#include "yuxin/ra/acme.hpp"
#include "app/home.hpp"
#include "app/output.hpp"
#include "app/registration_acme.hpp"
#include "app/registration_desk.hpp"
#include "commands.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

Result<int> key(Context& context, const Arguments& arguments) {
  const auto name = arguments.one("NAME");
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(const auto clients, read_clients(*home));
  const auto* client = clients->find(name);
  if (client == nullptr) return fail(Code::kNotFound, "There is no client {}. See: yuxin client list", name);
  if (!client->speaks(ra::Protocol::kAcme)) {
    return fail(Code::kConflict,
                "Client {} does not enrol by ACME. Put \"acme\" among its protocols in clients.toml.", name);
  }
  const auto url = acme_config(home->config(), home->config().registration.port).url + "/directory";
  const auto hmac = base::base64url(ra::acme_binding_key(*client));
  if (context.options().json) {
    context.document(base::JsonObject{{"directory", url}, {"kid", client->name}, {"hmac_key", hmac}});
    return 0;
  }
  context.out(labelled(message("directory"), url));
  context.out(labelled(message("key identifier"), client->name));
  context.out(labelled(message("HMAC key"), hmac));
  context.remark(message("Whoever has this key opens ACME accounts of this client; keep it like the secret."));
  return 0;
}

base::JsonObject account_json(const ra::AcmeAccountView& account) {
  return {{"account", account.name},
          {"client", account.client},
          {"contacts", base::JsonArray(account.contacts.begin(), account.contacts.end())},
          {"status", account.active ? "valid" : "deactivated"},
          {"created", base::rfc3339(account.created)}};
}

Result<int> list(Context& context, const Arguments& /*arguments*/) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(const auto accounts, ra::acme_accounts(home->store()));
  if (context.options().json) {
    base::JsonArray array;
    for (const auto& account : accounts) array.push_back(account_json(account));
    context.document(base::JsonObject{{"accounts", std::move(array)}});
    return 0;
  }
  if (accounts.empty()) {
    context.remark(message("No ACME accounts. What a client opens one with: yuxin acme key CLIENT"));
    return 0;
  }
  Table table({{message("account")},
               {message("client")},
               {message("contacts"), Table::Align::kLeft, 40},
               {message("status")},
               {message("since")}});
  for (const auto& account : accounts) {
    table.add({account.name, account.client, base::join(account.contacts, message(", ")),
               account.active ? message("valid") : message("deactivated"), base::local_time(account.created)});
  }
  table.print(context);
  return 0;
}

Result<int> deactivate(Context& context, const Arguments& arguments) {
  const auto name = arguments.one("ACCOUNT");
  TRY(auto home, open_home(context, Home::Access::kRead));
  TRY(const auto account, ra::find_acme_account(home->store(), name));
  context.remark(labelled(message("account"), account.name));
  context.remark(labelled(message("client"), account.client));
  context.remark(labelled(message("effect"), message("it orders nothing from now on; its certificates stay valid "
                                                     "until they expire or are revoked. It cannot be undone.")));
  if (arguments.has("--dry-run")) {
    context.remark(message("Nothing was changed (--dry-run)."));
    return 0;
  }
  TRY(const bool agreed, context.confirm(message("Deactivate this account?")));
  if (!agreed) {
    context.remark(message("Nothing was changed."));
    return 0;
  }
  TRY(home, open_home(context, Home::Access::kWrite));
  TRY(ra::deactivate_acme_account(home->store(), name, {context.actor(), context.clock().now()}));
  if (context.options().json) {
    context.document(base::JsonObject{{"account", name}, {"status", "deactivated"}});
  } else {
    context.out(message("Account {} was deactivated.", name));
  }
  return 0;
}

}  // namespace

std::vector<CommandSpec> acme_commands() {
  return {
      {"acme",
       "key",
       "give the key by which a client opens ACME accounts (external account binding)",
       {{"NAME", Arity::kOne, Presence::kRequired, "NAME", "name of the client"}},
       {"yuxin --home city/online acme key portal"},
       key},
      {"acme", "list", "list the ACME accounts", {}, {"yuxin --home city/online acme list"}, list},
      {"acme",
       "deactivate",
       "end an ACME account for good",
       {{"ACCOUNT", Arity::kOne, Presence::kRequired, "ACCOUNT", "name of the account, as yuxin acme list shows it"},
        dry_run_option()},
       {"yuxin --home city/online --yes acme deactivate 3q2-7wAAAAAAAAAAAAAAAA"},
       deactivate},
  };
}

}  // namespace yuxin::cli
