// JSON Web Signatures as ACME sends them: RFC 7515 in the flattened form, within RFC 8555 section 6.2.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "jwk.hpp"
#include "problem.hpp"
#include "yuxin/base/bytes.hpp"

namespace yuxin::ra::acme {

// Jws is a message taken apart and not yet verified.
struct Jws {
  std::string algorithm;
  std::optional<Jwk> jwk;  // exactly one of jwk and kid, unless the message is inside another
  std::optional<std::string> kid;
  std::optional<std::string> nonce;
  std::string url;
  base::Bytes payload;
  base::Bytes signature;
  std::string signed_text;  // ASCII(BASE64URL(protected) || '.' || BASE64URL(payload))
};

// parse_jws takes one flattened JWS. Refused are unprotected headers, several signatures, "crit" and "b64" (nothing
// of theirs is known here), a jwk beside a kid, and base64url that is not strict. Pure; any octets may be given.
[[nodiscard]] Outcome<Jws> parse_jws(std::string_view json);
[[nodiscard]] Outcome<Jws> parse_jws(const base::JsonObject& json);

// verify_jws checks the signature by the key: ES256, ES384, ES512, RS256 and EdDSA, each with the key that it is for.
// "none" and the HMACs are no signatures here. kBadSignatureAlgorithm, or kMalformed for a signature that does not
// verify.
[[nodiscard]] Outcome<> verify_jws(const Jws& jws, const x509::PublicKey& key);
// verify_mac checks HS256, HS384 or HS512: the external account binding of RFC 8555 section 7.3.4, and nothing else.
[[nodiscard]] Outcome<> verify_mac(const Jws& jws, base::ByteView key);

// signature_names are what verify_jws takes.
[[nodiscard]] std::span<const std::string_view> signature_names();

}  // namespace yuxin::ra::acme
