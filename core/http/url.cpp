#include "url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "characters.hpp"

namespace yuxin::http {
namespace {

using base::Code;
using base::Result;

constexpr std::size_t kNameLimit = 253;  // of a DNS name in text

bool is_name_character(char c) {
  const char low = lower_case(c);
  return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_name(std::string_view host) {
  return !host.empty() && host.size() <= kNameLimit && host.front() != '-' && host.front() != '.' &&
         std::ranges::all_of(host, is_name_character);
}

bool is_ipv6(const std::string& host) {
  std::array<unsigned char, 16> octets{};
  return ::inet_pton(AF_INET6, host.c_str(), octets.data()) == 1;
}

std::optional<std::uint16_t> parse_port(std::string_view text, std::uint16_t otherwise) {
  if (text.empty()) return otherwise;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// The authority without user name: host, "[" IPv6 "]", and perhaps a port.
bool take_authority(Url& url, std::string_view text) {
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto bracket = text.find(']');
    if (bracket == std::string_view::npos) return false;
    url.host = text.substr(1, bracket - 1);
    rest = text.substr(bracket + 1);
    if (!is_ipv6(url.host) || (!rest.empty() && rest.front() != ':')) return false;
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    url.host = text.substr(0, colon);
    rest = text.substr(colon);
    if (!is_name(url.host)) return false;
  }
  const auto port = parse_port(rest.empty() ? rest : rest.substr(1), url.tls ? 443 : 80);
  url.port = port.value_or(0);
  return port.has_value();
}

std::optional<Url> take_apart(std::string_view text) {
  if (!all_of_class(text, character::kVisible)) return std::nullopt;
  Url url;
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  url.tls = same_word(text.substr(0, scheme), "https");
  if (!url.tls && !same_word(text.substr(0, scheme), "http")) return std::nullopt;
  text.remove_prefix(scheme + 3);
  text = text.substr(0, text.find('#'));
  const auto path = std::min(text.find_first_of("/?"), text.size());
  if (!take_authority(url, text.substr(0, path))) return std::nullopt;
  url.target = text.substr(path);
  if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
  return url;
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

Result<Url> parse_url(std::string_view text) {
  auto url = take_apart(text);
  if (!url) {
    return base::fail(Code::kUsage,
                      "“{}” is no address that can be fetched. Give one such as http://host/path or "
                      "https://host:port/path, without user name and without blanks.",
                      text);
  }
  return *std::move(url);
}

Result<Url> resolve_location(const Url& from, std::string_view location) {
  Url to = from;
  if (location.starts_with('/') && !location.starts_with("//") && all_of_class(location, character::kVisible)) {
    to.target = location.substr(0, location.find('#'));
    return to;
  }
  auto url = take_apart(location);
  if (!url) return base::fail(Code::kMalformed, "{} redirects to “{}”, which is no address.", from.host, location);
  if (from.tls && !url->tls) {
    return base::fail(Code::kRefused, "{} redirects from https to http, which would give up its protection.",
                      from.host);
  }
  return *std::move(url);
}

}  // namespace yuxin::http
