// yuxin share store: a sealed share goes onto its custodian's token.
#include "app/identity.hpp"
#include "app/key_view.hpp"
#include "app/share_input.hpp"
#include "app/trial.hpp"
#include "commands.hpp"
#include "yuxin/keymgmt/share_file.hpp"

namespace yuxin::cli {
namespace {

using base::fail;
using base::message;
using base::Result;

constexpr std::size_t kLargestFile = 1U << 20U;
constexpr std::size_t kShownSet = 16;  // hexadecimal digits

// The whole URI of the data object: one that is named, or for a token alone one that bears the set's identifier.
Result<std::string> object_name_of(const std::string& uri, const keymgmt::ShareFile& file) {
  auto named = keymgmt::token_key_name(uri, "share-" + base::hex(file.set).substr(0, kShownSet));
  if (named) return named;
  TRY(keymgmt::token_of(uri));
  return uri;
}

Result<int> store(Context& context, const Arguments& arguments) {
  const auto path = arguments.one("FILE");
  TRY(const auto octets, read_secret_file(path, kLargestFile));
  const auto file = keymgmt::parse_share_file(octets.text());
  if (!file) return fail(file.error().code, "{}: {}", path, file.error().detail);
  TRY(const auto name, object_name_of(arguments.one("--token"), *file));
  TRY(const auto tokens, tokens_of(context));
  TRY(const auto token, tokens->token(name));
  const auto shown = shown_key_name(name);
  context.remark(labelled(message("custodian"), file->custodian));
  context.remark(labelled(message("token"), token->title()));
  if (arguments.has("--dry-run")) {
    return end_trial(context, {{"custodian", file->custodian}, {"token", token->title()}, {"name", shown}});
  }
  TRY(token->put_data(name, octets.view()));
  if (context.options().json) {
    context.document(base::JsonObject{
        {"custodian", file->custodian}, {"set", base::hex(file->set)}, {"token", token->title()}, {"name", shown}});
    return 0;
  }
  context.out(message("The share of {} is on token {}, sealed as it is in {}, and was read back.", file->custodian,
                      token->title(), path));
  context.remark(message("Bring it with: --share '{}'. Then destroy the file: shred -u {}", shown, path));
  return 0;
}

}  // namespace

CommandSpec share_store_command() {
  return {"share",
          "store",
          "put a sealed share onto a token, where only who has its PIN sees it",
          {{"FILE", Arity::kOne, Presence::kRequired, "FILE", "the sealed share (share-1-1.json)"},
           {"--token", Arity::kOne, Presence::kRequired, "URI",
            "the token (RFC 7512): pkcs11:token=LABEL, with ;object=NAME under that name"},
           dry_run_option()},
          {"yuxin share store share-1-1.json --token pkcs11:token=li-wei",
           "yuxin share verify register.json --share 'pkcs11:token=li-wei;object=share-5f0c41d7a2b3c4d5'"},
          store};
}

}  // namespace yuxin::cli
