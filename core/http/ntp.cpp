#include "yuxin/http/ntp.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <memory>

#include "descriptor.hpp"
#include "yuxin/base/secret.hpp"

namespace yuxin::http {

namespace {

using base::Code;
using base::fail;
using base::Result;
using Steady = std::chrono::steady_clock;

// Offsets of the packet header (RFC 5905 section 7.3).
constexpr std::size_t kStratum = 1;
constexpr std::size_t kRootDelay = 4;
constexpr std::size_t kRootDispersion = 8;
constexpr std::size_t kOrigin = 24;
constexpr std::size_t kReceive = 32;
constexpr std::size_t kTransmit = 40;

constexpr std::uint8_t kVersion4Client = 0x23;  // no leap warning, version 4, mode 3
constexpr unsigned kServerMode = 4;
constexpr unsigned kLeapAlarm = 3;
constexpr int kFarthestStratum = 15;
constexpr std::int64_t kMicroseconds = 1'000'000;
constexpr std::int64_t kSecondsFrom1900 = 2'208'988'800;

std::uint64_t number(base::ByteView packet, std::size_t at, std::size_t octets) {
  std::uint64_t value = 0;
  for (const std::uint8_t octet : packet.subspan(at, octets)) value = (value << 8U) | octet;
  return value;
}

// A timestamp counts seconds since 1900 modulo 2^32, and 2^-32 seconds. The era is the one that brings it nearest to
// `near` (RFC 5905 section 6).
std::int64_t microseconds(std::uint64_t timestamp, std::int64_t near) {
  const auto seconds = static_cast<std::uint32_t>(timestamp >> 32U);
  const auto fraction = static_cast<std::uint32_t>(timestamp);
  const std::int64_t near_seconds = near / kMicroseconds + kSecondsFrom1900;
  const auto distance = static_cast<std::int32_t>(seconds - static_cast<std::uint32_t>(near_seconds));
  const std::int64_t whole = near_seconds + distance - kSecondsFrom1900;
  return whole * kMicroseconds + static_cast<std::int64_t>((std::uint64_t{fraction} * kMicroseconds) >> 32U);
}

// A short format number: 16 bits of seconds, 16 of fraction.
std::int64_t short_microseconds(std::uint64_t value) {
  return static_cast<std::int64_t>((value * kMicroseconds) >> 16U);
}

base::Failure no_answer() {
  return fail(Code::kMalformed, "What came back is no answer of a time server to our question.");
}

Result<> check_server(base::ByteView answer) {
  const int stratum = answer[kStratum];
  const std::int64_t distance =
      short_microseconds(number(answer, kRootDelay, 4)) / 2 + short_microseconds(number(answer, kRootDispersion, 4));
  if (stratum == 0) return fail(Code::kUnavailable, "The time server wants to be asked less often.");
  if (answer[0] >> 6U == kLeapAlarm || stratum > kFarthestStratum || distance > kMicroseconds)
    return fail(Code::kUnavailable, "The time server says that its own clock is not synchronised.");
  return {};
}

struct Freed {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, Freed>;

Result<AddressList> resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    return base::fail_with(Code::kUnavailable, ::gai_strerror(error),
                           "The name {} cannot be resolved. Check the name and the network.", host);
  }
  return AddressList(found);
}

// connected: the kernel then drops what comes from anybody else.
Descriptor connected(const addrinfo* list) {
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    Descriptor socket(::socket(at->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket && ::connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0) return socket;
  }
  return {};
}

bool readable(int socket, Steady::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now()).count();
    if (left <= 0) return false;
    pollfd entry{socket, POLLIN, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::min<long long>(left, 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

}  // namespace

NtpPacket make_ntp_request(std::uint64_t token) {
  NtpPacket packet{};
  packet[0] = kVersion4Client;
  for (std::size_t i = 0; i < 8; ++i) packet[kTransmit + i] = static_cast<std::uint8_t>(token >> (56U - 8U * i));
  return packet;
}

Result<NtpReading> read_ntp_answer(base::ByteView answer, std::uint64_t token, const NtpMoments& moments) {
  if (answer.size() < std::tuple_size_v<NtpPacket>) return no_answer();
  const unsigned version = answer[0] >> 3U & 7U;
  const unsigned mode = answer[0] & 7U;
  if (mode != kServerMode || version < 3 || version > 4) return no_answer();
  if (number(answer, kOrigin, 8) != token || moments.received < moments.sent) return no_answer();
  TRY(check_server(answer));
  const std::uint64_t receive = number(answer, kReceive, 8);
  const std::uint64_t transmit = number(answer, kTransmit, 8);
  if (receive == 0 || transmit == 0) return no_answer();
  const std::int64_t arrived = microseconds(receive, moments.sent);
  const std::int64_t left = microseconds(transmit, moments.received);
  const std::int64_t on_the_way = (moments.received - moments.sent) - (left - arrived);
  if (left < arrived || on_the_way < 0) return no_answer();

  NtpReading reading;
  reading.offset = ((arrived - moments.sent) + (left - moments.received)) / 2;
  reading.error = on_the_way / 2 + short_microseconds(number(answer, kRootDelay, 4)) / 2 +
                  short_microseconds(number(answer, kRootDispersion, 4));
  reading.stratum = answer[kStratum];
  return reading;
}

Result<NtpReading> ask_ntp(const std::string& host, std::uint16_t port, const base::Clock& clock,
                           std::chrono::milliseconds time_limit) {
  const auto until = Steady::now() + time_limit;
  TRY(const AddressList addresses, resolve(host, port));
  const Descriptor socket = connected(addresses.get());
  if (!socket) {
    return base::fail_with(Code::kUnavailable, base::system_error(), "The time server {} cannot be reached.", host);
  }
  base::Bytes random(8);
  base::random_bytes(random);
  const std::uint64_t token = number(random, 0, 8) | 1U;  // an answer that repeats zeros is no repetition
  const NtpPacket request = make_ntp_request(token);
  NtpMoments moments{clock.now_microseconds(), 0};
  // our clock may be set while the answer is under way; the span is measured with the one that is not
  const std::int64_t begun = clock.uptime_microseconds();
  if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    return base::fail_with(Code::kUnavailable, base::system_error(), "The time server {} cannot be reached.", host);
  }
  std::array<std::uint8_t, 512> room{};
  while (readable(socket.get(), until)) {
    const ssize_t octets = ::recv(socket.get(), room.data(), room.size(), 0);
    moments.received = moments.sent + (clock.uptime_microseconds() - begun);
    if (octets < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (octets < 0) {
      return base::fail_with(Code::kUnavailable, base::system_error(), "The time server {} cannot be reached.", host);
    }
    auto reading = read_ntp_answer({room.data(), static_cast<std::size_t>(octets)}, token, moments);
    // what is no answer to this request may come from a stranger: the right one may still be under way
    if (reading || reading.error().code != Code::kMalformed) return reading;
  }
  return fail(Code::kUnavailable, "The time server {} did not answer in time.", host);
}

Result<NtpAddress> parse_ntp_address(std::string_view text) {
  const auto refuse = [&] {
    return fail(Code::kUsage, "\"{}\" is no address of a time server; it has the form ntp://host or ntp://host:port.",
                text);
  };
  constexpr std::string_view kScheme = "ntp://";
  if (!text.starts_with(kScheme)) return refuse();
  std::string_view rest = text.substr(kScheme.size());
  NtpAddress address;
  std::string_view port;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return refuse();
    address.host = rest.substr(1, end - 1);
    if (address.host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string::npos) return refuse();
    port = rest.substr(end + 1);
  } else {
    const auto colon = rest.find(':');
    address.host = rest.substr(0, colon);
    const auto strange = std::ranges::find_if(address.host, [](char c) {
      return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-');
    });
    if (strange != address.host.end()) return refuse();
    port = colon == std::string_view::npos ? std::string_view() : rest.substr(colon);
  }
  if (address.host.empty()) return refuse();
  if (port.empty()) return address;
  const auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), address.port);
  if (port[0] != ':' || error != std::errc{} || end != port.data() + port.size() || address.port == 0)
    return refuse();
  return address;
}

}  // namespace yuxin::http
