#include "listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace yuxin::http {
namespace {

using base::Code;
using base::fail_with;
using base::Result;

constexpr int kBacklog = 1024;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Result<Address> parse_address(const std::string& text, std::uint16_t port) {
  Address address;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&address.storage, &v4, address.size = sizeof v4);
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&address.storage, &v6, address.size = sizeof v6);
  } else {
    return base::fail(Code::kUsage,
                      "Cannot listen at “{}”: it is no IP address. Give one such as 127.0.0.1, 0.0.0.0 or ::.", text);
  }
  return address;
}

base::Failure cannot_listen(const ListenerOptions& options) {
  const int error = errno;
  const std::string said = base::system_error();
  if (error == EADDRINUSE && !options.port_option.empty()) {
    return fail_with(Code::kUnavailable, said,
                     "Cannot listen at {} port {}: another program does already. Stop it or choose another port: {}",
                     options.address, options.port, options.port_option);
  }
  if (error == EADDRINUSE) {
    return fail_with(Code::kUnavailable, said,
                     "Cannot listen at {} port {}: another program does already. Stop it or choose another port.",
                     options.address, options.port);
  }
  if (error == EACCES || error == EPERM) {
    return fail_with(
        Code::kNotAuthorised, said,
        "Cannot listen at {} port {}: this user may not. Choose a port from 1024 on, or give the program the "
        "right to bind low ports.",
        options.address, options.port);
  }
  if (error == EADDRNOTAVAIL) {
    return fail_with(Code::kUsage, said, "Cannot listen at {}: this machine does not have that address.",
                     options.address);
  }
  return fail_with(Code::kUnavailable, said, "Cannot listen at {} port {}.", options.address, options.port);
}

std::uint16_t port_of(int socket) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (bound.ss_family == AF_INET) {
    std::memcpy(&v4, &bound, sizeof v4);
    return ntohs(v4.sin_port);
  }
  std::memcpy(&v6, &bound, sizeof v6);
  return ntohs(v6.sin6_port);
}

}  // namespace

Result<Listener> open_listener(const ListenerOptions& options) {
  if (options.service == nullptr) return base::fail(Code::kInternal, "A listener has no service.");
  Listener listener;
  TRY(const Address address, parse_address(options.address, options.port));
  if (options.tls) {
    TRY(auto context, make_server_context(*options.tls));
    listener.tls =
        std::make_unique<base::Snapshot<SslContextPtr>>(std::make_shared<const SslContextPtr>(std::move(context)));
  }
  listener.socket = Descriptor(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener.socket) return cannot_listen(options);
  const int fd = listener.socket.get();
  const int on = 1;
  const int off = 0;
  // A server that starts again must not wait for the connections of the one before. SO_REUSEPORT is not set: it would
  // let two servers take one port without either noticing.
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.storage.ss_family == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 ||
      ::listen(fd, kBacklog) != 0) {
    return cannot_listen(options);
  }
  listener.port = port_of(fd);
  listener.service = options.service;
  listener.limits = options.limits;
  return listener;
}

}  // namespace yuxin::http
