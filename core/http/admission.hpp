// Who may connect.
#pragma once

#include <netinet/in.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace yuxin::http {

// ClientAddress is the address of a client: IPv6, or IPv4 in its mapped form.
struct ClientAddress {
  std::array<std::uint8_t, 16> octets{};

  [[nodiscard]] static ClientAddress of(const sockaddr_storage& address);
  [[nodiscard]] std::string text() const;
  // network is what one customer of a provider holds: the IPv4 address, or the /64 of an IPv6 address.
  [[nodiscard]] ClientAddress network() const;
  friend bool operator==(const ClientAddress&, const ClientAddress&) = default;
};

// Admission counts connections, in all and by client. Thread-safe.
class Admission {
 public:
  enum class Verdict {
    kWelcome,
    kFull,         // beyond the limit of all connections: to be told so and closed
    kTooMany,      // beyond the limit of this client: to be told so and closed
    kOverwhelmed,  // so many that not even that is affordable: to be closed at once, and not counted
  };

  Admission(std::size_t limit, std::size_t limit_per_client) : limit_(limit), limit_per_client_(limit_per_client) {}

  // Every verdict but kOverwhelmed is followed by one `leave`.
  [[nodiscard]] Verdict enter(const ClientAddress& client);
  void leave(const ClientAddress& client);
  [[nodiscard]] std::size_t open() const;

 private:
  struct Hash {
    std::size_t operator()(const ClientAddress& address) const;
  };
  mutable std::mutex mutex_;
  std::unordered_map<ClientAddress, std::size_t, Hash> clients_;
  std::size_t open_ = 0;
  std::size_t limit_;
  std::size_t limit_per_client_;
};

}  // namespace yuxin::http
