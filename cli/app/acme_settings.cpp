#include "acme_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "toml_text.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/http/dns.hpp"
#include "yuxin/x509/name.hpp"

namespace yuxin::cli {

using base::ConfigTable;
using base::Result;

namespace {

constexpr std::array<std::string_view, 3> kChallenges = {"http-01", "dns-01", "tls-alpn-01"};
constexpr std::int64_t kMost = 1'000'000;
constexpr std::int64_t kLastPort = 65535;

Result<> read_text(ConfigTable& table, std::string_view key, std::string& into) {
  TRY(auto value, table.string(key));
  if (value) into = std::move(*value);
  return {};
}

Result<> read_url(ConfigTable& table, std::string_view key, std::string& into) {
  TRY(read_text(table, key, into));
  const bool plain = std::ranges::all_of(into, [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '>'; });
  if (!into.empty() && (!into.starts_with("https://") || !plain || into.ends_with('/')))
    return table.error(key, "\"{}\" is no address: it begins with https:// and has no slash at its end", into);
  return {};
}

Result<> read_number(ConfigTable& table, std::string_view key, std::int64_t most, std::int64_t& into) {
  TRY(auto value, table.integer(key));
  if (!value) return {};
  if (*value < 1 || *value > most) return table.error(key, "a number from 1 to {}", most);
  into = *value;
  return {};
}

Result<> read_port(ConfigTable& table, std::string_view key, std::uint16_t& into) {
  std::int64_t port = into;
  TRY(read_number(table, key, kLastPort, port));
  into = static_cast<std::uint16_t>(port);
  return {};
}

Result<> read_span(ConfigTable& table, std::string_view key, base::Seconds& into) {
  TRY(auto value, table.period(key));
  if (!value) return {};
  into = base::add({0}, *value) - base::UnixTime{0};
  if (into < base::hours(1)) return table.error(key, "an hour is the least, for example \"PT1H\" or \"P7D\"");
  return {};
}

Result<> read_challenges(ConfigTable& table, std::vector<std::string>& into) {
  if (!table.has("challenges")) return {};
  TRY(into, table.strings("challenges"));
  for (const auto& name : into) {
    if (std::ranges::find(kChallenges, name) == kChallenges.end())
      return table.error("challenges", "\"{}\" is no challenge; there are http-01, dns-01 and tls-alpn-01", name);
  }
  if (into.empty()) return table.error("challenges", "without a challenge no name can be proven");
  return {};
}

Result<> read_caa(ConfigTable& table, std::vector<std::string>& into) {
  TRY(into, table.strings("caa_identities"));
  for (auto& name : into) {
    if (!x509::is_dns_name(name, x509::Wildcard::kRefused))
      return table.error("caa_identities", "\"{}\" is no DNS name", name);
    name = base::lower(name);
  }
  return {};
}

std::string span_text(base::Seconds span) { return base::print_period({.seconds = span.count}); }

}  // namespace

Result<> read_acme_settings(ConfigTable& file, AcmeSettings& settings) {
  TRY(auto table, file.table("acme"));
  if (!table) return {};
  auto& service = settings.service;
  TRY(read_url(*table, "url", service.url));
  TRY(read_text(*table, "terms", service.terms));
  TRY(read_text(*table, "website", service.website));
  TRY(read_text(*table, "anonymous_client", service.anonymous_client));
  TRY(read_challenges(*table, service.challenges));
  TRY(read_caa(*table, service.caa_identities));
  TRY(read_span(*table, "order_for", service.order_for));
  TRY(read_span(*table, "authorization_for", service.authorization_for));
  TRY(read_number(*table, "accounts_per_client", kMost, service.accounts_per_client));
  TRY(read_number(*table, "accounts_per_hour", kMost, service.accounts_per_hour));
  TRY(read_number(*table, "orders_per_hour", kMost, service.orders_per_hour));
  TRY(read_number(*table, "names_per_hour", kMost, service.names_per_hour));
  TRY(read_number(*table, "failures_per_hour", kMost, service.failures_per_hour));
  TRY(read_text(*table, "resolver", settings.resolver));
  if (!settings.resolver.empty()) {
    const auto server = http::parse_dns_server(settings.resolver);
    if (!server) return table->error("resolver", "{}", server.error().detail);
  }
  TRY(read_port(*table, "http01_port", settings.http01_port));
  TRY(read_port(*table, "tls_alpn01_port", settings.tls_alpn01_port));
  TRY(const auto local, table->boolean("local_addresses"));
  settings.local_addresses = local.value_or(settings.local_addresses);
  return {};
}

std::string print_acme_settings(const AcmeSettings& settings) {
  const auto& service = settings.service;
  return fmt::format(
      "\n[acme]\n"
      "url                 = {}     # \"https://ra.city.example/acme\" where a proxy stands before it\n"
      "terms               = {}     # address of the terms of service; without, there are none\n"
      "website             = {}\n"
      "anonymous_client    = {}     # client of clients.toml that accounts without external binding count as\n"
      "challenges          = {}\n"
      "caa_identities      = {}     # names of this authority in CAA records; without, they are not looked at\n"
      "order_for           = \"{}\"\n"
      "authorization_for   = \"{}\"   # how long a name that was proven stays so\n"
      "accounts_per_client = {}   # that are valid\n"
      "accounts_per_hour   = {}    # new ones of a client\n"
      "orders_per_hour     = {}    # of an account\n"
      "names_per_hour      = {}   # in the orders of an account\n"
      "failures_per_hour   = {}     # challenges of an account that failed or are being looked at\n"
      "resolver            = {}     # \"192.0.2.53\"; without, the first one of /etc/resolv.conf\n"
      "http01_port         = {}\n"
      "tls_alpn01_port     = {}\n"
      "local_addresses     = {}  # true: names may lead to this machine; for trying out\n",
      toml_string(service.url), toml_string(service.terms), toml_string(service.website),
      toml_string(service.anonymous_client), toml_strings(service.challenges), toml_strings(service.caa_identities),
      span_text(service.order_for), span_text(service.authorization_for), service.accounts_per_client,
      service.accounts_per_hour, service.orders_per_hour, service.names_per_hour, service.failures_per_hour,
      toml_string(settings.resolver), settings.http01_port, settings.tls_alpn01_port, settings.local_addresses);
}

}  // namespace yuxin::cli
