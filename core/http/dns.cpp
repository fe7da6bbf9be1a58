#include "yuxin/http/dns.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>

#include "descriptor.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::http {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::Result;
using Steady = std::chrono::steady_clock;

namespace {

constexpr int kAttempts = 3;
constexpr std::size_t kMostDatagram = 4096;
constexpr std::string_view kResolver = "nameserver";

struct Freed {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, Freed>;

base::Failure not_reached(const DnsServer& server) {
  return base::fail_with(Code::kUnavailable, base::system_error(), "The resolver {} cannot be reached.",
                         server.address);
}
base::Failure too_slow(const DnsServer& server) {
  return fail(Code::kUnavailable, "The resolver {} did not answer in time.", server.address);
}

enum class Kind { kDatagram, kStream };

// open connects, so that the kernel drops what comes from anybody else, on a port that nobody can foresee.
Result<Descriptor> open(const DnsServer& server, Kind kind) {
  addrinfo hints{};
  hints.ai_socktype = kind == Kind::kDatagram ? SOCK_DGRAM : SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(server.address.c_str(), std::to_string(server.port).c_str(), &hints, &found);
  if (error != 0) return not_reached(server);
  const AddressList list(found);
  Descriptor socket(::socket(list->ai_family, list->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return not_reached(server);
  const bool connected = ::connect(socket.get(), list->ai_addr, list->ai_addrlen) == 0 || errno == EINPROGRESS;
  if (!connected) return not_reached(server);
  return socket;
}

bool ready(int socket, short events, Steady::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now()).count();
    if (left <= 0) return false;
    pollfd entry{socket, events, 0};
    const int count = ::poll(&entry, 1, static_cast<int>(std::min<long long>(left, 60'000)));
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) return false;
  }
}

std::uint16_t random_id() {
  std::array<std::uint8_t, 2> octets{};
  base::random_bytes(octets);
  return static_cast<std::uint16_t>(octets[0] << 8U | octets[1]);
}

// One datagram, and the first one back that answers it; others may be a stranger's.
Result<DnsAnswer> ask_once(const DnsServer& server, const DnsQuestion& question, Steady::time_point until) {
  const auto id = random_id();
  TRY(const auto query, make_dns_query(id, question));
  TRY(const auto socket, open(server, Kind::kDatagram));
  if (::send(socket.get(), query.data(), query.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(query.size()))
    return not_reached(server);
  Bytes room(kMostDatagram);
  while (ready(socket.get(), POLLIN, until)) {
    const ssize_t octets = ::recv(socket.get(), room.data(), room.size(), 0);
    if (octets < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (octets < 0) return not_reached(server);
    auto answer = read_dns_answer({room.data(), static_cast<std::size_t>(octets)}, id, question);
    if (answer || answer.error().code != Code::kMalformed) return answer;
  }
  return too_slow(server);
}

Result<> send_all(int socket, const DnsServer& server, ByteView octets, Steady::time_point until) {
  while (!octets.empty()) {
    if (!ready(socket, POLLOUT, until)) return too_slow(server);
    const ssize_t sent = ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return not_reached(server);
    if (sent > 0) octets = octets.subspan(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<Bytes> receive(int socket, const DnsServer& server, std::size_t count, Steady::time_point until) {
  Bytes octets(count);
  std::size_t have = 0;
  while (have < count) {
    if (!ready(socket, POLLIN, until)) return too_slow(server);
    const ssize_t got = ::recv(socket, octets.data() + have, count - have, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return not_reached(server);
    if (got > 0) have += static_cast<std::size_t>(got);
  }
  return octets;
}

// RFC 1035 section 4.2.2: by TCP each message has its length before it.
Result<DnsAnswer> ask_by_stream(const DnsServer& server, const DnsQuestion& question, Steady::time_point until) {
  const auto id = random_id();
  TRY(const auto query, make_dns_query(id, question));
  TRY(const auto socket, open(server, Kind::kStream));
  Bytes framed = {static_cast<std::uint8_t>(query.size() >> 8U), static_cast<std::uint8_t>(query.size())};
  base::append(framed, query);
  TRY(send_all(socket.get(), server, framed, until));
  TRY(const auto length, receive(socket.get(), server, 2, until));
  TRY(const auto message,
      receive(socket.get(), server, static_cast<std::size_t>(length[0] << 8U | length[1]), until));
  TRY(auto answer, read_dns_answer(message, id, question));
  if (answer.truncated) return fail(Code::kMalformed, "The resolver {} cuts its answers short.", server.address);
  return answer;
}

bool is_literal(const std::string& text) {
  std::array<unsigned char, 16> octets{};
  return ::inet_pton(AF_INET, text.c_str(), octets.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), octets.data()) == 1;
}

}  // namespace

Result<DnsAnswer> ask_dns(const DnsServer& server, const DnsQuestion& question,
                          std::chrono::milliseconds time_limit) {
  const auto begun = Steady::now();
  const auto until = begun + time_limit;
  Result<DnsAnswer> answer = too_slow(server);
  for (int i = 1; i <= kAttempts; ++i) {
    answer = ask_once(server, question, begun + time_limit * i / (kAttempts + 1));
    if (answer && answer->truncated) return ask_by_stream(server, question, until);
    if (answer || answer.error().code != Code::kUnavailable) return answer;
  }
  return answer;
}

Result<DnsServer> parse_dns_server(std::string_view text) {
  DnsServer server;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    server.address = text.substr(1, end == std::string_view::npos ? 0 : end - 1);
    port = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  } else if (std::ranges::count(text, ':') == 1) {
    server.address = text.substr(0, text.find(':'));
    port = text.substr(text.find(':'));
  } else {
    server.address = text;
  }
  bool good = is_literal(server.address);
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), server.port);
    good = good && port[0] == ':' && error == std::errc{} && end == port.data() + port.size() && server.port != 0;
  }
  if (good) return server;
  return fail(Code::kUsage, "\"{}\" is no address of a resolver; it is a literal address, with or without a port.",
              std::string(text));
}

DnsServer system_dns_server(std::string_view resolv_conf) {
  for (const auto line : base::split(resolv_conf, '\n')) {
    const auto text = base::trim(line);
    if (!text.starts_with(kResolver)) continue;
    std::string address(base::trim(text.substr(kResolver.size())));
    if (is_literal(address)) return {std::move(address), 53};
  }
  return {"127.0.0.1", 53};
}

}  // namespace yuxin::http
