// Authenticated encryption of short secrets: AES-256-GCM (NIST SP 800-38D), the tag of 16 octets at the end.
#pragma once

#include <optional>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::keymgmt {

constexpr std::size_t kGcmNonceSize = 12;
constexpr std::size_t kGcmTagSize = 16;
constexpr std::size_t kGcmKeySize = 32;

// gcm_encrypt: the nonce must never have been used with this key before: draw it at random. Nothing when the key or
// the nonce has another size, or the library fails.
[[nodiscard]] std::optional<base::Bytes> gcm_encrypt(const base::Secret& key, base::ByteView nonce,
                                                     base::ByteView additional, base::ByteView plain);
// gcm_decrypt gives nothing unless key, nonce, additional data and every octet are what they were.
[[nodiscard]] std::optional<base::Secret> gcm_decrypt(const base::Secret& key, base::ByteView nonce,
                                                      base::ByteView additional, base::ByteView sealed);

}  // namespace yuxin::keymgmt
