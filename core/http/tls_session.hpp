// TLS over a socket that does not wait.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/http/tls.hpp"

namespace yuxin::http {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using SslContextPtr = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Freed<SSL_free>>;

// make_server_context and make_client_context check that key, certificates and roots fit. Errors: kUsage.
[[nodiscard]] base::Result<SslContextPtr> make_server_context(const TlsServerOptions& options);
// `trusted` are DER roots; empty means what the system trusts.
[[nodiscard]] base::Result<SslContextPtr> make_client_context(std::span<const base::Bytes> trusted,
                                                              const TlsIdentity* identity);
// make_looking_context is for whoever looks at what a server shows: nothing is verified. `protocol` is offered where
// it is not empty.
[[nodiscard]] base::Result<SslContextPtr> make_looking_context(std::string_view protocol);

// IoResult is the outcome of one attempt to move octets without waiting.
struct IoResult {
  enum class State { kDone, kWantRead, kWantWrite, kClosed };
  State state = State::kClosed;
  std::size_t octets = 0;
};

// TlsSession is one TLS connection on a socket that the caller owns and waits for. Never raises SIGPIPE.
class TlsSession {
 public:
  enum class Role { kServer, kClient };

  // Nothing when there is no memory. `host` is what a client asks for and checks (a name or a literal address).
  [[nodiscard]] static std::unique_ptr<TlsSession> make(SSL_CTX* context, int socket, Role role,
                                                        std::string_view host = {});

  [[nodiscard]] IoResult handshake();
  [[nodiscard]] IoResult read(std::span<char> into);
  // write must be called again with the same octets (at any address) after kWantRead or kWantWrite.
  [[nodiscard]] IoResult write(std::string_view octets);
  // close_notify says goodbye, without waiting for an answer.
  void close_notify();

  // closed_cleanly says whether the other end said goodbye, so that what came is all there is.
  [[nodiscard]] bool closed_cleanly() const;
  [[nodiscard]] base::Bytes peer_certificate() const;  // DER, or empty
  [[nodiscard]] std::string protocol() const;          // that both agreed on (RFC 7301), or empty
  // verified says whether the certificate that the other end shows holds; also where none is shown.
  [[nodiscard]] bool verified() const { return verify_result() == X509_V_OK; }
  [[nodiscard]] long verify_result() const { return SSL_get_verify_result(ssl_.get()); }

 private:
  explicit TlsSession(SslPtr ssl) : ssl_(std::move(ssl)) {}
  [[nodiscard]] IoResult outcome(int result, std::size_t octets);
  SslPtr ssl_;
};

// tls_diagnostic empties OpenSSL's error queue of this thread into words for the log.
[[nodiscard]] std::string tls_diagnostic();

}  // namespace yuxin::http
