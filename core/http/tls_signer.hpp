// Private keys that TLS uses without having them: on tokens.
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "yuxin/base/result.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::http {

// use_signer makes a context prove itself with a signer's key, whose certificate it has already. The context offers
// only signatures that the signer makes: ECDSA with the digest of its curve, or RSA (PKCS #1) with SHA-256, for which
// TLS ends at version 1.2, because 1.3 knows RSA with PSS only. kUsage for signers of other kinds.
[[nodiscard]] base::Result<> use_signer(SSL_CTX* context, const std::shared_ptr<const x509::Signer>& signer);

}  // namespace yuxin::http
