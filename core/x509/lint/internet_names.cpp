#include "lint/internet_names.hpp"

#include <arpa/inet.h>
#include <idn2.h>

#include <algorithm>
#include <array>
#include <cstdint>

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

}  // namespace

bool is_mailbox(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || text.size() > 254) return false;
  return is_local_part(text.substr(0, at)) && is_host_name(text.substr(at + 1));
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
  if (base::lower(label.substr(0, 2)) != "xn") return false;
  // decodes, looks at every character, and encodes again (RFC 5891 section 5.4)
  const std::string terminated(label);
  std::uint8_t* looked_up = nullptr;
  const int outcome =
      idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(terminated.c_str()), &looked_up, IDN2_NFC_INPUT);
  idn2_free(looked_up);
  return outcome == IDN2_OK;
}

}  // namespace yuxin::x509
