// The objects on a token: finding them, and reading public keys and certificates.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "token_link.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::keymgmt {

// find_objects gives the objects of a class that a selector fits; an empty one fits all.
[[nodiscard]] Outcome<std::vector<CK_OBJECT_HANDLE>> find_objects(Desk& desk, CK_OBJECT_CLASS kind,
                                                                  const KeySelector& selector);

// read_attribute gives nothing where the object has no such attribute or does not show it.
[[nodiscard]] Outcome<std::optional<base::Bytes>> read_attribute(Desk& desk, CK_OBJECT_HANDLE object,
                                                                 CK_ATTRIBUTE_TYPE type);
[[nodiscard]] Outcome<bool> read_flag(Desk& desk, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, bool otherwise);

// read_public_key reads a public key object, or the public half that a private RSA key shows. Nothing where it is of
// a kind that this program does not know.
[[nodiscard]] Outcome<std::optional<x509::PublicKey>> read_public_key(Desk& desk, CK_OBJECT_HANDLE object);
[[nodiscard]] Outcome<std::optional<x509::Certificate>> read_certificate(Desk& desk, CK_OBJECT_HANDLE object);

// TokenKey is a private key that was found, with the public key that the token says belongs to it.
struct TokenKey {
  CK_OBJECT_HANDLE handle = 0;
  x509::PublicKey public_key;
  bool always_authenticate = false;
};
// find_private needs a login. Nothing when there is none; settled kConflict for several, kIntegrity where nothing on
// the token says what its public key is.
[[nodiscard]] Outcome<std::optional<CK_OBJECT_HANDLE>> find_private(Desk& desk, const KeySelector& selector);
[[nodiscard]] Outcome<std::optional<TokenKey>> find_key(Desk& desk, const KeySelector& selector);
// confirm_present is asked where nothing was found: a token that is away may look empty.
[[nodiscard]] Outcome<> confirm_present(Desk& desk);
// find_public looks at what is seen without a login.
[[nodiscard]] Outcome<std::optional<x509::PublicKey>> find_public(Desk& desk, const KeySelector& selector);

}  // namespace yuxin::keymgmt
