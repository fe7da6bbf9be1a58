#include "identity.hpp"

#include "yuxin/base/file.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;

Result<keymgmt::Identity> open_identity(const Context& context) {
  const auto& options = context.options();
  if (!options.identity) {
    return fail(Code::kUsage,
                "Whoever signs has to be named: yuxin --as officer.p12 … (a PKCS #12 file, or PEM files: "
                "certificate.pem,key.pem).");
  }
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
