#include "jwk.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "yuxin/x509/der.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::ra::acme {

using base::Bytes;
using base::ByteView;
using base::json_string;
using base::JsonObject;

namespace {

constexpr unsigned kLeastRsaBits = 2048;
constexpr unsigned kMostRsaBits = 4096;

struct Curve {
  std::string_view name;
  std::string_view oid;
  std::size_t octets;  // of a coordinate
};
constexpr std::array<Curve, 3> kCurves = {
    {{"P-256", "1.2.840.10045.3.1.7", 32}, {"P-384", "1.3.132.0.34", 48}, {"P-521", "1.3.132.0.35", 66}}};
constexpr std::string_view kEcPublicKey = "1.2.840.10045.2.1";
constexpr std::string_view kRsaEncryption = "1.2.840.113549.1.1.1";
constexpr std::string_view kEd25519 = "1.3.101.112";
constexpr std::size_t kEd25519Octets = 32;

Refusal bad_key() {
  return deny(ProblemType::kBadPublicKey,
              "The account key is none that is taken here: EC on P-256, P-384 or P-521, RSA of 2048 to 4096 bits, or "
              "Ed25519, as a JWK with its public members.");
}

std::optional<Bytes> octets(const JsonObject& json, std::string_view name) {
  auto value = base::from_base64url(json_string(json, name));
  if (!value || value->empty()) return std::nullopt;
  return value;
}

Bytes oid_of(std::string_view dotted) { return *x509::oid_from_dotted(dotted); }

// SubjectPublicKeyInfo (RFC 5280 section 4.1); `parameters` is a complete element or empty.
Bytes make_spki(std::string_view algorithm, ByteView parameters, ByteView key_bits) {
  x509::der::Writer writer;
  const auto info = writer.open(x509::der::kSequence);
  const auto identifier = writer.open(x509::der::kSequence);
  writer.oid(oid_of(algorithm));
  writer.raw(parameters);
  writer.close(identifier);
  writer.bit_string(key_bits);
  writer.close(info);
  return writer.take();
}

Outcome<Jwk> finish(const Bytes& spki, std::string canonical) {
  auto key = x509::PublicKey::from_spki(spki);
  if (!key) return bad_key();
  return Jwk{std::move(*key), std::move(canonical)};
}

Outcome<Jwk> read_ec(const JsonObject& json) {
  const auto* curve = std::ranges::find(kCurves, json_string(json, "crv"), &Curve::name);
  if (curve == kCurves.end()) return bad_key();
  const auto x = octets(json, "x");
  const auto y = octets(json, "y");
  // RFC 7518 section 6.2.1.2: the octet string is of the full size of a coordinate.
  if (!x || !y || x->size() != curve->octets || y->size() != curve->octets) return bad_key();
  Bytes point = {0x04};
  base::append(point, *x);
  base::append(point, *y);
  x509::der::Writer parameters;
  parameters.oid(oid_of(curve->oid));
  return finish(make_spki(kEcPublicKey, parameters.view(), point), R"({"crv":")" + std::string(curve->name) +
                                                                       R"(","kty":"EC","x":")" + base::base64url(*x) +
                                                                       R"(","y":")" + base::base64url(*y) + "\"}");
}

Outcome<Jwk> read_rsa(const JsonObject& json) {
  const auto n = octets(json, "n");
  const auto e = octets(json, "e");
  // RFC 7518 section 6.3.1.1: "Base64urlUInt", without leading zeros.
  if (!n || !e || n->front() == 0 || e->front() == 0) return bad_key();
  x509::der::Writer numbers;
  const auto sequence = numbers.open(x509::der::kSequence);
  numbers.unsigned_integer(*n);
  numbers.unsigned_integer(*e);
  numbers.close(sequence);
  x509::der::Writer parameters;
  parameters.null();
  auto jwk = finish(make_spki(kRsaEncryption, parameters.view(), numbers.view()),
                    R"({"e":")" + base::base64url(*e) + R"(","kty":"RSA","n":")" + base::base64url(*n) + "\"}");
  if (!jwk) return jwk;
  const auto bits = jwk->key.kind().bits;
  if (bits < kLeastRsaBits || bits > kMostRsaBits) return bad_key();
  return jwk;
}

Outcome<Jwk> read_okp(const JsonObject& json) {
  const auto x = octets(json, "x");
  if (json_string(json, "crv") != "Ed25519" || !x || x->size() != kEd25519Octets) return bad_key();
  return finish(make_spki(kEd25519, {}, *x), R"({"crv":"Ed25519","kty":"OKP","x":")" + base::base64url(*x) + "\"}");
}

}  // namespace

x509::Digest256 Jwk::thumbprint() const { return x509::sha256(base::as_bytes(canonical)); }

Outcome<Jwk> read_jwk(const JsonObject& json) {
  if (json.contains("d") || json.contains("p") || json.contains("k")) {
    return deny(ProblemType::kBadPublicKey,
                "The account key was sent with its private part. Make a new key; this one must not be used again.");
  }
  const auto kind = json_string(json, "kty");
  if (kind == "EC") return read_ec(json);
  if (kind == "RSA") return read_rsa(json);
  if (kind == "OKP") return read_okp(json);
  return bad_key();
}

}  // namespace yuxin::ra::acme
