// A connection to a server, with an hour at which patience ends.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <stop_token>
#include <string_view>

#include "descriptor.hpp"
#include "tls_session.hpp"
#include "url.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/http/client.hpp"

namespace yuxin::http {

// Channel is a TCP connection, or TLS over one. Every call waits, but none beyond `until`. Errors: kUnavailable, and
// kBadSignature when the server's certificate does not verify.
class Channel {
 public:
  using Clock = std::chrono::steady_clock;

  // `tls` is needed when the address asks for it, and must outlive the channel. Without `addresses` the system's
  // resolver is asked. Where `stop` is asked for, waiting ends within a tenth of a second.
  [[nodiscard]] static base::Result<Channel> open(const Url& url, SSL_CTX* tls, Clock::time_point until,
                                                  const AddressSource& addresses, const std::stop_token& stop);

  [[nodiscard]] base::Result<> write(std::string_view octets);
  // read gives the number of octets, 0 when the server has closed.
  [[nodiscard]] base::Result<std::size_t> read(std::span<char> into);
  // cut_short says, after the end, that a TLS connection ended without goodbye: somebody may have cut it.
  [[nodiscard]] bool cut_short() const { return tls_ && !tls_->closed_cleanly(); }
  // What the server showed and agreed on; empty without TLS.
  [[nodiscard]] base::Bytes peer_certificate() const { return tls_ ? tls_->peer_certificate() : base::Bytes(); }
  [[nodiscard]] std::string protocol() const { return tls_ ? tls_->protocol() : std::string(); }

 private:
  Channel(Descriptor socket, std::string host, Clock::time_point until, std::stop_token stop)
      : socket_(std::move(socket)), host_(std::move(host)), until_(until), stop_(std::move(stop)) {}
  [[nodiscard]] base::Result<> begin_tls(SSL_CTX* context);
  [[nodiscard]] base::Result<> wait(short events);
  [[nodiscard]] base::Result<> wait_for(IoResult::State state);

  Descriptor socket_;
  std::unique_ptr<TlsSession> tls_;
  std::string host_;
  Clock::time_point until_;
  std::stop_token stop_;
};

}  // namespace yuxin::http
