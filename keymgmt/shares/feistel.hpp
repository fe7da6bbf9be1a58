// The encryption of a master secret in SLIP-0039: four rounds of a Feistel network over PBKDF2 with HMAC-SHA256.
#pragma once

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/keymgmt/slip39.hpp"

namespace yuxin::keymgmt {

// encrypt_master and decrypt_master undo each other; both have as many octets as the secret, an even number. There is
// no wrong passphrase: each gives a secret. kUnavailable when OpenSSL has no memory.
[[nodiscard]] base::Result<base::Secret> encrypt_master(const base::Secret& master, const base::Secret& passphrase,
                                                        const ShareSetHeader& set);
[[nodiscard]] base::Result<base::Secret> decrypt_master(const base::Secret& encrypted, const base::Secret& passphrase,
                                                        const ShareSetHeader& set);

}  // namespace yuxin::keymgmt
