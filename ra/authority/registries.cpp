// Reading registries.toml.
#include <fmt/format.h>

#include <algorithm>

#include "yuxin/base/config.hpp"
#include "yuxin/base/short_name.hpp"
#include "yuxin/ra/authority_interface.hpp"

namespace yuxin::ra {

using base::ConfigTable;
using base::Result;

namespace {

constexpr std::size_t kMostRegistries = 1000;
constexpr std::string_view kDigest = "sha256:";

Result<x509::Digest256> read_digest(ConfigTable& table, std::string_view key) {
  TRY(const auto text, table.required_string(key));
  const auto octets =
      text.starts_with(kDigest) ? base::from_hex(std::string_view(text).substr(kDigest.size())) : std::nullopt;
  x509::Digest256 digest{};
  if (!octets || octets->size() != digest.size())
    return table.error(key, "\"sha256:\" and the digest of a SubjectPublicKeyInfo in 64 hexadecimal digits");
  std::ranges::copy(*octets, digest.begin());
  return digest;
}

Result<Registry> read_registry(ConfigTable& table) {
  Registry registry;
  TRY(registry.name, table.required_string("name"));
  if (!base::is_short_name(registry.name))
    return table.error("name", "\"{}\" is no name: lower-case letters, digits and hyphens, at most 32",
                       registry.name);
  TRY(registry.key, read_digest(table, "key"));
  TRY(registry.service, read_digest(table, "service"));
  TRY(const auto within, table.string("within"));
  if (within) {
    auto code = evidence::OrgCode::parse(*within);
    if (!code) return table.error("within", "{}", code.error().detail);
    registry.within = std::move(*code);
  }
  return registry;
}

}  // namespace

Result<std::shared_ptr<const Registries>> Registries::parse(std::string_view text, const std::string& file) {
  TRY(auto table, ConfigTable::parse(text, file));
  const auto registries = std::shared_ptr<Registries>(new Registries());
  TRY(auto tables, table.tables("registry"));
  if (tables.size() > kMostRegistries)
    return table.error("registry", "there are more than {} registration authorities", kMostRegistries);
  for (auto& one : tables) {
    TRY(auto registry, read_registry(one));
    if (registries->find(registry.name) != nullptr)
      return one.error("name", "\"{}\" stands there twice.", registry.name);
    if (registries->by_key(registry.key) != nullptr)
      return one.error("key", "another registration authority has this key");
    if (std::ranges::any_of(registries->registries_,
                            [&](const Registry& other) { return other.service == registry.service; }))
      return one.error("service", "another registration authority has this key");
    registries->registries_.push_back(std::move(registry));
  }
  TRY(table.finish());
  return std::shared_ptr<const Registries>(registries);
}

std::string Registries::print(const std::vector<Registry>& registries) {
  std::string text =
      "# Registration authorities on other hosts that may order certificates here; docs/split.md describes every "
      "key.\n"
      "# yuxin registry add|remove keep this file. A running server sees a change at once.\n";
  for (const auto& one : registries) {
    text += fmt::format("\n[[registry]]\nname    = \"{}\"\nkey     = \"sha256:{}\"\nservice = \"sha256:{}\"\n",
                        one.name, base::hex(one.key), base::hex(one.service));
    if (one.within) text += fmt::format("within  = \"{}\"\n", one.within->text());
  }
  return text;
}

const Registry* Registries::find(std::string_view name) const {
  const auto found = std::ranges::find(registries_, name, &Registry::name);
  return found == registries_.end() ? nullptr : &*found;
}

const Registry* Registries::by_key(const x509::Digest256& key) const {
  const auto found = std::ranges::find(registries_, key, &Registry::key);
  return found == registries_.end() ? nullptr : &*found;
}

}  // namespace yuxin::ra
