// yuxin share join: enough custodians together have their secret back.
#include <unistd.h>

#include "app/share_gathering.hpp"
#include "commands.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/keymgmt/reshare.hpp"

namespace yuxin::cli {
namespace {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using base::Secret;

// A secret goes into a file of its own and nowhere else: not onto a screen, not into something that is there.
Result<> check_target(const std::string& path) {
  if (path == "-" && ::isatty(STDOUT_FILENO) == 1)
    return fail(Code::kRefused, "The secret is not shown on a terminal. Name a file: --out FILE");
  if (path == "-") return {};
  if (base::file_exists(path))
    return fail(Code::kConflict, "{} exists already. Nothing was changed. Name a file that does not exist.", path);
  return {};
}

Secret as_hex(const Secret& secret) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  Secret text(secret.size() * 2 + 1);
  for (std::size_t i = 0; i < secret.size(); ++i) {
    text.data()[2 * i] = static_cast<std::uint8_t>(kDigits[secret.view()[i] >> 4U]);
    text.data()[2 * i + 1] = static_cast<std::uint8_t>(kDigits[secret.view()[i] & 0x0fU]);
  }
  text.data()[secret.size() * 2] = '\n';
  return text;
}

Result<int> join(Context& context, const Arguments& arguments) {
  const auto out = arguments.one("--out");
  TRY(check_target(out));
  TRY(const auto shares, keymgmt::load_register(arguments.one("REGISTER")));
  TRY(check_in_force(shares));
  TRY(auto input, ShareInput::of(context, arguments, shares, Proof::kLeftOut));
  TRY(const auto secret, gather_secret(context, input, shares));
  const auto text = arguments.has("--hex") ? as_hex(secret) : secret.clone();
  TRY(base::write_file(out, text.view(), base::Existing::kRefuse, base::Permissions::kPrivate));
  if (out == "-") return 0;
  if (context.options().json) {
    context.document(base::JsonObject{{"out", out}, {"octets", secret.size()}, {"set", base::hex(shares.set)}});
    return 0;
  }
  context.out(message("Joined the shares of \"{}\": {} octets in {}, which only you may read.", shares.title,
                      secret.size(), out));
  context.remark(message("Destroy it as soon as it is used: shred -u {}", out));
  return 0;
}

}  // namespace

CommandSpec share_join_command() {
  std::vector<OptionSpec> options = {
      {"REGISTER", Arity::kOne, Presence::kRequired, "REGISTER", "the register of the set (register.json)"},
      {"--out", Arity::kOne, Presence::kRequired, "FILE", "a new file for the secret; only its owner may read it"},
      {"--hex", Arity::kFlag, Presence::kOptional, "", "write it in hexadecimal digits"}};
  for (auto& option : share_options(Arity::kMany)) options.push_back(option);
  return {"share",
          "join",
          "join the shares of enough custodians to the secret again",
          std::move(options),
          {"yuxin share join shares/register.json --out key.bin",
           "yuxin share join register.json --share share-1-1.json,li.pass --share share-1-2.json,wang.pass --out "
           "key.bin"},
          join,
          CommandSpec::Identity::kTaken};
}

}  // namespace yuxin::cli
