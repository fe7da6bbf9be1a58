// Listening sockets.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "descriptor.hpp"
#include "tls_session.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/snapshot.hpp"
#include "yuxin/http/server.hpp"

namespace yuxin::http {

// Listener is a bound address with what is served there. Immutable once the server runs, but for the socket, which
// belongs to the loop that accepts from it, and what it shows of itself to new connections.
struct Listener {
  Descriptor socket;
  std::uint16_t port = 0;
  base::HttpService* service = nullptr;
  ServerLimits limits;
  // octets that large bodies under way have announced
  std::unique_ptr<std::atomic<std::size_t>> large = std::make_unique<std::atomic<std::size_t>>(0);
  std::unique_ptr<base::Snapshot<SslContextPtr>> tls;  // none for plain HTTP
};

// open_listener binds and listens. Errors as Server::start.
[[nodiscard]] base::Result<Listener> open_listener(const ListenerOptions& options);

}  // namespace yuxin::http
