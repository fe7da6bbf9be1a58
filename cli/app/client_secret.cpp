#include "client_secret.hpp"

#include <algorithm>
#include <filesystem>

#include "yuxin/base/file.hpp"
#include "yuxin/keymgmt/sealed_secrets.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;

namespace {

constexpr std::string_view kPrefix = "client-";
constexpr std::string_view kExtension = ".secret";

std::string name_of(std::string_view client) { return std::string(kPrefix).append(client); }

keymgmt::SealedSecrets secrets_of(const Home& home) { return {home.keys_folder(), home.root().clone()}; }

}  // namespace

bool needs_secret(const ra::MachineClient& client) { return client.speaks(ra::Protocol::kCmp); }

Result<> keep_client_secret(const Home& home, const ra::MachineClient& client, const base::Secret& secret) {
  return secrets_of(home).keep(name_of(client.name), secret);
}

Result<> forget_client_secret(const Home& home, std::string_view client) {
  return secrets_of(home).destroy(name_of(client));
}

Result<base::Secret> client_secret(const Home& home, const ra::MachineClient& client) {
  TRY(auto secret, secrets_of(home).find(name_of(client.name)));
  if (!base::equal_constant_time(x509::sha256(secret.view()), client.secret))
    return base::fail(Code::kNotFound, "The secret that is kept of client {} is not the one of clients.toml.",
                      client.name);
  return secret;
}

bool has_client_secret(const Home& home, std::string_view client) {
  return base::file_exists(home.keys_folder() + "/" + name_of(client).append(kExtension));
}

std::vector<std::string> orphaned_secrets(const Home& home, const ra::MachineClients& clients) {
  std::vector<std::string> names;
  std::error_code ignored;  // what cannot be read is another examination's business
  for (const auto& entry : std::filesystem::directory_iterator(home.keys_folder(), ignored)) {
    const auto file = entry.path().stem().string();
    if (entry.path().extension() != kExtension || !file.starts_with(kPrefix)) continue;
    auto name = file.substr(kPrefix.size());
    const auto* client = clients.find(name);
    if (client == nullptr || !needs_secret(*client)) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace yuxin::cli
