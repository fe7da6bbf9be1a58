// Wrapping a key under the one above it.
#pragma once

#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::keymgmt {

// VersionName says which octets are meant: a key and its version.
struct VersionName {
  std::string_view key;
  std::int64_t number = 0;
};

// wrap seals with AES-256-GCM and binds the names of both: 12 octets of nonce, the cipher text, 16 octets of tag.
[[nodiscard]] base::Result<base::Bytes> wrap(const base::Secret& wrapping_key, VersionName wrapper,
                                             VersionName wrapped, base::ByteView plain);
// unwrap: kIntegrity for anything that wrap did not make with the same key and names.
[[nodiscard]] base::Result<base::Secret> unwrap(const base::Secret& wrapping_key, VersionName wrapper,
                                                VersionName wrapped, base::ByteView sealed);

// check_value tells whether octets are the ones meant, and gives nothing of them away: 16 octets of HKDF with SHA-256
// (RFC 5869) for a purpose of its own.
[[nodiscard]] base::Result<base::Bytes> check_value(const base::Secret& plain, VersionName name);

}  // namespace yuxin::keymgmt
