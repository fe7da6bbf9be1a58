// Asking a time server (NTP, RFC 5905, in the simple form of RFC 4330).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::http {

// NtpReading is how the clock of a server stands to ours, in microseconds. The true difference lies within `offset`
// plus or minus `error`, as far as the server is right about itself.
struct NtpReading {
  std::int64_t offset = 0;  // server minus ours
  std::int64_t error = 0;   // half of the way there and back, plus what the server says of its own distance to UTC
  int stratum = 0;          // 1: a reference clock; 2 to 15: so many servers away from one
};

using NtpPacket = std::array<std::uint8_t, 48>;

// make_ntp_request is a client's packet of version 4. Its transmit timestamp is no time but `token`, random octets
// that the answer must repeat: that tells nobody what our clock says, and makes an answer hard to guess.
[[nodiscard]] NtpPacket make_ntp_request(std::uint64_t token);

// NtpMoments is when the request went and the answer came by our clock, microseconds since 1970.
struct NtpMoments {
  std::int64_t sent = 0;
  std::int64_t received = 0;
};
// read_ntp_answer is pure. Errors: kMalformed for anything that is no server's answer to this request; kUnavailable
// for a server that says it has no time: leap alarm, stratum 0 (which tells to ask less often) or above 15, or a
// distance from UTC of more than a second. Times are taken in the era that is nearest to ours, so they may be 68
// years apart.
[[nodiscard]] base::Result<NtpReading> read_ntp_answer(base::ByteView answer, std::uint64_t token,
                                                       const NtpMoments& moments);

// ask_ntp sends one request over UDP and takes the first answer that is to it. Errors: kUnavailable when the name
// cannot be resolved or nobody answers in time, and those of read_ntp_answer. Thread-safe. UDP can be forged by
// whoever sits on the way: a server in one's own network is meant.
[[nodiscard]] base::Result<NtpReading> ask_ntp(const std::string& host, std::uint16_t port, const base::Clock& clock,
                                               std::chrono::milliseconds time_limit);

// NtpAddress is "ntp://host[:port]" taken apart; IPv6 addresses stand in brackets. kUsage for anything else.
struct NtpAddress {
  std::string host;
  std::uint16_t port = 123;
};
[[nodiscard]] base::Result<NtpAddress> parse_ntp_address(std::string_view text);

}  // namespace yuxin::http
