// Sealing a short secret under a passphrase.
#pragma once

#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::keymgmt {

// Seal is what stands in such a text beside the parameters, which are always the same.
struct Seal {
  base::Bytes salt;
  base::Bytes nonce;
  base::Bytes sealed;  // with its authentication tag at the end
};
// parse_seal reads the text without opening it: kIntegrity for anything that print_seal does not write.
[[nodiscard]] base::Result<Seal> parse_seal(std::string_view text);
[[nodiscard]] std::string print_seal(const Seal& seal);

// seal gives a JSON text with everything but the passphrase that is needed to open it: scrypt (RFC 7914) makes the
// key, AES-256-GCM seals, and the parameters are bound as additional data.
[[nodiscard]] base::Result<std::string> seal(const base::Secret& secret, const base::Secret& passphrase);
// open gives the secret back. kNotAuthorised: wrong passphrase (or somebody changed the file, which looks the same);
// kIntegrity: not such a text, or parameters beyond what this program would write.
[[nodiscard]] base::Result<base::Secret> open(std::string_view sealed, const base::Secret& passphrase);

// derive makes a key for one purpose from a key-encryption key (HKDF with SHA-256, RFC 5869), as 64 hexadecimal
// digits.
[[nodiscard]] base::Result<base::Secret> derive(const base::Secret& key, std::string_view purpose);

}  // namespace yuxin::keymgmt
