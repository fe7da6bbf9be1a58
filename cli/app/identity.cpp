#include "identity.hpp"

#include "home_config.hpp"
#include "yuxin/base/file.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;

namespace {

// Who signs without a home has the modules that p11-kit knows.
Result<std::vector<std::string>> modules_of(const Context& context) {
  const std::string settings = context.options().home + "/yuxin.toml";
  if (!base::file_exists(settings)) return std::vector<std::string>();
  TRY(const auto text, base::read_file(settings, 1U << 20U));
  TRY(auto config, parse_home_config(base::as_text(text), settings));
  return std::move(config.keys.modules);
}

Result<keymgmt::Identity> open_on_token(const Context& context) {
  const auto& options = context.options();
  keymgmt::TokenOptions tokens;
  TRY(tokens.modules, modules_of(context));
  tokens.pin_file = options.pin_file ? options.pin_file : options.identity_passphrase_file;
  tokens.ask_pin = pin_prompt(context);
  return keymgmt::identity_from_token(*options.identity, tokens, options.identity_certificate);
}

}  // namespace

keymgmt::AskPin pin_prompt(const Context& context) {
  if (!context.interactive()) return {};
  return [context](const std::string& token) { return context.ask_secret(message("PIN of token {}", token)); };
}

Result<keymgmt::Identity> open_identity(const Context& context) {
  const auto& options = context.options();
  if (!options.identity) {
    return fail(Code::kUsage,
                "Whoever signs has to be named: yuxin --as officer.p12 … (a PKCS #12 file, PEM files: "
                "certificate.pem,key.pem, or a key on a token: pkcs11:token=LABEL;object=NAME).");
  }
  if (keymgmt::is_token_name(*options.identity)) return open_on_token(context);
  return keymgmt::load_identity(*options.identity, [&]() -> Result<base::Secret> {
    if (options.identity_passphrase_file) return base::read_passphrase_file(*options.identity_passphrase_file);
    if (!context.interactive()) {
      return fail(
          Code::kUsage,
          "Its key is locked and nobody can be asked here. Give its passphrase with --as-passphrase-file FILE.");
    }
    return context.ask_secret(message("Passphrase of {}", *options.identity));
  });
}

}  // namespace yuxin::cli
