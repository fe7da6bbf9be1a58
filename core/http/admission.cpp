#include "admission.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace yuxin::http {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
// Connections beyond the limit that are kept for the moment that it takes to refuse them.
constexpr std::size_t kBeingRefused = 64;

bool is_ipv4(const ClientAddress& address) {
  return std::equal(kMapped.begin(), kMapped.end(), address.octets.begin());
}

}  // namespace

ClientAddress ClientAddress::of(const sockaddr_storage& address) {
  ClientAddress client;
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    std::ranges::copy(kMapped, client.octets.begin());
    std::memcpy(client.octets.data() + kMapped.size(), &v4.sin_addr, sizeof v4.sin_addr);
  } else {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    std::memcpy(client.octets.data(), &v6.sin6_addr, client.octets.size());
  }
  return client;
}

std::string ClientAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = is_ipv4(*this);
  ::inet_ntop(v4 ? AF_INET : AF_INET6, octets.data() + (v4 ? kMapped.size() : 0), text.data(), text.size());
  return text.data();
}

ClientAddress ClientAddress::network() const {
  ClientAddress network = *this;
  if (!is_ipv4(*this)) std::fill(network.octets.begin() + 8, network.octets.end(), std::uint8_t{0});
  return network;
}

std::size_t Admission::Hash::operator()(const ClientAddress& address) const {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(address.octets.data()), address.octets.size()});
}

Admission::Verdict Admission::enter(const ClientAddress& client) {
  const std::lock_guard lock(mutex_);
  if (open_ >= limit_ + kBeingRefused) return Verdict::kOverwhelmed;
  ++open_;
  const std::size_t own = ++clients_[client.network()];
  if (own > limit_per_client_) return Verdict::kTooMany;
  return open_ > limit_ ? Verdict::kFull : Verdict::kWelcome;
}

void Admission::leave(const ClientAddress& client) {
  const std::lock_guard lock(mutex_);
  --open_;
  const auto found = clients_.find(client.network());
  if (--found->second == 0) clients_.erase(found);
}

std::size_t Admission::open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

}  // namespace yuxin::http
