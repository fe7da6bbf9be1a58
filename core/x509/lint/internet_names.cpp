#include "lint/internet_names.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "yuxin/base/text.hpp"
#include "yuxin/x509/name.hpp"

namespace yuxin::x509 {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// atext of RFC 5322 section 3.2.3
bool is_atom(std::string_view atom) {
  return !atom.empty() && std::ranges::all_of(atom, [](char c) {
    return is_letter(c) || is_digit(c) || is_one_of(c, "!#$%&'*+-/=?^_`{|}~");
  });
}

// Quoted-string of RFC 5321 section 4.1.2
bool is_quoted(std::string_view local) {
  if (local.size() < 2 || local.front() != '"' || local.back() != '"') return false;
  local = local.substr(1, local.size() - 2);
  for (std::size_t i = 0; i < local.size(); ++i) {
    if (local[i] == '"') return false;
    if (local[i] == '\\' && ++i == local.size()) return false;
    if (local[i] < 0x20 || local[i] > 0x7e) return false;
  }
  return true;
}

bool is_local_part(std::string_view local) {
  if (local.empty() || local.size() > 64) return false;
  return is_quoted(local) || std::ranges::all_of(base::split(local, '.'), is_atom);
}

std::size_t scheme_size(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(uri[0])) return 0;
  const bool fits = std::ranges::all_of(uri.substr(0, colon),
                                        [](char c) { return is_letter(c) || is_digit(c) || is_one_of(c, "+-."); });
  return fits ? colon : 0;
}

bool has_uri_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex_digit(text[i + 1]) || !is_hex_digit(text[i + 2])) return false;
    } else if (!is_letter(c) && !is_digit(c) && !is_one_of(c, "-._~:/?#[]@!$&'()*+,;=")) {
      return false;
    }
  }
  return true;
}

// One step of the decoder of RFC 3492 section 6.1.
std::uint64_t adapt_bias(std::uint64_t delta, std::uint64_t points, bool first) {
  delta = first ? delta / 700 : delta / 2;
  delta += delta / points;
  std::uint64_t k = 0;
  while (delta > 455) {
    delta /= 35;
    k += 36;
  }
  return k + 36 * delta / (delta + 38);
}

int punycode_digit(char c) {
  if (is_digit(c)) return c - '0' + 26;
  if (c >= 'A' && c <= 'Z') return c - 'A';
  return c >= 'a' && c <= 'z' ? c - 'a' : -1;
}

// read_delta reads one generalized variable-length integer and takes it off the text.
std::optional<std::uint64_t> read_delta(std::string_view& text, std::uint64_t bias) {
  std::uint64_t delta = 0;
  std::uint64_t weight = 1;
  for (std::uint64_t k = 36;; k += 36) {
    if (text.empty() || weight > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    const int read = punycode_digit(text.front());
    text.remove_prefix(1);
    if (read < 0) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(read);
    delta += digit * weight;
    const std::uint64_t threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
    if (digit < threshold) return delta;
    weight *= 36 - threshold;
  }
}

// is_punycode decodes RFC 3492 section 6.2 and keeps nothing but the count and the range of the code points.
bool is_punycode(std::string_view text) {
  const std::size_t delimiter = text.rfind('-');
  std::uint64_t points = delimiter == std::string_view::npos ? 0 : delimiter;
  if (delimiter != std::string_view::npos) text.remove_prefix(delimiter + 1);
  if (text.empty()) return false;
  std::uint64_t point = 0x80;
  std::uint64_t position = 0;
  std::uint64_t bias = 72;
  bool first = true;
  while (!text.empty()) {
    const auto delta = read_delta(text, bias);
    if (!delta) return false;
    ++points;
    bias = adapt_bias(*delta, points, first);
    first = false;
    position += *delta;
    point += position / points;
    position = position % points + 1;
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
  }
  return true;
}

}  // namespace

bool is_mailbox(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || text.size() > 254) return false;
  return is_local_part(text.substr(0, at)) && is_dns_name(text.substr(at + 1), Wildcard::kRefused);
}

bool is_absolute_uri(std::string_view text) {
  const std::size_t scheme = scheme_size(text);
  return scheme != 0 && scheme + 1 < text.size() && has_uri_characters(text.substr(scheme + 1));
}

std::string uri_scheme(std::string_view uri) { return base::lower(uri.substr(0, scheme_size(uri))); }

std::optional<std::string_view> uri_host(std::string_view uri) {
  uri.remove_prefix(scheme_size(uri) + 1);
  if (!uri.starts_with("//")) return std::nullopt;
  std::string_view authority = uri.substr(2);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

bool is_host(std::string_view host) {
  std::array<std::uint8_t, 16> address{};
  if (host.starts_with('[') && host.ends_with(']')) {
    return inet_pton(AF_INET6, std::string(host.substr(1, host.size() - 2)).c_str(), address.data()) == 1;
  }
  return is_dns_name(host, Wildcard::kRefused);  // an IPv4 address has the form of a DNS name
}

bool is_host_name(std::string_view name) {
  if (!is_dns_name(name, Wildcard::kRefused) || name.find('_') != std::string_view::npos) return false;
  const auto labels = base::split(name, '.');
  const std::string last = base::lower(labels.back());
  const bool decimal = std::ranges::all_of(last, is_digit);
  const bool hexadecimal = last.starts_with("0x") && std::ranges::all_of(last.substr(2), is_hex_digit);
  return !decimal && !hexadecimal && std::ranges::all_of(labels, is_idna_label);
}

bool is_idna_label(std::string_view label) {
  if (label.size() < 4 || label[2] != '-' || label[3] != '-') return true;
  return base::lower(label.substr(0, 2)) == "xn" && is_punycode(label.substr(4));
}

}  // namespace yuxin::x509
