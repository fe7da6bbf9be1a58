// Reading clients.toml, and telling a client by its secret.
#include <algorithm>
#include <array>

#include "yuxin/base/config.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/evidence/organisation.hpp"
#include "yuxin/ra/machine.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::ra {

using base::Code;
using base::ConfigTable;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kMostClients = 10'000;
constexpr std::string_view kDigestPrefix = "sha256:";

struct NamedProtocol {
  Protocol protocol;
  std::string_view name;
};
constexpr std::array<NamedProtocol, 4> kProtocols = {
    {{Protocol::kEst, "est"}, {Protocol::kCmp, "cmp"}, {Protocol::kAcme, "acme"}, {Protocol::kScep, "scep"}}};

Result<std::vector<Protocol>> read_protocols(ConfigTable& table) {
  TRY(const auto words, table.strings("protocols"));
  std::vector<Protocol> protocols;
  for (const auto& word : words) {
    const auto known = protocol_by_name(word);
    if (!known) return table.error("protocols", "\"{}\" is no protocol; there are est, cmp, acme and scep", word);
    protocols.push_back(*known);
  }
  if (protocols.empty()) return table.error({}, "say which protocols it speaks: protocols = [\"est\"]");
  return protocols;
}

Result<x509::Digest256> read_secret(ConfigTable& table) {
  TRY(const auto text, table.required_string("secret"));
  x509::Digest256 digest{};
  const auto octets = text.starts_with(kDigestPrefix) ? base::from_hex(std::string_view(text).substr(7))
                                                      : std::optional<base::Bytes>();
  if (!octets || octets->size() != digest.size())
    return table.error("secret", "a secret stands here as sha256: and 64 hexadecimal digits, never itself");
  std::ranges::copy(*octets, digest.begin());
  return digest;
}

Result<MachineClient> read_client(ConfigTable& table) {
  MachineClient client;
  TRY(client.name, table.required_string("name"));
  if (!evidence::is_profile_name(client.name))
    return table.error("name", "\"{}\" is no name: lower-case letters, digits and hyphens", client.name);
  TRY(client.protocols, read_protocols(table));
  TRY(client.profiles, table.strings("profiles"));
  for (const auto& profile : client.profiles) {
    if (!evidence::is_profile_name(profile))
      return table.error("profiles", "\"{}\" is no name of a profile", profile);
  }
  if (client.profiles.empty()) return table.error({}, "say which profiles it may have: profiles = [\"device\"]");
  TRY(client.names_under, table.strings("names_under"));
  for (const auto& domain : client.names_under) {
    if (!x509::is_dns_name(domain, x509::Wildcard::kRefused))
      return table.error("names_under", "\"{}\" is no domain", domain);
  }
  if (client.names_under.empty())
    return table.error({}, "say under which domains its names lie: names_under = [\"city.example\"]");
  TRY(client.secret, read_secret(table));
  TRY(const auto renewal, table.string("renewal"));
  if (renewal && *renewal != "certificate" && *renewal != "secret")
    return table.error("renewal", "renewal takes \"certificate\" or \"secret\"");
  if (renewal && *renewal == "secret") client.renewal = MachineClient::Renewal::kBySecret;
  TRY(const auto organisation, table.string("organisation"));
  if (organisation) {
    const auto code = evidence::OrgCode::parse(*organisation);
    if (!code) return table.error("organisation", "\"{}\" is no code of an organisation", *organisation);
    client.organisation = *code;
  }
  TRY(const auto per_day, table.integer("per_day"));
  client.per_day = per_day.value_or(0);
  if (per_day && *per_day < 1) return table.error("per_day", "per_day is a number from 1");
  return client;
}

}  // namespace

std::string_view protocol_name(Protocol protocol) {
  return std::ranges::find(kProtocols, protocol, &NamedProtocol::protocol)->name;
}

std::optional<Protocol> protocol_by_name(std::string_view name) {
  const auto known = std::ranges::find(kProtocols, name, &NamedProtocol::name);
  return known == kProtocols.end() ? std::nullopt : std::optional(known->protocol);
}

bool MachineClient::speaks(Protocol protocol) const {
  return std::ranges::find(protocols, protocol) != protocols.end();
}

bool MachineClient::may_have(std::string_view profile) const {
  return std::ranges::find(profiles, profile) != profiles.end();
}

bool MachineClient::has(const std::vector<x509::GeneralName>& names) const {
  const auto is_own = [&](const x509::GeneralName& one) {
    return one.kind == x509::GeneralNameKind::kDns &&
           std::ranges::any_of(names_under, [&](const auto& domain) { return ca::is_under(one.value, domain); });
  };
  return !names.empty() && std::ranges::all_of(names, is_own);
}

Result<std::shared_ptr<const MachineClients>> MachineClients::parse(std::string_view text, const std::string& file) {
  TRY(auto table, ConfigTable::parse(text, file));
  TRY(auto tables, table.tables("client"));
  if (tables.size() > kMostClients) return table.error("client", "{} clients at most", kMostClients);
  std::shared_ptr<MachineClients> clients(new MachineClients());
  for (auto& one : tables) {
    TRY(auto client, read_client(one));
    if (clients->find(client.name) != nullptr)
      return one.error("name", "there are two clients called \"{}\"", client.name);
    clients->clients_.push_back(std::move(client));
  }
  TRY(table.finish());
  return std::shared_ptr<const MachineClients>(std::move(clients));
}

const MachineClient* MachineClients::find(std::string_view name) const {
  const auto found = std::ranges::find(clients_, name, &MachineClient::name);
  return found == clients_.end() ? nullptr : &*found;
}

const MachineClient* MachineClients::any(Protocol protocol) const {
  const auto found =
      std::ranges::find_if(clients_, [&](const MachineClient& client) { return client.speaks(protocol); });
  return found == clients_.end() ? nullptr : &*found;
}

const MachineClient* MachineClients::authenticate(std::string_view name, base::ByteView secret) const {
  const auto digest = x509::sha256(secret);
  const MachineClient* client = find(name);
  static constexpr x509::Digest256 kNobody{};
  const bool same = base::equal_constant_time(client == nullptr ? kNobody : client->secret, digest);
  return same ? client : nullptr;
}

const MachineClient* MachineClients::by_secret(Protocol protocol, base::ByteView secret) const {
  const auto digest = x509::sha256(secret);
  const MachineClient* found = nullptr;
  for (const auto& client : clients_) {
    const bool same = base::equal_constant_time(client.secret, digest);
    if (same && client.speaks(protocol)) found = &client;
  }
  return found;
}

const MachineClient* MachineClients::renewing(Protocol protocol, const Held& held,
                                              const x509::CertificateRequest& request) const {
  const auto found = std::ranges::find_if(clients_, [&](const MachineClient& client) {
    return (held.client.empty() || client.name == held.client) &&
           client.renewal == MachineClient::Renewal::kByCertificate && client.speaks(protocol) &&
           client.may_have(held.profile) && check_names(client, request).has_value();
  });
  return found == clients_.end() ? nullptr : &*found;
}

base::Secret make_client_secret() {
  constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
  base::Secret secret(32);
  base::random_bytes({secret.data(), secret.size()});
  for (std::size_t i = 0; i < secret.size(); ++i) {
    auto& octet = secret.data()[i];
    octet = static_cast<std::uint8_t>(kDigits[octet & 31U]);
  }
  return secret;
}

Result<> check_names(const MachineClient& client, const x509::CertificateRequest& request) {
  const auto names = request.subject_alt_names();
  if (names.empty()) {
    return fail(Code::kRefused, "The request names no host: a client asks for subject alternative names (dns).");
  }
  for (const auto& name : names) {
    if (!client.has({name}))
      return fail(Code::kRefused, "The name {} lies under none of the domains of client {}: {}.", name.value,
                  client.name, base::join(client.names_under, base::message(", ")));
  }
  // Whoever reads the certificate reads the subject, too: it may say nothing but one of the names.
  for (const auto& attribute : request.subject().attributes()) {
    const bool is_name = base::equal(attribute.type, x509::oid::kCommonName) &&
                         std::ranges::find(names, attribute.value, &x509::GeneralName::value) != names.end();
    if (!is_name)
      return fail(Code::kRefused, "The subject may hold one of the names as CN and nothing else; it has {}={}.",
                  x509::attribute_keyword(attribute.type), attribute.value);
  }
  return {};
}

}  // namespace yuxin::ra
