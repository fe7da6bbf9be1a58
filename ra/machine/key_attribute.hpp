// How a kind of key is named to machines: by the type of its key, and what belongs to it (RFC 5480, RFC 8410).
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "yuxin/x509/algorithm.hpp"

namespace yuxin::ra {

struct KeyAttribute {
  x509::KeyType type;
  std::string_view key;    // dotted OID
  std::string_view curve;  // dotted OID; empty: the key says it all
};

[[nodiscard]] inline const KeyAttribute& key_attribute(x509::KeyType type) {
  static constexpr std::string_view kEc = "1.2.840.10045.2.1";
  static constexpr std::array<KeyAttribute, 8> kAttributes = {{
      {x509::KeyType::kRsa, "1.2.840.113549.1.1.1", {}},
      {x509::KeyType::kRsaPss, "1.2.840.113549.1.1.10", {}},
      {x509::KeyType::kP256, kEc, "1.2.840.10045.3.1.7"},
      {x509::KeyType::kP384, kEc, "1.3.132.0.34"},
      {x509::KeyType::kP521, kEc, "1.3.132.0.35"},
      {x509::KeyType::kSm2, kEc, "1.2.156.10197.1.301"},
      {x509::KeyType::kEd25519, "1.3.101.112", {}},
      {x509::KeyType::kEd448, "1.3.101.113", {}},
  }};
  return *std::ranges::find(kAttributes, type, &KeyAttribute::type);
}

[[nodiscard]] inline bool is_rsa(x509::KeyType type) {
  return type == x509::KeyType::kRsa || type == x509::KeyType::kRsaPss;
}

}  // namespace yuxin::ra
