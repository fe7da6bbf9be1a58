// What a TLS end shows of itself and whom it trusts.
#pragma once

#include <memory>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::http {

// TlsIdentity is a certificate with its private key.
struct TlsIdentity {
  std::vector<base::Bytes> certificates;  // DER; the end's own first, then its issuers without the root
  base::Secret private_key;               // PKCS#8 DER, or PEM without a passphrase
  // Instead of the key what signs with it, on a token: of clients only, on a NIST curve or RSA.
  std::shared_ptr<const x509::Signer> signer = {};
};

// ClientCertificate says whether a server asks its clients for certificates. With `kOptional` a client without one is
// served and `HttpRequest::peer_certificate` is empty; one with a certificate that does not verify is answered with
// 403 whatever it asks for. With `kRequired` both are refused in the handshake.
enum class ClientCertificate { kNone, kOptional, kRequired };

// TlsServerOptions configures TLS 1.2 and 1.3 (RFC 8446; in 1.2 only ECDHE with AEAD suites). There is no session
// resumption, so that every connection proves its client certificate afresh. Revocation of client certificates is the
// service's affair: it holds the DER of each request's certificate.
struct TlsServerOptions {
  TlsIdentity identity;
  ClientCertificate client_certificate = ClientCertificate::kNone;
  std::vector<base::Bytes> client_authorities;  // DER of the trusted certificates that issue to clients
};

}  // namespace yuxin::http
