// The ciphers of encrypted content: CBC with the padding of RFC 5652 section 6.3.
#pragma once

#include <optional>

#include "yuxin/base/secret.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::x509::cms {

struct ContentCipher {
  const Oid* oid;
  const char* openssl_name;
  std::size_t key_octets;
};
inline constexpr std::size_t kBlock = 16;  // of AES and SM4

// find_cipher: AES in its three sizes and SM4, also under its number without a mode, which some write for CBC.
[[nodiscard]] const ContentCipher* find_cipher(Oid oid);

// encrypt and decrypt: `key` of the cipher's size, `iv` of one block. `decrypt` gives nothing for content of another
// length than whole blocks and for wrong padding, both found at the cost of a right one.
[[nodiscard]] std::optional<base::Bytes> encrypt(const ContentCipher& cipher, base::ByteView key, base::ByteView iv,
                                                 base::ByteView content);
[[nodiscard]] std::optional<base::Secret> decrypt(const ContentCipher& cipher, base::ByteView key, base::ByteView iv,
                                                  base::ByteView encrypted);

}  // namespace yuxin::x509::cms
