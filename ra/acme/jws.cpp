#include "jws.hpp"

#include <algorithm>
#include <array>

#include "yuxin/x509/der.hpp"

namespace yuxin::ra::acme {

using base::Bytes;
using base::ByteView;
using base::JsonObject;
using x509::KeyType;
using x509::SignatureAlgorithm;

namespace {

// A row of RFC 7518 section 3.1 and RFC 8037 section 3.1.
struct Scheme {
  std::string_view name;
  KeyType key;
  SignatureAlgorithm algorithm;
  std::size_t coordinate;  // octets of R and of S; 0 where the signature is taken as it is
};
constexpr std::array<Scheme, 5> kSchemes = {{{"ES256", KeyType::kP256, SignatureAlgorithm::kEcdsaSha256, 32},
                                             {"ES384", KeyType::kP384, SignatureAlgorithm::kEcdsaSha384, 48},
                                             {"ES512", KeyType::kP521, SignatureAlgorithm::kEcdsaSha512, 66},
                                             {"RS256", KeyType::kRsa, SignatureAlgorithm::kRsaSha256, 0},
                                             {"EdDSA", KeyType::kEd25519, SignatureAlgorithm::kEd25519, 0}}};

struct MacScheme {
  std::string_view name;
  x509::DigestAlgorithm digest;
};
constexpr std::array<MacScheme, 3> kMacSchemes = {{{"HS256", x509::DigestAlgorithm::kSha256},
                                                   {"HS384", x509::DigestAlgorithm::kSha384},
                                                   {"HS512", x509::DigestAlgorithm::kSha512}}};

Refusal malformed() { return deny(ProblemType::kMalformed, "The request is no JWS of ACME (RFC 8555 section 6.2)."); }
Refusal bad_signature() {
  return deny(ProblemType::kMalformed, "The signature of the request does not verify with the account's key.");
}

const std::string* text_member(const JsonObject& json, std::string_view name, std::string& room) {
  const auto* value = json.if_contains(name);
  if (value == nullptr || !value->is_string()) return nullptr;
  room = std::string(value->get_string());
  return &room;
}

Outcome<std::optional<std::string>> optional_text(const JsonObject& header, std::string_view name) {
  if (!header.contains(name)) return std::optional<std::string>();
  std::string room;
  if (text_member(header, name, room) == nullptr) return malformed();
  return std::optional<std::string>(std::move(room));
}

Outcome<> read_header(const JsonObject& header, Jws& jws) {
  // RFC 7515 section 4.1.11: what is critical and not understood makes the JWS invalid.
  if (header.contains("crit") || header.contains("b64")) return malformed();
  TRY(const auto algorithm, optional_text(header, "alg"));
  TRY(const auto url, optional_text(header, "url"));
  TRY(jws.kid, optional_text(header, "kid"));
  TRY(jws.nonce, optional_text(header, "nonce"));
  if (!algorithm || !url) return malformed();
  jws.algorithm = *algorithm;
  jws.url = *url;
  const auto* jwk = header.if_contains("jwk");
  if (jwk == nullptr) return {};
  // RFC 8555 section 6.2: "The 'jwk' and 'kid' fields are mutually exclusive."
  if (!jwk->is_object() || jws.kid) return malformed();
  TRY(jws.jwk, read_jwk(jwk->get_object()));
  return {};
}

// R || S of fixed size (RFC 7518 section 3.4) as Ecdsa-Sig-Value (RFC 3279 section 2.2.3).
Bytes ecdsa_value(ByteView signature, std::size_t coordinate) {
  x509::der::Writer writer;
  const auto sequence = writer.open(x509::der::kSequence);
  writer.unsigned_integer(signature.first(coordinate));
  writer.unsigned_integer(signature.subspan(coordinate));
  writer.close(sequence);
  return writer.take();
}

}  // namespace

Outcome<Jws> parse_jws(const JsonObject& json) {
  // RFC 8555 section 6.2: no unprotected header, no more than one signature.
  if (json.contains("header") || json.contains("signatures")) return malformed();
  std::string head;
  std::string payload;
  std::string signature;
  if (text_member(json, "protected", head) == nullptr || text_member(json, "payload", payload) == nullptr ||
      text_member(json, "signature", signature) == nullptr)
    return malformed();
  const auto head_octets = base::from_base64url(head);
  auto payload_octets = base::from_base64url(payload);
  auto signature_octets = base::from_base64url(signature);
  if (!head_octets || !payload_octets || !signature_octets) return malformed();
  const auto header = base::parse_json(base::as_text(*head_octets));
  if (!header || !header->is_object()) return malformed();
  Jws jws;
  TRY(read_header(header->get_object(), jws));
  jws.payload = std::move(*payload_octets);
  jws.signature = std::move(*signature_octets);
  jws.signed_text = head + "." + payload;
  return jws;
}

Outcome<Jws> parse_jws(std::string_view json) {
  const auto value = base::parse_json(json);
  if (!value || !value->is_object()) return malformed();
  return parse_jws(value->get_object());
}

Outcome<> verify_jws(const Jws& jws, const x509::PublicKey& key) {
  const auto* scheme = std::ranges::find(kSchemes, jws.algorithm, &Scheme::name);
  if (scheme == kSchemes.end() || scheme->key != key.kind().type) {
    return deny(ProblemType::kBadSignatureAlgorithm,
                "The signature algorithm {} is not taken with this account key; there are ES256, ES384, ES512, RS256 "
                "and EdDSA.",
                base::print_json(base::Json(jws.algorithm)));
  }
  Bytes signature = jws.signature;
  if (scheme->coordinate != 0) {
    if (signature.size() != 2 * scheme->coordinate) return bad_signature();
    signature = ecdsa_value(signature, scheme->coordinate);
  }
  const auto identifier = x509::scheme(scheme->algorithm).identifier;
  if (!x509::verify_tbs(key, identifier, base::as_bytes(jws.signed_text), signature)) return bad_signature();
  return {};
}

Outcome<> verify_mac(const Jws& jws, ByteView key) {
  const auto* scheme = std::ranges::find(kMacSchemes, jws.algorithm, &MacScheme::name);
  if (scheme == kMacSchemes.end()) {
    return deny(ProblemType::kMalformed, "The external account binding is made with HS256, HS384 or HS512.");
  }
  const auto expected = x509::hmac(scheme->digest, key, base::as_bytes(jws.signed_text));
  if (base::equal_constant_time(expected, jws.signature)) return {};
  return deny(ProblemType::kUnauthorized,
              "The external account binding does not verify. Check the key identifier and the key (yuxin acme key).");
}

std::span<const std::string_view> signature_names() {
  static constexpr std::array<std::string_view, kSchemes.size()> kNames = {
      kSchemes[0].name, kSchemes[1].name, kSchemes[2].name, kSchemes[3].name, kSchemes[4].name};
  return kNames;
}

}  // namespace yuxin::ra::acme
