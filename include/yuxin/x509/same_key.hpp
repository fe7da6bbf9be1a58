// Which public keys are of one private key.
#pragma once

#include "yuxin/base/bytes.hpp"

namespace yuxin::x509 {

// is_same_key tells of two SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) whether who holds the private key of one
// holds that of the other. RSA keys with one modulus are the same under whatever algorithm identifier and exponent
// (PKCS #1 and RSASSA-PSS, RFC 4055 section 1.2); every other key is what its octets are, also octets that are no
// key. See key_tag in digest.hpp for finding a key among many. Safe from every thread.
[[nodiscard]] bool is_same_key(base::ByteView spki, base::ByteView other);

}  // namespace yuxin::x509
