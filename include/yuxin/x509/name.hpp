// Distinguished names and general names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::x509 {

// NameAttribute is one AttributeTypeAndValue; `value` is UTF-8 whatever the encoding was, `tag` the string type
// (der::Tag) it had or will have. An attribute whose value is no string keeps its DER in `value` as "#hex".
struct NameAttribute {
  base::Bytes type;
  std::uint8_t tag = 0x0c;
  std::string value;
  bool starts_rdn = true;  // false: belongs to the same multi-valued RDN as the one before
};

// Name is an X.501 distinguished name (RFC 5280 section 4.1.2.4) that keeps its exact DER. Immutable once made.
class Name {
 public:
  // An empty name (an empty SEQUENCE).
  Name();
  // from_der takes one Name with nothing after it. Any string type is read; a value that is not decodable in its
  // type makes the name kMalformed.
  [[nodiscard]] static base::Result<Name> from_der(base::ByteView der);
  // from_attributes encodes: PrintableString for C, serialNumber and DN qualifier, IA5String for DC and
  // emailAddress, UTF8String for the rest (RFC 5280 section 4.1.2.4). `tag` of the input is ignored.
  [[nodiscard]] static Name from_attributes(std::vector<NameAttribute> attributes);
  // parse reads "C=CN, O=Test City, CN=portal" in the order in which it will be encoded; "+" joins an RDN,
  // "\" escapes, "/C=CN/O=..." (OpenSSL's older form) is accepted too. kMalformed names the wrong part.
  [[nodiscard]] static base::Result<Name> parse(std::string_view text);

  [[nodiscard]] base::ByteView der() const { return der_; }
  [[nodiscard]] const std::vector<NameAttribute>& attributes() const { return attributes_; }
  [[nodiscard]] bool empty() const { return attributes_.empty(); }
  [[nodiscard]] std::string_view first(Oid type) const;  // value of the first attribute of a type, or empty
  // text prints "C=CN, O=Test City, CN=portal" in encoding order with RFC 4514 escapes.
  [[nodiscard]] std::string text() const;
  // same compares exact DER, which is how issuer and subject are matched here (RFC 5280 section 7.1 allows more).
  [[nodiscard]] bool same(const Name& other) const { return base::equal(der_, other.der_); }

 private:
  base::Bytes der_;
  std::vector<NameAttribute> attributes_;
};

// attribute_keyword is the short name of an attribute type ("CN", "O", "emailAddress") or its dotted OID.
[[nodiscard]] std::string attribute_keyword(Oid type);
[[nodiscard]] std::optional<base::Bytes> attribute_by_keyword(std::string_view keyword);

enum class GeneralNameKind { kOther, kEmail, kDns, kX400, kDirectory, kEdi, kUri, kIp, kRegisteredId };

// GeneralName of RFC 5280 section 4.2.1.6. `value` is the text for email, DNS, URI, IP and registered id; for a
// directory name its text; for the others hexadecimal DER. `content` is the exact content octets.
struct GeneralName {
  GeneralNameKind kind = GeneralNameKind::kDns;
  std::string value;
  base::Bytes content;
};
// parse_general_name reads what people type: "dns:example.test", "ip:192.0.2.1", "email:a@b.test", "uri:https://…",
// "dirname:C=CN,CN=x". kMalformed says what is wrong with it.
[[nodiscard]] base::Result<GeneralName> parse_general_name(std::string_view text);
// general_name_prefix is "dns", "ip", "email", "uri", "dirname", "rid", "other".
[[nodiscard]] std::string_view general_name_prefix(GeneralNameKind kind);
// read_general_names reads the content of a SEQUENCE OF GeneralName; nothing if malformed.
[[nodiscard]] std::optional<std::vector<GeneralName>> read_general_names(base::ByteView sequence_content);
// print_ip prints 4 or 16 octets, or with 8 or 32 an address with its mask (name constraints).
[[nodiscard]] std::string print_ip(base::ByteView octets);
// is_dns_name checks the preferred syntax of RFC 1034 section 3.5 with the underscore and, if asked, one
// left-most wildcard label; at most 253 characters, labels 1 to 63, lower or upper case ASCII.
enum class Wildcard { kRefused, kAllowed };
[[nodiscard]] bool is_dns_name(std::string_view name, Wildcard wildcard);
// is_host_name is narrower: what a client can connect to and no resolver takes for something else. Labels of letters,
// digits and hyphens only (RFC 1123 section 2.1), those with hyphens in third and fourth place being xn-- and
// decodable (RFC 5890 section 2.3.1), and a last label that is no number, decimal or 0x, because a name with one is
// read as an IPv4 address (RFC 3696 section 2; WHATWG URL section 3.5). No wildcard.
[[nodiscard]] bool is_host_name(std::string_view name);

}  // namespace yuxin::x509
