#include "est/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "yuxin/base/text.hpp"
#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::ra::est {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::HttpReply;
using base::Result;
namespace der = x509::der;

namespace {

constexpr std::size_t kLine = 64;

// Lines, because there are clients that read no longer ones.
std::string in_lines(ByteView octets) {
  const auto text = base::base64(octets);
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += kLine) {
    lines += text.substr(at, kLine);
    lines += "\r\n";
  }
  return lines;
}

HttpReply encoded_reply(std::string type, ByteView octets) {
  HttpReply reply;
  reply.content_type = std::move(type);
  reply.fields = {{"Content-Transfer-Encoding", "base64"}, {"Cache-Control", "no-store"}};
  reply.body = base::to_bytes(base::as_bytes(in_lines(octets)));
  return reply;
}

Bytes certs_only(const std::vector<x509::Certificate>& certificates) {
  std::vector<ByteView> octets;
  for (const auto& certificate : certificates) octets.push_back(certificate.der());
  return x509::certs_only(std::move(octets));
}

// How a kind of key is named in a request: by the type of its key, and what belongs to it (RFC 5480, RFC 8410).
struct KeyAttribute {
  x509::KeyType type;
  std::string_view key;
  std::string_view curve;  // empty: the key says it all
};
constexpr std::string_view kEc = "1.2.840.10045.2.1";
constexpr std::string_view kRsa = "1.2.840.113549.1.1.1";
constexpr std::array<KeyAttribute, 8> kKeyAttributes = {{
    {x509::KeyType::kRsa, kRsa, {}},
    {x509::KeyType::kRsaPss, "1.2.840.113549.1.1.10", {}},
    {x509::KeyType::kP256, kEc, "1.2.840.10045.3.1.7"},
    {x509::KeyType::kP384, kEc, "1.3.132.0.34"},
    {x509::KeyType::kP521, kEc, "1.3.132.0.35"},
    {x509::KeyType::kSm2, kEc, "1.2.156.10197.1.301"},
    {x509::KeyType::kEd25519, "1.3.101.112", {}},
    {x509::KeyType::kEd448, "1.3.101.113", {}},
}};

void write_oid(der::Writer& out, std::string_view dotted) {
  const auto content = x509::oid_from_dotted(dotted);
  if (content) out.oid(*content);
}

// AttrOrOID ::= CHOICE { oid OBJECT IDENTIFIER, attribute Attribute }: an RSA key with its least size, an EC key with
// its curve.
void write_key(der::Writer& out, const ca::KeyRule& rule) {
  const auto* known = std::ranges::find(kKeyAttributes, rule.type, &KeyAttribute::type);
  const bool is_rsa = rule.type == x509::KeyType::kRsa || rule.type == x509::KeyType::kRsaPss;
  if (!is_rsa && known->curve.empty()) return write_oid(out, known->key);
  const auto attribute = out.open(der::kSequence);
  write_oid(out, known->key);
  const auto values = out.open(der::kSet);
  if (is_rsa) {
    out.integer(rule.min_bits);
  } else {
    write_oid(out, known->curve);
  }
  out.close(values);
  out.close(attribute);
}

}  // namespace

Result<x509::CertificateRequest> read_request(ByteView body) {
  const auto octets = base::from_base64(base::as_text(body));
  if (!octets || octets->empty()) {
    return fail(Code::kMalformed,
                "The body is not the base64 of a DER certification request (RFC 8951 section 3.1; no PEM lines).");
  }
  return x509::CertificateRequest::from_der(*octets);
}

std::optional<Credentials> read_credentials(std::string_view authorization) {
  constexpr std::string_view kBasic = "basic ";
  if (base::lower(authorization.substr(0, kBasic.size())) != kBasic) return std::nullopt;
  auto octets = base::from_base64(base::trim(authorization.substr(kBasic.size())));
  if (!octets) return std::nullopt;
  const auto text = base::as_text(*octets);
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  Credentials credentials{std::string(text.substr(0, colon)), base::Secret(text.substr(colon + 1))};
  std::ranges::fill(*octets, std::uint8_t{0});
  return credentials;
}

HttpReply certificates_reply(const std::vector<x509::Certificate>& certificates) {
  return encoded_reply("application/pkcs7-mime; smime-type=certs-only", certs_only(certificates));
}

HttpReply key_reply(const base::Secret& pkcs8, const x509::Certificate& certificate) {
  std::array<std::uint8_t, 16> random{};
  base::random_bytes(random);
  const auto boundary = base::hex(random);
  const auto part = [&](std::string_view type, ByteView octets) {
    return fmt::format("--{}\r\nContent-Type: {}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n", boundary, type,
                       in_lines(octets));
  };
  HttpReply reply;
  reply.content_type = "multipart/mixed; boundary=" + boundary;
  reply.fields = {{"Cache-Control", "no-store"}};
  reply.body = base::to_bytes(base::as_bytes(
      part("application/pkcs8", pkcs8.view()) +
      part("application/pkcs7-mime; smime-type=certs-only", certs_only({certificate})) + "--" + boundary + "--\r\n"));
  return reply;
}

HttpReply attributes_reply(const ca::Profile& profile) {
  der::Writer out;
  const auto attributes = out.open(der::kSequence);
  for (const auto& rule : profile.keys) write_key(out, rule);
  out.close(attributes);
  return encoded_reply("application/csrattrs", out.view());
}

HttpReply text_reply(int status, std::string_view text) {
  HttpReply reply;
  reply.status = status;
  reply.content_type = "text/plain; charset=utf-8";
  reply.body = base::to_bytes(base::as_bytes(base::show_unseen(text)));
  reply.body.push_back('\n');
  return reply;
}

}  // namespace yuxin::ra::est
