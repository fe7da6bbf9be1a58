// Keys that live for a ceremony only: those of persons who have no certificate yet, and those under which a
// certificate is tried before the real key signs it.
#pragma once

#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::keymgmt {

// SeatKey is a key with which a person signs one record. Its certificate is signed by itself and proves nothing but
// that the same key signs: who holds it is said by the transcript, in which its digest stands.
struct SeatKey {
  base::Bytes certificate;  // DER
  base::Bytes sealed_key;   // EncryptedPrivateKeyInfo (PKCS #8) under the person's passphrase
};
// make_seat_key: `person` becomes the common name, "ceremony ID" the organisation. P-256, valid from `now` on without
// a known end (RFC 5280 section 4.1.2.5). kUsage for an empty passphrase.
[[nodiscard]] base::Result<SeatKey> make_seat_key(const std::string& person, const std::string& ceremony,
                                                  base::UnixTime now, const base::Secret& passphrase);

// try_certificate signs exactly these octets with a throw-away key of the given kind, so that the whole certificate
// can be linted before the real key has signed anything; the key is forgotten. The TBSCertificate holds nothing that
// depends on the key that signs but the algorithm, which is that of the kind; so the final certificate's is the same
// octet for octet. Gives the SHA-256 of the TBSCertificate. kRefused names the first broken rule.
[[nodiscard]] base::Result<x509::Digest256> try_certificate(base::ByteView tbs, const x509::KeyKind& kind,
                                                            x509::SignatureAlgorithm algorithm,
                                                            const x509::Certificate* issuer);

}  // namespace yuxin::keymgmt
