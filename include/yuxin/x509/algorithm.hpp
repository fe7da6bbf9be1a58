// The one table of key types and signature algorithms. Nothing else in the program switches on an algorithm.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "yuxin/base/bytes.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::x509 {

enum class KeyType { kRsa, kRsaPss, kP256, kP384, kP521, kEd25519, kEd448, kSm2 };

// KeyKind is a key type with its size in bits ("rsa:3072", "ec:P-256", "ed25519", "sm2"; RSA keys that are
// bound to PSS are "rsa-pss:3072"). Bits are 256 for P-256, SM2 and Ed25519, 384, 521, 448 for P-384, P-521 and
// Ed448, and those of the modulus for RSA (1024 to 16384).
struct KeyKind {
  KeyType type = KeyType::kP256;
  unsigned bits = 256;
  friend bool operator==(const KeyKind&, const KeyKind&) = default;
};
[[nodiscard]] std::optional<KeyKind> parse_key_kind(std::string_view text);
[[nodiscard]] std::string print_key_kind(const KeyKind& kind);
// security_bits is the strength of NIST SP 800-57 part 1 table 2 (RSA-2048: 112, P-256 and SM2: 128 ...). An RSA
// size between two rows counts as the lower one.
[[nodiscard]] unsigned security_bits(const KeyKind& kind);

enum class SignatureAlgorithm {
  kRsaSha256,
  kRsaSha384,
  kRsaSha512,
  kRsaPssSha256,
  kRsaPssSha384,
  kRsaPssSha512,
  kEcdsaSha256,
  kEcdsaSha384,
  kEcdsaSha512,
  kEd25519,
  kEd448,
  kSm2Sm3,
  kRsaSha1,    // only so that old objects can be named; verification refuses it
  kEcdsaSha1,  // likewise
};

// SignatureScheme is a row of the table.
struct SignatureScheme {
  SignatureAlgorithm algorithm;
  std::string_view name;                  // "ecdsa-with-SHA256"
  base::ByteView identifier;              // DER AlgorithmIdentifier as this program writes it
  std::optional<DigestAlgorithm> digest;  // none for the EdDSA schemes
};
[[nodiscard]] const SignatureScheme& scheme(SignatureAlgorithm algorithm);

// scheme_by_identifier reads a DER AlgorithmIdentifier. It accepts what is found in the field: RSA with absent
// parameters (RFC 4055 section 5), SM2 with NULL or absent parameters (GM/T 0009 trap 8); PSS only with the
// salt length equal to the digest and MGF1 over the same digest.
[[nodiscard]] std::optional<SignatureAlgorithm> scheme_by_identifier(base::ByteView algorithm_identifier);

// default_signature is what a key of this kind signs with: the digest follows the strength of the key.
[[nodiscard]] SignatureAlgorithm default_signature(const KeyKind& kind);
// fits says whether a key of this kind can make signatures of this algorithm. Never with SHA-1.
[[nodiscard]] bool fits(const KeyKind& kind, SignatureAlgorithm algorithm);

}  // namespace yuxin::x509
