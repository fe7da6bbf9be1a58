#include "home_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "toml_text.hpp"
#include "yuxin/base/config.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/evidence/cosignature.hpp"
#include "yuxin/http/ntp.hpp"
#include "yuxin/keymgmt/token_key_store.hpp"
#include "yuxin/x509/name.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::cli {

using base::Code;
using base::ConfigTable;
using base::Result;

namespace {

Result<> read_period(ConfigTable& table, std::string_view key, base::Period& into) {
  TRY(auto value, table.period(key));
  if (!value) return {};
  if (base::add({0}, *value).seconds < 60)
    return table.error(key, "a minute is the least, for example \"PT1H\" or \"P7D\"");
  into = *value;
  return {};
}

Result<> read_port(ConfigTable& table, std::string_view key, std::uint16_t& into) {
  TRY(auto value, table.integer(key));
  if (!value) return {};
  if (*value < 0 || *value > 65535) return table.error(key, "a port is a number from 0 to 65535");
  into = static_cast<std::uint16_t>(*value);
  return {};
}

Result<> read_number(ConfigTable& table, std::string_view key, std::int64_t most, std::int64_t& into) {
  TRY(auto value, table.integer(key));
  if (!value) return {};
  if (*value < 0 || *value > most) return table.error(key, "a number from 0 to {}", most);
  into = *value;
  return {};
}

Result<> read_flag(ConfigTable& table, std::string_view key, bool& into) {
  TRY(auto value, table.boolean(key));
  into = value.value_or(into);
  return {};
}

Result<> read_time_source(ConfigTable& table, TimeStampingConfig& tsa) {
  TRY(auto source, table.string("time_source"));
  tsa.time_source = source.value_or("");
  if (!tsa.time_source.empty() && tsa.time_source != "kernel" && !http::parse_ntp_address(tsa.time_source)) {
    return table.error("time_source", "time_source takes \"\", \"kernel\", or \"ntp://host\" with or without a port");
  }
  TRY(read_number(table, "time_source_bound_ms", 3'600'000, tsa.time_source_bound_ms));
  if (tsa.time_source_bound_ms == 0) return table.error("time_source_bound_ms", "a clock is never exactly right");
  if (!tsa.time_source.empty() && tsa.accuracy_ms != 0 && tsa.time_source_bound_ms > tsa.accuracy_ms) {
    return table.error(
        "time_source_bound_ms",
        "time_source_bound_ms must not be above accuracy_ms, or stamps would claim more than was checked");
  }
  return {};
}

Result<> read_time_stamping(ConfigTable& file, TimeStampingConfig& tsa) {
  TRY(auto table, file.table("tsa"));
  if (!table) return {};
  TRY(auto policy, table->string("policy"));
  if (policy) tsa.policy = *policy;
  if (!x509::oid_from_dotted(tsa.policy))
    return table->error("policy", "policy takes an object identifier, for example \"1.3.6.1.4.1.99999.1\"");
  TRY(read_number(*table, "accuracy_ms", 86'400'000, tsa.accuracy_ms));
  TRY(read_flag(*table, "ordering", tsa.ordering));
  TRY(read_flag(*table, "gm_form", tsa.gm_form));
  TRY(read_time_source(*table, tsa));
  return read_period(*table, "key_renew_every", tsa.key_renew_every);
}

Result<> read_services(ConfigTable& file, HomeConfig& config) {
  TRY(auto serve, file.table("serve"));
  if (serve) {
    TRY(auto address, serve->string("public_address"));
    if (address) config.public_address = *address;
    TRY(read_port(*serve, "public_port", config.public_port));
  }
  TRY(auto crl, file.table("crl"));
  if (crl) {
    TRY(read_period(*crl, "valid_for", config.crl_valid_for));
    TRY(read_period(*crl, "every", config.crl_every));
    if (base::add({0}, config.crl_every) > base::add({0}, config.crl_valid_for)) {
      return crl->error("every",
                        "every must not be longer than valid_for, or there would be times without a valid list");
    }
  }
  TRY(auto ocsp, file.table("ocsp"));
  if (ocsp) {
    TRY(read_period(*ocsp, "valid_for", config.ocsp_valid_for));
    TRY(read_period(*ocsp, "signer_renew_before", config.ocsp_signer_renew_before));
    TRY(auto never_issued, ocsp->string("never_issued"));
    if (never_issued && *never_issued != "unknown" && *never_issued != "revoked") {
      return ocsp->error("never_issued", "never_issued takes \"unknown\" or \"revoked\"");
    }
    config.never_issued_is_revoked = never_issued == "revoked";
  }
  return read_time_stamping(file, config.tsa);
}

Result<> read_ledger(ConfigTable& file, LedgerConfig& config) {
  TRY(auto ledger, file.table("ledger"));
  if (!ledger) return {};
  TRY(auto url, ledger->string("time_stamp_url"));
  if (url) config.time_stamp_url = *url;
  const bool is_url = config.time_stamp_url.starts_with("http://") || config.time_stamp_url.starts_with("https://");
  if (!config.time_stamp_url.empty() && !is_url) {
    return ledger->error("time_stamp_url", "\"{}\" is no address; it begins with http:// or https://",
                         config.time_stamp_url);
  }
  TRY(auto trust, ledger->string("time_stamp_trust"));
  if (trust) config.time_stamp_trust = *trust;
  TRY(config.witnesses, ledger->strings("witnesses"));
  for (const auto& witness : config.witnesses) {
    const auto key = evidence::parse_witness_key(witness);
    if (!key) return ledger->error("witnesses", "{}", key.error().detail);
  }
  return {};
}

Result<> read_keys(ConfigTable& file, KeysConfig& config) {
  TRY(auto keys, file.table("keys"));
  if (!keys) return {};
  TRY(config.modules, keys->strings("modules"));
  for (const auto& module : config.modules) {
    // a name without its folder would be looked for in places that others may write to
    if (!module.starts_with('/')) return keys->error("modules", "\"{}\" is no whole path of a module", module);
  }
  TRY(auto services, keys->string("services"));
  config.services = services.value_or("");
  if (config.services.empty()) return {};
  const auto token = keymgmt::token_key_name(config.services, "name");
  if (!token) return keys->error("services", "{}", token.error().detail);
  return {};
}

// A host is a DNS name, an IPv4 address, or an IPv6 address in brackets (RFC 3986 section 3.2.2).
bool is_host(std::string_view host) {
  const bool brackets = host.starts_with('[') && host.ends_with(']');
  const auto address = brackets ? host.substr(1, host.size() - 2) : host;
  if (brackets != (address.find(':') != std::string_view::npos)) return false;
  return (!brackets && x509::is_dns_name(host, x509::Wildcard::kRefused)) ||
         x509::parse_general_name("ip:" + std::string(address)).has_value();
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

// is_authority_part takes "host" or "host:port".
bool is_authority_part(std::string_view text) {
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return is_host(text.substr(0, colon)) && (colon == std::string_view::npos || is_port(text.substr(colon + 1)));
}

struct KindName {
  HomeKind kind;
  std::string_view name;
};
constexpr std::array<KindName, 3> kKinds = {{{HomeKind::kOnline, "online"},
                                             {HomeKind::kOfflineRoot, "offline-root"},
                                             {HomeKind::kRegistration, "registration"}}};

}  // namespace

namespace {

Result<> read_registration(ConfigTable& file, RegistrationConfig& config) {
  TRY(auto registration, file.table("registration"));
  if (!registration) return {};
  TRY(auto address, registration->string("address"));
  if (address) config.address = *address;
  TRY(read_port(*registration, "port", config.port));
  TRY(read_port(*registration, "plain_port", config.plain_port));
  TRY(config.names, registration->strings("names"));
  for (const auto& name : config.names) {
    if (!is_host(name) && !x509::parse_general_name("ip:" + name))
      return registration->error("names", "\"{}\" is neither a DNS name nor an address", name);
  }
  return {};
}

Result<> read_workflow(ConfigTable& file, HomeConfig& config) {
  TRY(auto workflow, file.table("workflow"));
  if (!workflow) return {};
  TRY(auto policy, workflow->string("policy"));
  if (policy) config.workflow_policy = *policy;
  if (config.workflow_policy.empty())
    return workflow->error("policy", "policy names the values that count in workflows, for example \"2026\"");
  return {};
}

}  // namespace

namespace {

Result<> read_authority(ConfigTable& file, HomeConfig& config) {
  TRY(auto authority, file.table("authority"));
  if (!authority) {
    if (config.kind != HomeKind::kRegistration) return {};
    return file.error("kind",
                      "a registration authority says where its authority is: [authority] url = \"https://…\"");
  }
  TRY(const auto url, authority->required_string("url"));
  auto checked = check_authority_url(url);
  if (!checked) return authority->error("url", "{}", checked.error().detail);
  config.authority.url = std::move(*checked);
  TRY(auto trust, authority->string("trust"));
  if (trust) config.authority.trust = std::move(*trust);
  return {};
}

Result<> read_interface(ConfigTable& file, InterfaceConfig& config) {
  TRY(auto table, file.table("authority_interface"));
  if (!table) return {};
  TRY(auto address, table->string("address"));
  if (address) config.address = std::move(*address);
  return read_port(*table, "port", config.port);
}

}  // namespace

Result<HomeConfig> parse_home_config(std::string_view text, const std::string& file) {
  TRY(auto table, ConfigTable::parse(text, file));
  HomeConfig config;
  TRY(auto kind, table.required_string("kind"));
  const auto known = std::ranges::find(kKinds, kind, &KindName::name);
  if (known == kKinds.end())
    return table.error("kind", "kind takes \"online\", \"offline-root\" or \"registration\"");
  config.kind = known->kind;
  TRY(config.organisation, table.required_string("organisation"));
  TRY(auto url, table.string("public_url"));
  if (url && !url->empty()) {
    auto checked = check_public_url(*url);
    if (!checked) return table.error("public_url", "{}", checked.error().detail);
    config.public_url = *checked;
  }
  TRY(read_services(table, config));
  TRY(read_keys(table, config.keys));
  TRY(read_ledger(table, config.ledger));
  TRY(read_workflow(table, config));
  TRY(read_registration(table, config.registration));
  TRY(read_authority(table, config));
  TRY(read_interface(table, config.authority_interface));
  TRY(read_acme_settings(table, config.acme));
  TRY(table.finish());
  return config;
}

namespace {

std::string print_registration(const RegistrationConfig& registration) {
  return fmt::format(
      "\n[registration]\n"
      "address    = {}\n"
      "port       = {}   # of the registration interface, by TLS\n"
      "plain_port = {}      # of plain HTTP for CMP and SCEP, which protect themselves; 0: none\n"
      "names      = {}     # of its TLS certificate, [\"ra.city.example\"]; without, the host of public_url\n",
      toml_string(registration.address), registration.port, registration.plain_port,
      toml_strings(registration.names));
}

std::string print_workflow(const HomeConfig& config) {
  return fmt::format(
      "\n[workflow]\n"
      "policy = {}   # which time limits count: [policy.2026] of the workflows, or [policy.2004]\n",
      toml_string(config.workflow_policy));
}

// What a registration authority has beside what every home has.
std::string print_split(const HomeConfig& config) {
  std::string text = fmt::format(
      "\n[serve]\n"
      "public_address = {}\n"
      "public_port    = {}   # of /healthz, /readyz and /metrics\n"
      "\n[authority]\n"
      "url   = {}\n"
      "trust = {}   # PEM file with its root\n",
      toml_string(config.public_address), config.public_port, toml_string(config.authority.url),
      toml_string(config.authority.trust));
  return text + print_registration(config.registration) + print_acme_settings(config.acme) + print_workflow(config);
}

}  // namespace

std::string print_home_config(const HomeConfig& config) {
  const bool online = config.kind == HomeKind::kOnline;
  const auto kind = std::ranges::find(kKinds, config.kind, &KindName::kind);
  std::string text = fmt::format(
      "# Settings of this home. Every key has a default; yuxin doctor checks this file.\n"
      "kind         = \"{}\"\n"
      "organisation = {}\n"
      "public_url   = {}   # where relying parties find status and issuers; stands in every certificate\n",
      kind->name, toml_string(config.organisation), toml_string(config.public_url));
  text += fmt::format(
      "\n[crl]\n"
      "valid_for = \"{}\"   # thisUpdate to nextUpdate\n"
      "every     = \"{}\"   # a new list at least this often, and at once after a revocation\n",
      base::print_period(config.crl_valid_for), base::print_period(config.crl_every));
  text +=
      "\n[keys]\n"
      "modules  = []   # PKCS #11 modules of tokens, [\"/path/module.so\"]; without any, those that p11-kit knows\n"
      "services = \"\"   # token for the keys of services, \"pkcs11:token=LABEL?pin-source=file:/path\"; without, "
      "this home\n";
  text +=
      "\n[ledger]\n"
      "time_stamp_url   = \"\"   # somebody else's time stamping authority for checkpoints, \"http://tsa.example/\"\n"
      "time_stamp_trust = \"\"   # PEM file with its root; without one, the roots of this home\n"
      "witnesses        = []   # who countersigns checkpoints: \"NAME+HASH+KEY\" as yuxin audit witness prints it\n";
  if (config.kind == HomeKind::kRegistration) return text + print_split(config);
  if (!online) return text;
  text += fmt::format(
      "\n[serve]\n"
      "public_address = {}\n"
      "public_port    = {}\n"
      "\n[ocsp]\n"
      "valid_for           = \"{}\"     # how long an answer may be kept\n"
      "never_issued        = \"{}\"  # \"unknown\", or \"revoked\" as RFC 6960 section 4.4.8 allows\n"
      "signer_renew_before = \"{}\"    # the OCSP signer renews itself this long before it expires\n",
      toml_string(config.public_address), config.public_port, base::print_period(config.ocsp_valid_for),
      config.never_issued_is_revoked ? "revoked" : "unknown", base::print_period(config.ocsp_signer_renew_before));
  const auto& tsa = config.tsa;
  text += fmt::format(
      "\n[tsa]\n"
      "policy               = {}   # that time stamps are made under; with a practice statement of your own, its "
      "OID\n"
      "accuracy_ms          = {}    # how far the time of a stamp may be off; 0 says nothing of it\n"
      "ordering             = {}   # true: no two stamps have the same time, and their order can be told from it\n"
      "gm_form              = {}   # true: tokens in the form of GM/T 0010; SM2 keys only\n"
      "time_source          = {}      # \"kernel\" or \"ntp://host\": stamps are made only while it agrees with the "
      "clock\n"
      "time_source_bound_ms = {}    # and how far the two may be apart\n"
      "key_renew_every      = \"{}\"   # a new key and certificate; the old certificate stays valid\n",
      toml_string(tsa.policy), tsa.accuracy_ms, tsa.ordering, tsa.gm_form, toml_string(tsa.time_source),
      tsa.time_source_bound_ms, base::print_period(tsa.key_renew_every));
  text += print_registration(config.registration);
  text += fmt::format(
      "\n[authority_interface]\n"
      "address = {}\n"
      "port    = {}   # for registration authorities on other hosts (yuxin registry add); 0: none\n",
      toml_string(config.authority_interface.address), config.authority_interface.port);
  text += print_acme_settings(config.acme);
  return text + print_workflow(config);
}

Result<std::string> check_authority_url(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme) || !is_authority_part(url.substr(kScheme.size())))
    return base::fail(Code::kUsage, "\"{}\" is no address of an authority; write https://HOST:PORT", url);
  return std::string(url);
}

Result<std::string> check_public_url(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  const bool plain = url.starts_with("http://") && url.size() > 7;
  const bool characters =
      url.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/[]%") ==
      std::string_view::npos;
  if (!plain || !characters || !is_authority_part(url.substr(7, url.find('/', 7) - 7))) {
    return base::fail(
        Code::kUsage,
        "\"{}\" is no address for the status service; it must begin with http:// (relying parties fetch status "
        "without TLS, RFC 5280 section 8) and name a host.",
        url);
  }
  return std::string(url);
}

std::string host_of_url(std::string_view url) {
  if (url.starts_with("http://")) url.remove_prefix(7);
  url = url.substr(0, url.find('/'));
  if (url.starts_with('[')) return std::string(url.substr(1, url.find(']') - 1));
  return std::string(url.substr(0, url.find(':')));
}

bool is_local_url(std::string_view url) {
  const auto host = base::lower(host_of_url(url));
  return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "::1";
}

std::uint16_t port_of_url(std::string_view url) {
  if (url.starts_with("http://")) url.remove_prefix(7);
  url = url.substr(0, url.find('/'));
  const auto bracket = url.find(']');
  const auto colon = url.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::uint16_t port = 80;
  if (colon != std::string_view::npos) std::from_chars(url.data() + colon + 1, url.data() + url.size(), port);
  return port;
}

}  // namespace yuxin::cli
