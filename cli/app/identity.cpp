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

Result<std::shared_ptr<keymgmt::KeyRing>> tokens_of(const Context& context) {
  keymgmt::TokenOptions options;
  TRY(options.modules, modules_of(context));
  options.pin_file = context.options().pin_file;
  options.ask_pin = pin_prompt(context);
  return std::make_shared<keymgmt::KeyRing>(std::move(options));
}

Result<keymgmt::Opener> open_share_opener(const Context& context, const keymgmt::KeyRing& tokens,
                                          const std::string& name, const std::string& passphrase_file,
                                          const x509::Digest256& wanted) {
  if (!keymgmt::is_token_name(name)) {
    return keymgmt::load_opener(name, [&]() -> Result<base::Secret> {
      if (!passphrase_file.empty()) return base::read_passphrase_file(passphrase_file);
      if (context.interactive()) return context.ask_secret(message("Passphrase of {}", name));
      return fail(Code::kUsage,
                  "The key of {} is under a passphrase, and nobody can be asked here. Name a file with it: --share "
                  "FILE,IDENTITY,PASSPHRASE-FILE",
                  name);
    });
  }
  if (!passphrase_file.empty()) {
    return fail(Code::kUsage,
                "A token has a PIN and no passphrase. Name its file in the URI: ?pin-source=file:/path, or give "
                "--pin-file FILE, or let yourself be asked.");
  }
  TRY(const auto token, tokens.token(name));
  return keymgmt::opener_from_token(*token, name, context.options().identity_certificate, wanted);
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
