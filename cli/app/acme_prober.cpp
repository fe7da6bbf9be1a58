#include "acme_prober.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>

#include "yuxin/base/file.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/http/client.hpp"
#include "yuxin/http/interfaces.hpp"
#include "yuxin/x509/name.hpp"

namespace yuxin::cli {

using base::Code;
using base::message;
using base::Result;
using ra::Probed;
using ra::ProbeError;

namespace {

// Short, because there are few threads that look; each looks three times.
constexpr std::chrono::milliseconds kTimeLimit{5'000};
constexpr std::chrono::milliseconds kDnsTimeLimit{3'000};
constexpr std::size_t kMostText = 4096;
constexpr int kMostRedirects = 5;
constexpr std::uint16_t kHttp = 80;
constexpr std::uint16_t kHttps = 443;
constexpr const char* kAlpnProtocol = "acme-tls/1";

// Range is a block of addresses: the first `bits` bits are those of `start`.
template <std::size_t Octets>
struct Range {
  std::array<std::uint8_t, Octets> start;
  unsigned bits;
};
// RFC 6890 section 2.2.2: this network, loopback, link-local, multicast, reserved and broadcast.
constexpr std::array<Range<4>, 5> kLocal4 = {
    {{{0, 0, 0, 0}, 8}, {{127, 0, 0, 0}, 8}, {{169, 254, 0, 0}, 16}, {{224, 0, 0, 0}, 4}, {{240, 0, 0, 0}, 4}}};
// RFC 6890 section 2.2.3: unspecified and loopback, link-local, multicast.
constexpr std::array<Range<16>, 3> kLocal6 = {{{{}, 127}, {{0xfe, 0x80}, 10}, {{0xff}, 8}}};
// Forms that hold an IPv4 address in the last four octets: compatible, mapped, NAT64 (RFC 4291, RFC 6052).
constexpr std::array<Range<16>, 3> kHolding4 = {
    {{{}, 96}, {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, {{0, 0x64, 0xff, 0x9b}, 96}}};

template <std::size_t Octets>
bool is_in(const std::array<std::uint8_t, Octets>& address, const Range<Octets>& range) {
  for (unsigned bit = 0; bit < range.bits; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    if (((address[bit / 8] ^ range.start[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

template <std::size_t Octets, std::size_t Count>
bool is_in_any(const std::array<std::uint8_t, Octets>& address, const std::array<Range<Octets>, Count>& ranges) {
  return std::ranges::any_of(ranges, [&](const auto& range) { return is_in(address, range); });
}

tl::unexpected<ProbeError> trouble(ProbeError::Kind kind, std::string detail) {
  return tl::unexpected(ProbeError{kind, std::move(detail)});
}

}  // namespace

bool is_local_address(std::string_view literal) {
  const std::string text(literal);
  std::array<std::uint8_t, 4> four{};
  if (::inet_pton(AF_INET, text.c_str(), four.data()) == 1) return is_in_any(four, kLocal4);
  std::array<std::uint8_t, 16> six{};
  if (::inet_pton(AF_INET6, text.c_str(), six.data()) != 1) return true;
  if (is_in_any(six, kLocal6)) return true;
  std::copy(six.begin() + 12, six.end(), four.begin());
  return is_in_any(six, kHolding4) && is_in_any(four, kLocal4);
}

bool is_own_address(std::string_view literal, const std::set<std::string>& own) {
  const std::string text(literal);
  if (own.contains(text)) return true;
  std::array<std::uint8_t, 16> six{};
  if (::inet_pton(AF_INET6, text.c_str(), six.data()) != 1) return false;
  // one address is written in several ways, and may hold another one
  std::array<char, INET6_ADDRSTRLEN> again{};
  if (::inet_ntop(AF_INET6, six.data(), again.data(), again.size()) != nullptr && own.contains(again.data()))
    return true;
  return is_in_any(six, kHolding4) && ::inet_ntop(AF_INET, six.data() + 12, again.data(), again.size()) != nullptr &&
         own.contains(again.data());
}

Result<std::unique_ptr<NetworkProber>> NetworkProber::make(const AcmeSettings& settings) {
  http::DnsServer resolver;
  if (settings.resolver.empty()) {
    const auto text = base::read_file("/etc/resolv.conf", std::size_t{1} << 16U);
    resolver = http::system_dns_server(text ? base::as_text(*text) : std::string_view());
  } else {
    TRY(resolver, http::parse_dns_server(settings.resolver));
  }
  return std::unique_ptr<NetworkProber>(new NetworkProber(settings, std::move(resolver)));
}

Probed<std::vector<base::Bytes>> NetworkProber::records(const std::string& name, http::DnsType type) const {
  auto answer = http::ask_dns(resolver_, {name, type}, kDnsTimeLimit);
  if (!answer) return trouble(ProbeError::Kind::kDns, answer.error().detail);
  return std::move(answer->data);
}

Probed<std::vector<std::string>> NetworkProber::addresses(const std::string& host) const {
  if (!x509::is_host_name(host))
    return trouble(ProbeError::Kind::kRefused, message("{} is no name of a host; it is not gone to.", host));
  std::vector<std::string> good;
  std::string refused;
  const auto own = http::own_addresses();
  for (const auto type : {http::DnsType::kAaaa, http::DnsType::kA}) {
    TRY(const auto found, records(host, type));
    for (const auto& data : found) {
      auto address = http::read_dns_address(data);
      if (!address) continue;
      if (settings_.local_addresses || !(is_local_address(*address) || is_own_address(*address, own))) {
        good.push_back(std::move(*address));
      } else {
        refused = *address;
      }
    }
  }
  if (!good.empty()) return good;
  if (refused.empty()) return trouble(ProbeError::Kind::kDns, message("The name {} has no address.", host));
  return trouble(
      ProbeError::Kind::kRefused,
      message("The name {} leads to {}, an address of this machine or its link; it is not gone to.", host, refused));
}

Probed<std::string> NetworkProber::web_text(const std::string& host, const std::string& token) {
  // What goes wrong with a name is remembered apart from what goes wrong with a server.
  std::optional<ProbeError> lookup;
  http::ClientOptions options;
  options.time_limit = kTimeLimit;
  options.size_limit = kMostText;
  options.max_redirects = kMostRedirects;
  options.server_certificate = http::ServerCertificate::kAny;
  options.addresses = [&](const std::string& name, std::uint16_t port) -> Result<std::vector<std::string>> {
    if (port != kHttp && port != kHttps && port != settings_.http01_port)
      return base::fail(Code::kRefused, "A redirect leads to port {}; only 80 and 443 are gone to.", port);
    auto found = addresses(name);
    if (found) return std::move(*found);
    lookup = found.error();
    return base::fail(Code::kRefused, "{}", lookup->detail);
  };
  const auto port = settings_.http01_port == kHttp ? std::string() : ":" + std::to_string(settings_.http01_port);
  const auto url = "http://" + host + port + "/.well-known/acme-challenge/" + token;
  const auto reply = http::get(url, options);
  if (lookup) return tl::unexpected(*lookup);
  if (!reply) return trouble(ProbeError::Kind::kConnection, reply.error().detail);
  if (reply->status != 200)
    return trouble(ProbeError::Kind::kConnection, message("{} is answered with status {}.", url, reply->status));
  return std::string(base::as_text(reply->body));
}

Probed<std::vector<std::string>> NetworkProber::texts(const std::string& name) {
  TRY(const auto found, records(name, http::DnsType::kTxt));
  std::vector<std::string> texts;
  for (const auto& data : found) {
    if (auto text = http::read_dns_text(data)) texts.push_back(std::move(*text));
  }
  return texts;
}

Probed<base::Bytes> NetworkProber::alpn_certificate(const std::string& host) {
  TRY(const auto found, addresses(host));
  const auto shown = http::shown_certificate(
      {.host = host,
       .port = settings_.tls_alpn01_port,
       .protocol = kAlpnProtocol,
       .addresses = [&](const std::string&, std::uint16_t) -> Result<std::vector<std::string>> { return found; },
       .time_limit = kTimeLimit});
  if (shown) return *shown;
  const bool agreed_not = shown.error().code == Code::kRefused;
  return trouble(agreed_not ? ProbeError::Kind::kTls : ProbeError::Kind::kConnection, shown.error().detail);
}

Probed<std::vector<ra::CaaRecord>> NetworkProber::caa(const std::string& name) {
  TRY(const auto found, records(name, http::DnsType::kCaa));
  std::vector<ra::CaaRecord> list;
  for (const auto& data : found) {
    auto caa = http::read_dns_caa(data);
    if (!caa) return trouble(ProbeError::Kind::kDns, message("A CAA record of {} is malformed.", name));
    list.push_back({caa->critical, std::move(caa->tag), std::move(caa->value)});
  }
  return list;
}

}  // namespace yuxin::cli
