// Content keys wrapped under an agreed key: ephemeral-static ECDH (RFC 5753) on the NIST curves with AES key wrap.
#pragma once

#include <optional>

#include "yuxin/base/secret.hpp"
#include "yuxin/x509/key.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::x509::cms {

// Agreement is what a keyEncryptionAlgorithm of a KeyAgreeRecipientInfo asks for: a KDF and a key wrap.
struct Agreement {
  DigestAlgorithm digest = DigestAlgorithm::kSha256;  // of the X9.63 KDF
  base::ByteView wrap_identifier;                     // DER AlgorithmIdentifier of the wrap, as it came
  std::size_t wrap_octets = 32;                       // of the wrapping key
};
// read_agreement reads the AlgorithmIdentifier; nothing for one that is not known. The view is into it.
[[nodiscard]] std::optional<Agreement> read_agreement(base::ByteView algorithm_identifier);
// write_agreement is what seal_message writes: the KDF over SHA-256 and AES-256 key wrap.
[[nodiscard]] base::Bytes write_agreement();

// Agreed is a content key wrapped for a recipient, with the ephemeral public key that it was done with.
struct Agreed {
  base::Bytes originator_point;
  base::Bytes encrypted_key;
};
[[nodiscard]] std::optional<Agreed> agree_and_wrap(const PublicKey& recipient, base::ByteView content_key);
// agree gives the shared value of a software key and a point; nothing for a point that is not on its curve.
[[nodiscard]] std::optional<base::Secret> agree(const PrivateKey& key, base::ByteView point);
// unwrap_agreed gives nothing for a wrapped key that is not whole. `z` is the shared value.
[[nodiscard]] std::optional<base::Secret> unwrap_agreed(const Agreement& agreement, base::ByteView z,
                                                        base::ByteView user_key_material,
                                                        base::ByteView encrypted_key);

}  // namespace yuxin::x509::cms
