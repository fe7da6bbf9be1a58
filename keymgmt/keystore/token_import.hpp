// Bringing a key that was in software onto a token.
#pragma once

#include <string>

#include "token_link.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::keymgmt {

// import_to_token lays a key down on a token as two objects of this label, sensitive and not to be extracted, and
// goes on where an earlier attempt was cut off. kConflict when the label names another key there; kRefused for kinds
// that tokens do not have, and where the token takes no keys from outside: then a new key must be made on it, and
// certified.
[[nodiscard]] base::Result<> import_to_token(TokenLink& link, const std::string& label, const x509::PrivateKey& key);

}  // namespace yuxin::keymgmt
