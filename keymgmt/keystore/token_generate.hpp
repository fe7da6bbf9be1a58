// Making keys on a token.
#pragma once

#include <string>

#include "token_link.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::keymgmt {

// KeyUse is what the token lets a key do.
enum class KeyUse { kSign, kDecrypt };

// generate_on_token makes a key pair with this label, for one use and no other. kConflict when the token has an
// object of that label, which is left as it is; kRefused for kinds that the token does not make, or that do not
// decrypt; kIntegrity when the token made a key that could leave it.
//
// PKCS #11 knows no unique labels and no transactions. So the processes of a machine take turns; and for a token that
// several machines use, who has made a pair looks again, and who sees another one destroys the own: one keeps the
// name at the most. As that may be none, those that met try again, a random while later.
[[nodiscard]] base::Result<x509::PublicKey> generate_on_token(TokenLink& link, const std::string& label,
                                                              const x509::KeyKind& kind, KeyUse use = KeyUse::kSign);

}  // namespace yuxin::keymgmt
