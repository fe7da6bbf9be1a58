#include "tls_session.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace yuxin::http {
namespace {

using X509Handle = std::unique_ptr<X509, Freed<X509_free>>;

int socket_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

int finish_io(BIO* bio, ssize_t moved, int retry_flag) {
  BIO_clear_retry_flags(bio);
  if (moved < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_flags(bio, retry_flag | BIO_FLAGS_SHOULD_RETRY);
  return static_cast<int>(moved);
}

int socket_read(BIO* bio, char* into, int size) {
  return finish_io(bio, ::recv(socket_of(bio), into, static_cast<std::size_t>(size), MSG_DONTWAIT), BIO_FLAGS_READ);
}

int socket_write(BIO* bio, const char* from, int size) {
  const auto sent = ::send(socket_of(bio), from, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
  return finish_io(bio, sent, BIO_FLAGS_WRITE);
}

long socket_control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

// OpenSSL's own socket BIO calls write(2), which raises SIGPIPE when the other end has gone.
const BIO_METHOD* quiet_socket_method() {
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "quiet socket");
    BIO_meth_set_read(method, socket_read);
    BIO_meth_set_write(method, socket_write);
    BIO_meth_set_ctrl(method, socket_control);
    return method;
  }();
  return kMethod;
}

BIO* make_bio(int socket) {
  BIO* bio = BIO_new(quiet_socket_method());
  if (bio == nullptr) return nullptr;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a descriptor rides in the pointer that OpenSSL keeps for us
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(bio, 1);
  return bio;
}

// SNI carries names only (RFC 6066 section 3); an address is checked against the certificate's addresses.
bool expect_host(SSL* ssl, const std::string& host) {
  std::array<unsigned char, 16> address{};
  const bool literal = ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
                       ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
  if (literal) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  std::string name = host;  // SSL_ctrl takes it without const, and copies it
  return SSL_set1_host(ssl, host.c_str()) == 1 &&
         SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
}

}  // namespace

std::unique_ptr<TlsSession> TlsSession::make(SSL_CTX* context, int socket, Role role, std::string_view host) {
  SslPtr ssl(SSL_new(context));
  BIO* bio = ssl ? make_bio(socket) : nullptr;
  if (bio == nullptr) return nullptr;
  SSL_set_bio(ssl.get(), bio, bio);
  if (role == Role::kServer) {
    SSL_set_accept_state(ssl.get());
  } else {
    SSL_set_connect_state(ssl.get());
    if (!expect_host(ssl.get(), std::string(host))) return nullptr;
  }
  return std::unique_ptr<TlsSession>(new TlsSession(std::move(ssl)));
}

IoResult TlsSession::outcome(int result, std::size_t octets) {
  if (result > 0) return {IoResult::State::kDone, octets};
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {IoResult::State::kWantRead, 0};
    case SSL_ERROR_WANT_WRITE:
      return {IoResult::State::kWantWrite, 0};
    default:
      return {IoResult::State::kClosed, 0};
  }
}

// SSL_get_error reads the thread's error queue, so that it must be empty before each call.
IoResult TlsSession::handshake() {
  ERR_clear_error();
  return outcome(SSL_do_handshake(ssl_.get()), 0);
}

IoResult TlsSession::read(std::span<char> into) {
  ERR_clear_error();
  std::size_t octets = 0;
  const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &octets);
  return outcome(result, octets);
}

IoResult TlsSession::write(std::string_view octets) {
  ERR_clear_error();
  std::size_t written = 0;
  const int result = SSL_write_ex(ssl_.get(), octets.data(), octets.size(), &written);
  return outcome(result, written);
}

void TlsSession::close_notify() {
  ERR_clear_error();
  if (SSL_is_init_finished(ssl_.get()) == 1) SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

bool TlsSession::closed_cleanly() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

base::Bytes TlsSession::peer_certificate() const {
  const X509Handle certificate(SSL_get1_peer_certificate(ssl_.get()));
  if (!certificate) return {};
  const int size = i2d_X509(certificate.get(), nullptr);
  if (size <= 0) return {};
  base::Bytes der(static_cast<std::size_t>(size));
  unsigned char* out = der.data();
  i2d_X509(certificate.get(), &out);
  return der;
}

std::string TlsSession::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return std::string(base::as_text({name, size}));
}

std::string tls_diagnostic() {
  std::string text;
  std::array<char, 256> line{};
  while (const unsigned long error = ERR_get_error()) {
    ERR_error_string_n(error, line.data(), line.size());
    if (!text.empty()) text += "; ";
    text += line.data();
  }
  return text;
}

}  // namespace yuxin::http
