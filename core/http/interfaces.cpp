#include "yuxin/http/interfaces.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <array>
#include <cstring>
#include <memory>

namespace yuxin::http {

namespace {

template <typename Address, typename Member>
std::string literal(const sockaddr* from, Member Address::* member) {
  Address address{};
  std::memcpy(&address, from, sizeof(address));
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto* const found = ::inet_ntop(from->sa_family, &(address.*member), text.data(), text.size());
  return found == nullptr ? std::string() : std::string(found);
}

}  // namespace

std::set<std::string> own_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> list(first, &::freeifaddrs);
  std::set<std::string> own;
  for (const auto* one = list.get(); one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    if (one->ifa_addr->sa_family == AF_INET) own.insert(literal(one->ifa_addr, &sockaddr_in::sin_addr));
    if (one->ifa_addr->sa_family == AF_INET6) own.insert(literal(one->ifa_addr, &sockaddr_in6::sin6_addr));
  }
  return own;
}

}  // namespace yuxin::http
