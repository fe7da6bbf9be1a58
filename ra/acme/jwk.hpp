// JSON Web Keys: RFC 7517, RFC 7518 section 6, RFC 8037 section 2.
#pragma once

#include <string>

#include "problem.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::ra::acme {

// Jwk is the public key of an account. `canonical` has the required members only, in the order and form of RFC 7638
// section 3, so that two texts of one key are one.
struct Jwk {
  x509::PublicKey key;
  std::string canonical;

  // thumbprint is SHA-256 of the canonical form (RFC 7638 section 3).
  [[nodiscard]] x509::Digest256 thumbprint() const;
};

// read_jwk takes EC keys on P-256, P-384 and P-521, RSA keys of 2048 to 4096 bits, and Ed25519. kBadPublicKey for any
// other, for a point that is on no curve, and for one that shows its private part.
[[nodiscard]] Outcome<Jwk> read_jwk(const base::JsonObject& json);

}  // namespace yuxin::ra::acme
