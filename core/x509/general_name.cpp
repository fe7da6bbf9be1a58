#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "directory_string.hpp"
#include "general_name_der.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::x509 {

namespace {

constexpr std::array<std::string_view, 9> kPrefixes{"other", "email", "dns", "x400", "dirname",
                                                    "edi",   "uri",   "ip",  "rid"};

constexpr bool is_constructed(GeneralNameKind kind) {
  return kind == GeneralNameKind::kOther || kind == GeneralNameKind::kX400 || kind == GeneralNameKind::kDirectory ||
         kind == GeneralNameKind::kEdi;
}

// The context tags of GeneralName are its kinds in their order. directoryName is EXPLICIT because Name is a CHOICE.
std::uint8_t general_name_tag(GeneralNameKind kind) {
  const auto number = static_cast<unsigned>(kind);
  return is_constructed(kind) ? der::constructed_tag(number) : der::context_tag(number);
}

std::string print_address(base::ByteView octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = octets.size() == 4 ? AF_INET : AF_INET6;
  return inet_ntop(family, octets.data(), text.data(), text.size()) == nullptr ? base::hex(octets) : text.data();
}

// mask_length counts the ones of a mask; nothing if a one follows a zero.
std::optional<unsigned> mask_length(base::ByteView mask) {
  unsigned ones = 0;
  bool ended = false;
  for (const auto octet : mask) {
    for (unsigned bit = 0x80U; bit != 0; bit >>= 1U) {
      const bool one = (octet & bit) != 0;
      if (one && ended) return std::nullopt;
      ended = ended || !one;
      ones += one ? 1 : 0;
    }
  }
  return ones;
}

bool is_ip_size(std::size_t size, IpForm form) {
  return form == IpForm::kAddress ? size == 4 || size == 16 : size == 8 || size == 32;
}

std::optional<std::string> general_name_text(GeneralNameKind kind, const der::Element& element, IpForm ip) {
  switch (kind) {
    case GeneralNameKind::kEmail:
    case GeneralNameKind::kDns:
    case GeneralNameKind::kUri: {  // IA5String
      const std::string_view text = base::as_text(element.content);
      if (!is_ascii(text)) return std::nullopt;
      return std::string(text);
    }
    case GeneralNameKind::kDirectory: {
      const auto name = Name::from_der(element.content);
      if (!name) return std::nullopt;
      return name->text();
    }
    case GeneralNameKind::kIp:
      if (!is_ip_size(element.content.size(), ip)) return std::nullopt;
      return print_ip(element.content);
    case GeneralNameKind::kRegisteredId:
      if (!der::is_oid(element.content)) return std::nullopt;
      return dotted(element.content);
    default:
      return base::hex(element.whole);
  }
}

bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, is_label_character);
}

// RFC 5321 section 4.1.2 without quoted local parts and address literals.
bool is_email(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > 64) return false;
  const std::string_view local = text.substr(0, at);
  const bool atoms = std::ranges::all_of(base::split(local, '.'), [](std::string_view atom) {
    return !atom.empty() && std::ranges::all_of(atom, [](char c) {
      return is_label_character(c) || std::string_view("!#$%&'*+/=?^`{|}~").find(c) != std::string_view::npos;
    });
  });
  return atoms && is_dns_name(text.substr(at + 1), Wildcard::kRefused);
}

// RFC 3986 section 3: a scheme, a colon, something after it, and no character that a URI cannot hold.
bool is_uri(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  const std::string_view scheme = text.substr(0, colon);
  const bool letter_first = (scheme[0] >= 'a' && scheme[0] <= 'z') || (scheme[0] >= 'A' && scheme[0] <= 'Z');
  const bool scheme_fits =
      std::ranges::all_of(scheme, [](char c) { return c != '_' && (is_label_character(c) || c == '+' || c == '.'); });
  const bool rest_fits = std::ranges::all_of(text, [](char c) {
    return c > 0x20 && c < 0x7f && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
  });
  return letter_first && scheme_fits && rest_fits;
}

GeneralName text_name(GeneralNameKind kind, std::string_view text) {
  return {kind, std::string(text), base::to_bytes(base::as_bytes(text))};
}

base::Result<GeneralName> parse_dns(std::string_view text) {
  if (!is_ascii(text)) {
    return base::fail(
        base::Code::kMalformed,
        "The DNS name “{}” has letters beyond ASCII: write its xn-- form (RFC 5890), for example with the "
        "command idn2.",
        text);
  }
  if (!is_dns_name(text, Wildcard::kAllowed)) {
    return base::fail(base::Code::kMalformed,
                      "“{}” is no DNS name: labels of letters, digits and hyphens, joined by dots, at most 253 "
                      "characters; a wildcard may only be the whole left-most label.",
                      text);
  }
  return text_name(GeneralNameKind::kDns, text);
}

base::Result<GeneralName> parse_ip(std::string_view text) {
  const std::string terminated(text);
  for (const auto& [family, size] : {std::pair<int, std::size_t>{AF_INET, 4}, {AF_INET6, 16}}) {
    base::Bytes octets(size);
    if (inet_pton(family, terminated.c_str(), octets.data()) == 1) {
      return GeneralName{GeneralNameKind::kIp, print_ip(octets), octets};
    }
  }
  return base::fail(base::Code::kMalformed,
                    "“{}” is no IP address: write 192.0.2.1 or 2001:db8::1, without a port or mask.", text);
}

base::Result<GeneralName> parse_directory(std::string_view text) {
  TRY(const Name name, Name::parse(text));
  return GeneralName{GeneralNameKind::kDirectory, name.text(), base::to_bytes(name.der())};
}

base::Result<GeneralName> parse_registered_id(std::string_view text) {
  auto octets = oid_from_dotted(text);
  if (!octets) {
    return base::fail(base::Code::kMalformed, "“{}” is no object identifier: write it with dots, as in 1.2.156.1.",
                      text);
  }
  return GeneralName{GeneralNameKind::kRegisteredId, std::string(text), std::move(*octets)};
}

base::Result<GeneralName> parse_kind(GeneralNameKind kind, std::string_view text) {
  switch (kind) {
    case GeneralNameKind::kDns:
      return parse_dns(text);
    case GeneralNameKind::kIp:
      return parse_ip(text);
    case GeneralNameKind::kDirectory:
      return parse_directory(text);
    case GeneralNameKind::kRegisteredId:
      return parse_registered_id(text);
    case GeneralNameKind::kEmail:
      if (is_email(text)) return text_name(kind, text);
      return base::fail(base::Code::kMalformed, "“{}” is no e-mail address: write name@host.", text);
    case GeneralNameKind::kUri:
      if (is_uri(text)) return text_name(kind, text);
      return base::fail(base::Code::kMalformed,
                        "“{}” is no URI: it needs a scheme, as in https://example.test/, and no blanks.", text);
    default:
      return base::fail(base::Code::kMalformed,
                        "Names of the kind “{}” cannot be written as text: use dns, ip, email, uri, dirname or rid.",
                        general_name_prefix(kind));
  }
}

}  // namespace

std::optional<GeneralName> read_general_name(const der::Element& element, IpForm ip) {
  const unsigned number = element.tag & 0x1fU;
  if (number >= kPrefixes.size()) return std::nullopt;
  const auto kind = static_cast<GeneralNameKind>(number);
  if (element.tag != general_name_tag(kind)) return std::nullopt;
  auto text = general_name_text(kind, element, ip);
  if (!text) return std::nullopt;
  return GeneralName{kind, std::move(*text), base::to_bytes(element.content)};
}

std::optional<std::vector<GeneralName>> read_general_names(base::ByteView sequence_content, IpForm ip) {
  der::Reader reader(sequence_content);
  if (reader.at_end()) return std::nullopt;  // GeneralNames ::= SEQUENCE SIZE (1..MAX)
  std::vector<GeneralName> names;
  while (!reader.at_end()) {
    const auto element = reader.element();
    auto name = element ? read_general_name(*element, ip) : std::nullopt;
    if (!name) return std::nullopt;
    names.push_back(std::move(*name));
  }
  return names;
}

std::optional<std::vector<GeneralName>> read_general_names(base::ByteView sequence_content) {
  return read_general_names(sequence_content, IpForm::kAddress);
}

void write_general_name(der::Writer& writer, const GeneralName& name) {
  writer.element(general_name_tag(name.kind), name.content);
}

GeneralName uri_name(std::string_view uri) { return text_name(GeneralNameKind::kUri, uri); }

std::string_view general_name_prefix(GeneralNameKind kind) { return kPrefixes.at(static_cast<std::size_t>(kind)); }

base::Result<GeneralName> parse_general_name(std::string_view text) {
  const std::string_view trimmed = base::trim(text);
  const auto colon = trimmed.find(':');
  if (colon == std::string_view::npos) {
    return base::fail(base::Code::kMalformed,
                      "“{}” does not say what kind of name it is: write dns:{}, ip:…, email:…, uri:… or dirname:….",
                      trimmed, trimmed);
  }
  const std::string prefix = base::lower(trimmed.substr(0, colon));
  for (std::size_t i = 0; i < kPrefixes.size(); ++i) {
    if (prefix == kPrefixes.at(i)) {
      return parse_kind(static_cast<GeneralNameKind>(i), base::trim(trimmed.substr(colon + 1)));
    }
  }
  return base::fail(base::Code::kMalformed,
                    "“{}” is no kind of name: use dns, ip, email, uri, dirname or rid before the colon.", prefix);
}

std::string print_ip(base::ByteView octets) {
  if (octets.size() == 4 || octets.size() == 16) return print_address(octets);
  if (octets.size() != 8 && octets.size() != 32) return base::hex(octets);
  const auto address = octets.first(octets.size() / 2);
  const auto mask = octets.last(octets.size() / 2);
  const auto length = mask_length(mask);
  return print_address(address) + "/" + (length ? std::to_string(*length) : print_address(mask));
}

bool is_dns_name(std::string_view name, Wildcard wildcard) {
  if (name.empty() || name.size() > 253) return false;
  if (wildcard == Wildcard::kAllowed && name.starts_with("*.")) name.remove_prefix(2);
  const auto labels = base::split(name, '.');
  return std::ranges::all_of(labels, is_label);
}

}  // namespace yuxin::x509
