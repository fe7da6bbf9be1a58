// yuxin key list, generate
#include "app/authority_steps.hpp"
#include "app/home.hpp"
#include "app/key_view.hpp"
#include "commands.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;

Result<int> list(Context& context, const Arguments& arguments) {
  TRY(auto home, open_home(context, Home::Access::kRead));
  auto tokens = arguments.many("--token");
  TRY(const auto keys, see_keys(*home, tokens));
  if (context.options().json) {
    base::JsonArray array;
    for (const auto& key : keys) array.push_back(key_json(key));
    context.document(array);
  } else {
    print_keys(context, keys);
  }
  return 0;
}

Result<x509::KeyKind> kind_of(const Arguments& arguments) {
  const auto text = arguments.one("--type", "ec:P-256");
  auto kind = x509::parse_key_kind(text);
  if (!kind) kind = x509::parse_key_kind("ec:" + text);  // "P-256" says enough
  if (kind) return *kind;
  return fail(Code::kUsage,
              "\"{}\" is no kind of key. There are rsa:3072, rsa-pss:3072, ec:P-256, ec:P-384, ec:P-521, ed25519, "
              "ed448 and sm2.",
              text);
}

Result<int> generate(Context& context, const Arguments& arguments) {
  const auto name = arguments.one("NAME");
  const auto token = arguments.maybe("--token");
  TRY(const auto kind, kind_of(arguments));
  TRY(check_authority_name(name));  // so that an authority can take it, and no service's name is taken
  std::string full = name;
  if (token) {
    TRY(full, keymgmt::token_key_name(*token, name));
  }
  TRY(auto home, token ? open_home(context, Home::Access::kWrite) : open_unlocked_home(context));
  context.remark(labelled(message("key"), shown_key_name(full)));
  context.remark(labelled(message("key kind"), x509::print_key_kind(kind)));
  if (arguments.has("--dry-run")) {
    const auto known = home->keys().public_key(full);
    if (known) return fail(Code::kConflict, "There is a key {} already. Nothing was changed.", shown_key_name(full));
    if (known.error().code != Code::kNotFound) return tl::unexpected(known.error());
    context.remark(message("Every check passed. Nothing was changed (--dry-run)."));
    return 0;
  }
  TRY(auto key, home->keys().generate(full, kind));
  const auto identifier = base::hex(key.identifier());
  SeenKey seen{full, {}, std::move(key), {}, {}};
  if (token) {
    TRY(const auto store, home->keys().token(*token));
    seen.token = store->title();
  }
  if (context.options().json) context.document(key_json(seen));
  const auto where = token ? " --token " + *token : std::string();
  context.remark(message("Made the key {}, identifier {}. An authority takes it with: yuxin ca create {}{} …", name,
                         identifier, name, where));
  return 0;
}

}  // namespace

std::vector<CommandSpec> key_commands() {
  const char* token_example = "yuxin --home city/online key list --token pkcs11:token=issuing-2026";
  return {
      {"key",
       "list",
       "list the keys of a home: where they are and what they are for",
       {{"--token", Arity::kMany, Presence::kOptional, "URI", "also every key on this token: pkcs11:token=LABEL"}},
       {"yuxin --home city/online key list", token_example},
       list},
      {"key",
       "generate",
       "make a key in the home or on a token",
       {{"NAME", Arity::kOne, Presence::kRequired, "NAME", "lower-case letters, digits and hyphens"},
        {"--type", Arity::kOne, Presence::kOptional, "KIND",
         "ec:P-256 (if not given), ec:P-384, rsa:3072, rsa-pss:3072, ed25519, sm2 …"},
        {"--token", Arity::kOne, Presence::kOptional, "URI",
         "keep the key on this token (RFC 7512): pkcs11:token=LABEL; made there, never to leave it"},
        dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass key generate spare --type P-384",
        "yuxin --home city/online key generate issuing-3 --token pkcs11:token=issuing-2026"},
       generate}};
}

}  // namespace yuxin::cli
