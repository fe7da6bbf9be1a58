// Signing with a key on a token.
#pragma once

#include <memory>
#include <string>

#include "token_link.hpp"
#include "token_object.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::keymgmt {

// make_token_signer signs with the key that was found under `selector`; kUsage for kinds that cannot be used here.
// Later, wherever the token was away, the key is looked for again and must have the same public key.
[[nodiscard]] base::Result<std::shared_ptr<const x509::Signer>> make_token_signer(std::shared_ptr<TokenLink> link,
                                                                                  KeySelector selector,
                                                                                  const TokenKey& key);

}  // namespace yuxin::keymgmt
