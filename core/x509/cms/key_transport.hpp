// Content keys sent to a public key: RSA and SM2 encryption.
#pragma once

#include <optional>

#include "yuxin/base/secret.hpp"
#include "yuxin/x509/decrypter.hpp"

namespace yuxin::x509::cms {

// Transport is what a keyEncryptionAlgorithm of a KeyTransRecipientInfo asks for.
using Transport = KeyEncryption;
// read_transport reads the AlgorithmIdentifier; nothing for one that is not known.
[[nodiscard]] std::optional<Transport> read_transport(base::ByteView algorithm_identifier);
// write_transport is what seal_message writes: OAEP with SHA-256, PKCS#1 v1.5, or SM2.
[[nodiscard]] base::Bytes write_transport(Transport::Kind kind);

// wrap encrypts for a key; write_transport says how messages of ours do.
[[nodiscard]] std::optional<base::Bytes> wrap(const PublicKey& key, const Transport& transport,
                                              base::ByteView content_key);

// unwrap gives the content key of `octets` octets; nothing when the wrapped key is not whole. RSA PKCS#1 v1.5 cannot
// tell: there what is not whole gives a key that depends on it and on the private key alone, so that nobody learns
// which it was (RFC 3218 section 2.3.2).
[[nodiscard]] std::optional<base::Secret> unwrap(const PrivateKey& key, const Transport& transport,
                                                 base::ByteView encrypted_key, std::size_t octets);

}  // namespace yuxin::x509::cms
