// The HTTP server: moves bytes between sockets and services, within limits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "yuxin/base/http_message.hpp"
#include "yuxin/base/pool.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/http/tls.hpp"

namespace yuxin::http {

// ServerLimits bounds what one client can make the server hold or wait for. Times are checked by one coarse clock and
// end up to a quarter of their length (at most half a second) late, never early.
struct ServerLimits {
  std::size_t head = 16U << 10U;  // octets of request line and fields; beyond: 414 or 431
  std::size_t body = 64U << 10U;  // octets of a request body, decoded; beyond: 413
  std::size_t large_body = 0;     // where HttpService::largest_body allows more: up to so much; 0: it is not asked
  std::size_t large_bodies = 128U << 20U;  // octets of such bodies at once, by what they announce; beyond: 503
  std::chrono::milliseconds handshake_time{10'000};  // for the TLS handshake
  std::chrono::milliseconds head_time{
      10'000};  // from the first octet of a request to the end of its fields; then 408
  std::chrono::milliseconds body_time{10'000};   // for the body, and one second more for each `slowest_rate` octets
  std::chrono::milliseconds stall_time{10'000};  // of a body without one further octet
  std::chrono::milliseconds idle_time{60'000};   // between requests of a connection
  std::chrono::milliseconds write_time{30'000};  // for a reply, and one second more for each `slowest_rate` octets
  std::size_t slowest_rate = 4U << 10U;          // octets a second that a body or reply must reach in the long run
};

// ListenerOptions is one address with what is served there. `service` must outlive the server and every job of its
// pool.
struct ListenerOptions {
  std::string address = "127.0.0.1";  // a literal IPv4 or IPv6 address; "::" takes both families
  std::uint16_t port = 0;             // 0: any free one, see Server::bound_port
  base::HttpService* service = nullptr;
  std::optional<TlsServerOptions> tls;  // plain HTTP without it
  ServerLimits limits;
  std::string port_option;  // by which people choose another port, for the error where this one is taken
};

// ServerOptions configures a server. `pool` runs HttpService::answer and must outlive the server; `clock` dates
// replies.
struct ServerOptions {
  std::vector<ListenerOptions> listeners;
  base::Pool* pool = nullptr;
  const base::Clock* clock = nullptr;
  std::size_t threads = 1;             // network threads; each carries its own connections
  std::size_t max_connections = 4096;  // further ones get 503 and are closed; lowered to what descriptors allow
  std::size_t max_connections_per_client = 256;  // by IPv4 address or IPv6 /64; further ones get 429 and are closed
  std::size_t reply_chunk = 64U << 10U;          // octets of a large body that are read ahead of the client
};

// ServerCounts are totals since the start, for monitoring.
struct ServerCounts {
  std::uint64_t connections = 0;  // accepted, the refused ones included
  std::uint64_t open = 0;         // open at this moment
  std::uint64_t refused = 0;      // turned away by the two connection limits
  std::uint64_t requests = 0;     // answered in any way
  std::uint64_t malformed = 0;    // answered 4xx or 5xx by the server itself because they were no valid HTTP
  std::uint64_t busy = 0;         // answered 503 because the pool was full
  std::uint64_t timeouts = 0;     // connections cut for being slow, idle ones not counted
};

// Server speaks HTTP/1.1 (RFC 9110, RFC 9112) and 1.0, with keep-alive and pipelining, on any number of listeners.
//
// A request is first shown to HttpService::answer_now on the network thread. If that gives nothing, the request is
// copied and HttpService::answer runs in the pool; when the pool's queue is full the client is told what
// HttpService::busy says, or 503 with Retry-After. Requests of one connection are answered one after the other.
// Framing is strict, because a lenient reader behind a proxy is a request smuggler's friend (RFC 9112 section 11.2):
// Content-Length beside Transfer-Encoding, a repeated Content-Length, bare LF, folded lines and white space around
// names are 400, and the connection is closed.
//
// Installs no signal handler, and never raises SIGPIPE. Thread-safe.
class Server {
 public:
  // start binds and serves. Errors: kUsage for an address that is none or a TLS identity that does not fit together,
  // kNotAuthorised for a port that needs privilege, kUnavailable for a port that is taken.
  [[nodiscard]] static base::Result<std::unique_ptr<Server>> start(const ServerOptions& options);

  // The destructor stops without grace.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // bound_port is the port of the n-th listener.
  [[nodiscard]] std::uint16_t bound_port(std::size_t listener = 0) const;

  // renew_tls gives the n-th listener, which has TLS, another identity and other client authorities. Connections that
  // there are keep the old ones. Errors: kUsage, as of `start`; what was there stays then.
  [[nodiscard]] base::Result<> renew_tls(std::size_t listener, const TlsServerOptions& options);

  // stop closes the listeners, finishes every request that has arrived, at most for `grace`, and returns when the
  // network threads have ended. A reply that comes out of the pool later is dropped. A second call does nothing.
  void stop(std::chrono::milliseconds grace);

  [[nodiscard]] ServerCounts counts() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yuxin::http
