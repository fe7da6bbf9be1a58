// Opening with a key on a token.
#pragma once

#include <memory>

#include "token_link.hpp"
#include "token_object.hpp"
#include "yuxin/x509/decrypter.hpp"

namespace yuxin::keymgmt {

// make_token_decrypter decrypts (RSA) or agrees (NIST curves) with the key that was found under `selector`; kUsage
// for other kinds. Of OAEP with digests that the token does not have, the token does the bare operation
// (CKM_RSA_X_509) and the encoding is taken off here, so that it need not know more than RSA.
[[nodiscard]] base::Result<std::shared_ptr<const x509::Decrypter>> make_token_decrypter(
    std::shared_ptr<TokenLink> link, KeySelector selector, const TokenKey& key);

}  // namespace yuxin::keymgmt
