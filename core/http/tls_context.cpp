// What both ends of TLS agree on: versions, suites, identity and trust.
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "tls_session.hpp"
#include "tls_signer.hpp"

namespace yuxin::http {
namespace {

using base::Code;
using base::fail_with;
using base::Result;
using X509Handle = std::unique_ptr<X509, Freed<X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using BioHandle = std::unique_ptr<BIO, Freed<BIO_free_all>>;

// Forward secrecy and authenticated encryption only; the suites of TLS 1.3 are all of that kind.
constexpr const char* kTls12Suites = "ECDHE+AESGCM:ECDHE+CHACHA20";

X509Handle read_certificate(base::ByteView der) {
  const unsigned char* at = der.data();
  X509Handle certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (certificate && at != der.data() + der.size()) certificate.reset();
  return certificate;
}

// Never asks at the terminal for the passphrase of an encrypted key.
int no_passphrase(char* /*into*/, int /*size*/, int /*writing*/, void* /*user*/) { return -1; }

KeyHandle read_key(base::ByteView key) {
  if (base::as_text(key).starts_with("-----BEGIN")) {
    const BioHandle bio(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
    return KeyHandle(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  }
  const unsigned char* at = key.data();
  return KeyHandle(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(key.size())));
}

Result<> use_identity(SSL_CTX* context, const TlsIdentity& identity) {
  if (identity.certificates.empty()) {
    return base::fail(Code::kUsage, "No certificate is given for TLS. Name one, with its private key.");
  }
  for (std::size_t i = 0; i < identity.certificates.size(); ++i) {
    X509Handle certificate = read_certificate(identity.certificates[i]);
    const bool taken = certificate && (i == 0 ? SSL_CTX_use_certificate(context, certificate.get())
                                              : SSL_CTX_add1_chain_cert(context, certificate.get())) == 1;
    if (!taken) {
      return fail_with(
          Code::kUsage, tls_diagnostic(),
          "Certificate {} of the TLS identity cannot be used: TLS needs X.509 certificates with RSA, ECDSA "
          "or EdDSA keys of at least 112 bits of security.",
          i + 1);
    }
  }
  if (identity.signer != nullptr) return use_signer(context, identity.signer);
  const KeyHandle key = read_key(identity.private_key.view());
  if (!key) {
    return fail_with(Code::kUsage, tls_diagnostic(),
                     "The private key for TLS cannot be read: it must be PKCS#8, without a passphrase.");
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return fail_with(
        Code::kUsage, tls_diagnostic(),
        "The private key for TLS does not belong to the certificate. Give the key that it was issued for.");
  }
  return {};
}

Result<> trust(SSL_CTX* context, std::span<const base::Bytes> roots, TlsSession::Role role) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  for (const auto& der : roots) {
    const X509Handle root = read_certificate(der);
    if (!root || X509_STORE_add_cert(store, root.get()) != 1 ||
        (role == TlsSession::Role::kServer && SSL_CTX_add_client_CA(context, root.get()) != 1)) {
      return fail_with(Code::kUsage, tls_diagnostic(), "A trusted certificate for TLS cannot be read as X.509.");
    }
  }
  // A trusted issuing CA is enough: its root need not be given.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return {};
}

Result<SslContextPtr> make_context(const SSL_METHOD* method) {
  SslContextPtr context(SSL_CTX_new(method));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(context.get(), kTls12Suites) != 1) {
    return fail_with(Code::kInternal, tls_diagnostic(), "TLS cannot be set up with this OpenSSL library.");
  }
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  return context;
}

// RFC 7301: of the client's protocols we speak one; a client that offers others only is refused.
int choose_protocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void* /*user*/) {
  static constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* match = nullptr;
  if (SSL_select_next_proto(&match, size, kHttp11, sizeof kHttp11, offered, offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = match;
  return SSL_TLSEXT_ERR_OK;
}

// What is wrong with the certificate stays the result of the session, and the connection answers with it: an alert
// in the handshake tells a client nothing, and one that comes after its request may not even reach it.
int go_on(int /*holds*/, X509_STORE_CTX* /*context*/) { return 1; }

int verify_mode(ClientCertificate wanted) {
  switch (wanted) {
    case ClientCertificate::kNone:
      return SSL_VERIFY_NONE;
    case ClientCertificate::kOptional:
      return SSL_VERIFY_PEER;
    case ClientCertificate::kRequired:
      return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
  return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
}

}  // namespace

Result<SslContextPtr> make_server_context(const TlsServerOptions& options) {
  TRY(auto context, make_context(TLS_server_method()));
  TRY(use_identity(context.get(), options.identity));
  if (options.client_certificate != ClientCertificate::kNone) {
    if (options.client_authorities.empty()) {
      return base::fail(
          Code::kUsage,
          "Client certificates are asked for, but no authority is named that may issue them. Name one.");
    }
    TRY(trust(context.get(), options.client_authorities, TlsSession::Role::kServer));
  }
  SSL_CTX_set_verify(context.get(), verify_mode(options.client_certificate),
                     options.client_certificate == ClientCertificate::kOptional ? go_on : nullptr);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  return context;
}

Result<SslContextPtr> make_client_context(std::span<const base::Bytes> trusted, const TlsIdentity* identity) {
  TRY(auto context, make_context(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (trusted.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else {
    TRY(trust(context.get(), trusted, TlsSession::Role::kClient));
  }
  if (identity != nullptr) TRY(use_identity(context.get(), *identity));
  return context;
}

Result<SslContextPtr> make_looking_context(std::string_view protocol) {
  TRY(auto context, make_context(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  if (protocol.empty()) return context;
  std::string offered(1, static_cast<char>(protocol.size()));
  offered.append(protocol);
  const auto octets = base::as_bytes(offered);
  if (SSL_CTX_set_alpn_protos(context.get(), octets.data(), static_cast<unsigned>(octets.size())) != 0)
    return fail_with(Code::kInternal, tls_diagnostic(), "TLS cannot be set up with this OpenSSL library.");
  return context;
}

}  // namespace yuxin::http
