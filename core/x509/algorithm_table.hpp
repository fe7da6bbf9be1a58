// What the layer of keys needs to know of the table of algorithms, beyond its public face.
#pragma once

#include "yuxin/x509/algorithm.hpp"

namespace yuxin::x509 {

// SignatureFamily says how a signature is computed.
enum class SignatureFamily { kRsaPkcs1, kRsaPss, kEcdsa, kEdDsa, kSm2 };
[[nodiscard]] SignatureFamily family(SignatureAlgorithm algorithm);

// CurveRow describes keys that are a point on a fixed curve.
struct CurveRow {
  KeyType type;
  unsigned bits;
  std::size_t key_octets;     // of the encoded public key: 04 || X || Y, or the octets of RFC 8032
  const Oid* algorithm;       // of the SubjectPublicKeyInfo
  const Oid* parameters;      // its named curve; null for the EdDSA keys, which have none
  const char* openssl_key;    // "EC", "SM2", "ED25519"
  const char* openssl_group;  // null for the EdDSA keys
};
[[nodiscard]] const CurveRow* curve_by_oids(Oid algorithm, Oid parameters);
[[nodiscard]] const CurveRow& curve_of(KeyType type);  // not for RSA

// PssParameters are RSASSA-PSS-params (RFC 4055 section 3.1) with MGF1 over the same digest. In a key they bind it
// to the digest, and salt_octets is the least; in a signature they are what was done.
struct PssParameters {
  DigestAlgorithm digest;
  std::int64_t salt_octets;
};
// parse_pss_parameters reads the DER of the parameters; nothing for a digest, mask or trailer that is not supported.
[[nodiscard]] std::optional<PssParameters> parse_pss_parameters(base::ByteView der);

// pss_algorithm is the scheme with this digest; nothing for digests that PSS is not used with here.
[[nodiscard]] std::optional<SignatureAlgorithm> pss_algorithm(DigestAlgorithm digest);

}  // namespace yuxin::x509
