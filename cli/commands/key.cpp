// yuxin key list, generate
#include <algorithm>

#include "app/authority_steps.hpp"
#include "app/home.hpp"
#include "app/key_record.hpp"
#include "app/key_tree_view.hpp"
#include "app/key_view.hpp"
#include "app/progress.hpp"
#include "app/trial.hpp"
#include "app/trust.hpp"
#include "app/typed_key_kind.hpp"
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

// A key of the tree: of as many as are asked for, each with its number.
Result<int> generate_below(Context& context, const Arguments& arguments, const std::string& parent) {
  const auto level = keymgmt::parse_key_level(arguments.one("--level", "user"));
  if (!level || *level == keymgmt::KeyLevel::kRoot)
    return fail(Code::kUsage, "\"{}\" is no storey for a new key: domain, service or user.",
                arguments.one("--level"));
  TRY(const auto count, number_option(arguments, "--count", 1));
  if (count < 1 || count > 100'000) return fail(Code::kUsage, "--count takes a number from 1 to 100000.");
  keymgmt::NewKey wanted;
  wanted.name = arguments.one("NAME");
  wanted.parent = parent;
  wanted.level = *level;
  if (arguments.has("--type")) {
    TRY(wanted.kind, typed_key_kind(arguments));
  }
  if (arguments.has("--uses")) {
    TRY(wanted.use_limit, number_option(arguments, "--uses", 0));
  }
  if (arguments.has("--until")) {
    TRY(wanted.not_after, read_moment(arguments.maybe("--until"), context.clock().now()));
    if (*wanted.not_after <= context.clock().now())
      return fail(Code::kUsage, "A key that ends at {} could never be used. --until takes a time to come.",
                  base::local_time(*wanted.not_after));
  }
  TRY(auto home, open_unlocked_home(context));
  TRY(auto tree, home->key_tree(context.actor()));
  const keymgmt::KeyContext by{context.actor(), context.clock().now()};
  const auto progress = progress_of(context, message("keys"));
  constexpr std::int64_t kBatch = 500;
  std::optional<keymgmt::TreeKey> last;
  for (std::int64_t made = 0; made < count;) {
    std::vector<keymgmt::NewKey> batch;
    for (; made < count && std::ssize(batch) < kBatch; ++made) {
      batch.push_back(wanted);
      if (count > 1) batch.back().name += "-" + std::to_string(made + 1);
    }
    TRY(auto keys, tree->create_many(batch, by));
    last = std::move(keys.back());
    if (progress) progress(made, count);
  }
  end_work(context, *home);
  if (context.options().json) context.document(tree_key_json(*last, parent));
  context.remark(count == 1 ? message("Made the key {} below {}.", last->name, parent)
                            : message("Made {} keys below {}.", count, parent));
  return 0;
}

Result<bool> is_of_an_authority(Home& home, const std::string& name) {
  bool used = false;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(const auto rows, reader.authorities());
    used = std::ranges::find(rows, name, &store::AuthorityRow::key_name) != rows.end();
    return {};
  }));
  return used;
}

// Every key that was made is in the ledger; that of an attempt that was cut off before it was written down, too.
Result<x509::PublicKey> generate_recorded(const Context& context, Home& home, const std::string& name,
                                          const x509::KeyKind& kind) {
  auto made = home.keys().generate(name, kind);
  if (!made && made.error().code != Code::kConflict) return made;
  TRY(const bool used, is_of_an_authority(home, name));  // its certificate's records say when it was made
  const auto key = made ? made : home.keys().public_key(name);
  if (key && !used) TRY(record_generated(home, context.actor(), name, *key));
  return made;
}

Result<int> generate(Context& context, const Arguments& arguments) {
  if (const auto parent = arguments.maybe("--under")) {
    if (arguments.has("--token")) return fail(Code::kUsage, "A key is below another one or on a token, not both.");
    return generate_below(context, arguments, *parent);
  }
  const auto name = arguments.one("NAME");
  const auto token = arguments.maybe("--token");
  TRY(const auto kind, typed_key_kind(arguments));
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
    return end_trial(context, {{"key", shown_key_name(full)}, {"key_kind", x509::print_key_kind(kind)}});
  }
  TRY(auto key, generate_recorded(context, *home, full, kind));
  if (!token) end_work(context, *home);
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
       "make a key in the home, on a token, or in the key tree",
       {{"NAME", Arity::kOne, Presence::kRequired, "NAME", "lower-case letters, digits and hyphens"},
        {"--type", Arity::kOne, Presence::kOptional, "KIND",
         "ec:P-256 (if not given), ec:P-384, rsa:3072, rsa-pss:3072, ed25519, sm2 …"},
        {"--token", Arity::kOne, Presence::kOptional, "URI",
         "keep the key on this token (RFC 7512): pkcs11:token=LABEL; made there, never to leave it"},
        {"--under", Arity::kOne, Presence::kOptional, "NAME",
         "in the key tree, below this key: root, or a key's name"},
        {"--level", Arity::kOne, Presence::kOptional, "STOREY",
         "its storey there: domain, service or user (if not given)"},
        {"--uses", Arity::kOne, Presence::kOptional, "N", "how many times it may be used there"},
        {"--until", Arity::kOne, Presence::kOptional, "TIME", "until when it may protect anything new"},
        {"--count", Arity::kOne, Presence::kOptional, "N", "so many, NAME-1, NAME-2 …"},
        dry_run_option()},
       {"yuxin --home city/online --passphrase-file pass key generate yuzhong --under root --level domain",
        "yuxin --home city/online --passphrase-file pass key generate spare --type P-384",
        "yuxin --home city/online key generate issuing-3 --token pkcs11:token=issuing-2026"},
       generate}};
}

}  // namespace yuxin::cli
