#include "client_secret.hpp"

#include "yuxin/base/file.hpp"
#include "yuxin/keymgmt/sealed_secrets.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;

namespace {

std::string name_of(const ra::MachineClient& client) { return "client-" + client.name; }

keymgmt::SealedSecrets secrets_of(const Home& home) { return {home.keys_folder(), home.root().clone()}; }

}  // namespace

bool needs_secret(const ra::MachineClient& client) { return client.speaks(ra::Protocol::kCmp); }

Result<> keep_client_secret(const Home& home, const ra::MachineClient& client, const base::Secret& secret) {
  return secrets_of(home).keep(name_of(client), secret);
}

Result<> forget_client_secret(const Home& home, const ra::MachineClient& client) {
  return secrets_of(home).destroy(name_of(client));
}

Result<base::Secret> client_secret(const Home& home, const ra::MachineClient& client) {
  TRY(auto secret, secrets_of(home).find(name_of(client)));
  if (!base::equal_constant_time(x509::sha256(secret.view()), client.secret))
    return base::fail(Code::kNotFound, "The secret that is kept of client {} is not the one of clients.toml.",
                      client.name);
  return secret;
}

bool has_client_secret(const Home& home, const ra::MachineClient& client) {
  return base::file_exists(home.keys_folder() + "/" + name_of(client) + ".secret");
}

}  // namespace yuxin::cli
