// yuxin unlock list, add, remove: the ways to the root key of a home.
#include <algorithm>
#include <utility>

#include "app/key_record.hpp"
#include "app/key_view.hpp"
#include "app/new_passphrase.hpp"
#include "app/trial.hpp"
#include "app/unlocking.hpp"
#include "commands.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/canonical.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using keymgmt::UnlockWay;

constexpr std::string_view kPassphrase = "passphrase";

std::string kind_name(UnlockWay::Kind kind) {
  switch (kind) {
    case UnlockWay::Kind::kPassphrase:
      return "passphrase";
    case UnlockWay::Kind::kToken:
      return "token";
    case UnlockWay::Kind::kShares:
      break;
  }
  return "shares";
}

base::JsonObject way_json(const UnlockWay& way) {
  base::JsonObject object{{"way", kind_name(way.kind)}, {"name", way_name(way)}};
  if (way.kind == UnlockWay::Kind::kToken) object["public_key"] = base::hex(way.key);
  return object;
}

Result<int> list(Context& context, const Arguments&) {
  TRY(const auto home, open_home(context, Home::Access::kRead));
  TRY(const auto ways, keymgmt::unlock_ways(home->keys_folder()));
  if (context.options().json) {
    base::JsonArray array;
    for (const auto& way : ways) array.push_back(way_json(way));
    context.document(array);
    return 0;
  }
  context.out(message("Each of these alone unlocks the home {}:", home->path()));
  for (const auto& way : ways) context.out("  " + way_text(way));
  return 0;
}

std::string others_text(const std::vector<UnlockWay>& ways) {
  std::vector<std::string> texts;
  for (const auto& way : ways) texts.push_back(way_text(way));
  return base::join(texts, message(", "));
}

// The whole URI of the key: one that is named, or for a token alone one that bears the home's identifier.
Result<std::string> key_name_of(Home& home, const std::string& uri) {
  TRY(const auto origin, home.ledger_origin());
  auto named = keymgmt::token_key_name(uri, "unlock-" + origin.substr(origin.rfind('/') + 1));
  if (named) return named;
  TRY(keymgmt::token_of(uri));
  return uri;
}

Result<std::shared_ptr<const x509::Decrypter>> key_for(Home& home, const std::string& uri, const std::string& name) {
  TRY(const auto token, home.keys().token(name));
  if (name != uri) TRY(token->ensure_decrypting(name));
  return token->decrypter(name);
}

Result<> add_token(Context& context, Home& home, const std::string& uri, const std::string& name) {
  TRY(const auto key, key_for(home, uri, name));
  const auto digest = base::hex(x509::sha256(key->public_key().spki()));
  TRY(record_key(home, context.actor(),
                 {.kind = "token",
                  .name = "root",
                  .data = evidence::ObjectWriter().add("key", digest).add("name", shown_key_name(name)).finish()}));
  TRY(keymgmt::add_token(home.keys_folder(), home.root(), name, *key));
  context.remark(message("The token key {} unlocks the home {} from now on, with the PIN of its token.",
                         shown_key_name(name), home.path()));
  return {};
}

Result<> add_passphrase(Context& context, const Arguments& arguments, Home& home,
                        const std::vector<UnlockWay>& ways) {
  TRY(const auto passphrase, new_passphrase_of(context, arguments));
  TRY(record_key(home, context.actor(), {.kind = "passphrase", .name = "root"}));
  TRY(keymgmt::set_passphrase(home.keys_folder(), home.root(), passphrase));
  const bool replaced = std::ranges::find(ways, UnlockWay::Kind::kPassphrase, &UnlockWay::kind) != ways.end();
  context.remark(replaced
                     ? message("The home {} has a new passphrase; the old one opens nothing any more.", home.path())
                     : message("A passphrase unlocks the home {} from now on.", home.path()));
  return {};
}

Result<int> finish(Context& context, Home& home) {
  end_work(context, home);
  if (!context.options().json) return 0;
  TRY(const auto ways, keymgmt::unlock_ways(home.keys_folder()));
  base::JsonArray array;
  for (const auto& way : ways) array.push_back(way_json(way));
  context.document(array);
  return 0;
}

Result<int> add(Context& context, const Arguments& arguments) {
  const auto wanted = arguments.one("WAY");
  const bool token = keymgmt::is_token_name(wanted);
  if (!token && wanted != kPassphrase) {
    return fail(
        Code::kUsage,
        "\"{}\" is no way to unlock a home: passphrase, or the URI of a token, pkcs11:token=LABEL. Custodians "
        "come by: yuxin share split",
        wanted);
  }
  if (token && arguments.has("--new-passphrase-file"))
    return fail(Code::kUsage, "A token has a PIN and no passphrase: leave --new-passphrase-file out.");
  TRY(auto home, open_unlocked_home(context));
  TRY(const auto ways, keymgmt::unlock_ways(home->keys_folder()));
  if (token) {
    TRY(const auto name, key_name_of(*home, wanted));
    context.remark(labelled(message("key"), shown_key_name(name)));
    if (arguments.has("--dry-run")) {
      TRY(home->keys().token(name));
      return end_trial(context, {{"way", shown_key_name(name)}});
    }
    TRY(add_token(context, *home, wanted, name));
  } else if (arguments.has("--dry-run")) {
    return end_trial(context, {{"way", kPassphrase}});
  } else {
    TRY(add_passphrase(context, arguments, *home, ways));
  }
  return finish(context, *home);
}

Result<int> remove(Context& context, const Arguments& arguments) {
  const auto wanted = arguments.one("WAY");
  TRY(auto home, open_unlocked_home(context));
  TRY(auto ways, keymgmt::unlock_ways(home->keys_folder()));
  const auto found =
      std::ranges::find_if(ways, [&](const auto& way) { return way_name(way) == shown_key_name(wanted); });
  if (found == ways.end())
    return fail(Code::kNotFound, "This home is not unlocked by {}. What unlocks it, says: yuxin unlock list",
                shown_key_name(wanted));
  const auto way = std::move(*found);
  ways.erase(found);
  if (ways.empty()) {
    return fail(Code::kConflict,
                "That is the last way to unlock this home: without it every key is lost. Nothing was changed.");
  }
  context.remark(labelled(message("way"), way_text(way)));
  context.remark(labelled(message("what is left"), others_text(ways)));
  if (arguments.has("--dry-run")) {
    return end_trial(context, {{"way", way_name(way)}, {"left", ways.size()}});
  }
  TRY(const auto yes, context.confirm(message("Take this way away? Copies of the home that were made before still "
                                              "open by it.")));
  if (!yes) return fail(Code::kUsage, "Nothing was changed.");
  TRY(record_key(
      *home, context.actor(),
      {.kind = "way-removed", .name = "root", .data = evidence::ObjectWriter().add("way", way_name(way)).finish()}));
  TRY(keymgmt::remove_way(home->keys_folder(), way));
  context.remark(message("Taken away: {}. What is left: {}.", way_text(way), others_text(ways)));
  return finish(context, *home);
}

}  // namespace

std::vector<CommandSpec> unlock_commands() {
  const char* list_example = "yuxin --home city/online unlock list";
  const char* token_example =
      "yuxin --home city/online --passphrase-file pass unlock add pkcs11:token=city-2026 --pin-file pin";
  return {
      {"unlock",
       "list",
       "show what unlocks a home: a passphrase, keys on tokens, custodians' shares",
       {},
       {list_example},
       list},
      {"unlock",
       "add",
       "let a token unlock the home too, or give it a passphrase, in place of the present one",
       {{"WAY", Arity::kOne, Presence::kRequired, "WAY",
         "passphrase, or the URI of a token (RFC 7512): pkcs11:token=LABEL makes an RSA key there, with ;object=NAME "
         "one that is there and may decrypt is taken"},
        {"--new-passphrase-file", Arity::kOne, Presence::kOptional, "FILE",
         "the first line is the new passphrase; asked for twice if not given"},
        dry_run_option()},
       {token_example, "yuxin --home city/online unlock add passphrase --new-passphrase-file new.pass"},
       add},
      {"unlock",
       "remove",
       "take a way to unlock the home away; the last one stays",
       {{"WAY", Arity::kOne, Presence::kRequired, "WAY",
         "passphrase, the URI of a token's key, or the identifier of a set of shares, as unlock list shows it"},
        dry_run_option()},
       {"yuxin --home city/online unlock remove passphrase"},
       remove}};
}

}  // namespace yuxin::cli
