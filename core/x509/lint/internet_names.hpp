// The syntax of names of the Internet: mailboxes, URIs, hosts and international labels.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yuxin::x509 {

// is_mailbox checks Mailbox of RFC 5321 section 4.1.2: local part (dot-string or quoted string), "@", and the
// name of a host, which has no underscore (Domain in RFC 5321 section 4.1.2).
[[nodiscard]] bool is_mailbox(std::string_view text);

// is_absolute_uri checks RFC 3986 sections 3 and 2: a scheme, a colon, something behind it, and only characters and
// escapes that a URI may have.
[[nodiscard]] bool is_absolute_uri(std::string_view text);
// uri_scheme is in lower case; empty when there is none.
[[nodiscard]] std::string uri_scheme(std::string_view uri);
// uri_host is the host of the authority of RFC 3986 section 3.2.2 with the brackets of an IPv6 address; nothing for a
// URI without an authority.
[[nodiscard]] std::optional<std::string_view> uri_host(std::string_view uri);
// is_host accepts a DNS name, an IPv4 address, and an IPv6 address in brackets.
[[nodiscard]] bool is_host(std::string_view host);

// is_idna_label accepts labels without hyphens in third and fourth place, and those that are Punycode (RFC 3492) of
// something that is not all ASCII (RFC 5890 section 2.3.2.1). A "*" passes.
[[nodiscard]] bool is_idna_label(std::string_view label);

}  // namespace yuxin::x509
