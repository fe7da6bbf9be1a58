#include "yuxin/http/ntp.hpp"
#include "need.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

using namespace yuxin;
using base::Bytes;
using base::Code;
using http::ask_ntp;
using http::NtpMoments;
using http::read_ntp_answer;

namespace {

constexpr std::uint64_t kToken = 0x0123456789abcdefULL;
constexpr std::int64_t kSecond = 1'000'000;
// 2026-11-22T10:04:11Z is 4004330651 seconds after 1900: 1795341851 + 2208988800.
constexpr std::int64_t kNow = 1'795'341'851 * kSecond;
constexpr std::uint64_t kNowNtp = 4'004'330'651ULL << 32U;
constexpr std::uint64_t kHalf = 1ULL << 31U;  // half a second

void put(Bytes& packet, std::size_t at, std::uint64_t value, std::size_t octets) {
  for (std::size_t i = 0; i < octets; ++i)
    packet[at + i] = static_cast<std::uint8_t>(value >> (8 * (octets - 1 - i)));
}

// Answer is a good answer of a stratum 2 server; a test spoils one thing.
struct Answer {
  std::uint8_t first = 0x24;  // no leap warning, version 4, server
  std::uint8_t stratum = 2;
  std::uint32_t root_delay = 0x0000'2000;       // 1/8 s
  std::uint32_t root_dispersion = 0x0000'1000;  // 1/16 s
  std::uint64_t origin = kToken;
  std::uint64_t receive = kNowNtp;
  std::uint64_t transmit = kNowNtp;
  [[nodiscard]] Bytes packet() const {
    Bytes octets(48);
    octets[0] = first;
    octets[1] = stratum;
    put(octets, 4, root_delay, 4);
    put(octets, 8, root_dispersion, 4);
    put(octets, 24, origin, 8);
    put(octets, 32, receive, 8);
    put(octets, 40, transmit, 8);
    return octets;
  }
};

std::optional<Code> code_of(const Answer& answer, const NtpMoments& moments = {kNow, kNow}) {
  const auto reading = read_ntp_answer(answer.packet(), kToken, moments);
  return reading ? std::nullopt : std::optional(reading.error().code);
}

class SteadyClock final : public base::Clock {
 public:
  [[nodiscard]] base::UnixTime now() const override { return {kNow / kSecond}; }
};

// UdpServer answers each packet with what the test says.
class UdpServer {
 public:
  explicit UdpServer(std::function<std::vector<Bytes>(const Bytes&)> says) : says_(std::move(says)) {
    socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
    const timeval wait{0, 20'000};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  UdpServer(const UdpServer&) = delete;
  UdpServer& operator=(const UdpServer&) = delete;
  ~UdpServer() {
    thread_.request_stop();
    thread_.join();
    ::close(socket_);
  }
  std::uint16_t port = 0;

 private:
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      Bytes room(512);
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t octets =
          ::recvfrom(socket_, room.data(), room.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (octets < 0) continue;
      room.resize(static_cast<std::size_t>(octets));
      for (const Bytes& answer : says_(room))
        ::sendto(socket_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }
  std::function<std::vector<Bytes>(const Bytes&)> says_;
  int socket_ = -1;
  std::jthread thread_;
};

// answer_to repeats the transmit timestamp of a request.
Bytes answer_to(const Bytes& request, Answer answer = {}) {
  Bytes packet = answer.packet();
  std::copy_n(request.begin() + 40, 8, packet.begin() + 24);
  return packet;
}

}  // namespace

TEST_CASE("a request is a client's packet of version 4 and tells nothing but the token") {
  const auto packet = http::make_ntp_request(kToken);
  CHECK(packet[0] == 0x23);  // RFC 5905 section 7.3: leap 0, version 4, mode 3
  for (std::size_t i = 1; i < 40; ++i) CHECK(packet.at(i) == 0);
  CHECK(base::hex(base::ByteView(packet).subspan(40)) == "0123456789abcdef");
}

TEST_CASE("offset and error are those of RFC 5905 section 8") {
  Answer answer;
  // ((T2 - T1) + (T3 - T4)) / 2 with T1 = now, T2 = now + 2.5 s, T3 = now + 3 s, T4 = now + 1.5 s: 2 s; on the way 1
  // s
  answer.receive = kNowNtp + 5 * kHalf;
  answer.transmit = kNowNtp + 6 * kHalf;
  const auto reading = read_ntp_answer(answer.packet(), kToken, {kNow, kNow + 3 * kSecond / 2});
  REQUIRE(reading);
  CHECK(reading->offset == 2 * kSecond);
  // half of the way, half of the root delay, the root dispersion
  CHECK(reading->error == kSecond / 2 + kSecond / 16 + kSecond / 16);
  CHECK(reading->stratum == 2);
}

TEST_CASE("times after 2036, when the seconds begin anew, are of the era that is nearest") {
  // 2036-02-07T06:28:16Z is second 0 of era 1: 2085978496
  constexpr std::int64_t kEra1 = 2'085'978'496 * kSecond;
  Answer answer;
  answer.receive = answer.transmit = kHalf;  // half a second into it
  CHECK(read_ntp_answer(answer.packet(), kToken, {kEra1, kEra1})->offset == kSecond / 2);
  CHECK(read_ntp_answer(answer.packet(), kToken, {kEra1 - kSecond, kEra1 - kSecond})->offset == 3 * kSecond / 2);
  answer.receive = answer.transmit = 0xffff'ffffULL << 32U;  // the last second of era 0
  CHECK(read_ntp_answer(answer.packet(), kToken, {kEra1, kEra1})->offset == -kSecond);
}

TEST_CASE("what is no answer to the request is malformed") {
  CHECK_FALSE(code_of({}));
  Answer stranger;
  stranger.origin = kToken + 1;
  CHECK(code_of(stranger) == Code::kMalformed);
  for (const std::uint8_t first : std::initializer_list<std::uint8_t>{0x23, 0x25, 0x26, 0x27, 0x14, 0x2c,
                                                                      0x3c}) {  // modes 3, 5, 6, 7; versions 2, 5, 7
    Answer answer;
    answer.first = first;
    CHECK(code_of(answer) == Code::kMalformed);
  }
  Answer version3;
  version3.first = 0x1c;
  CHECK_FALSE(code_of(version3));
  Answer no_receive;
  no_receive.receive = 0;
  CHECK(code_of(no_receive) == Code::kMalformed);
  Answer no_transmit;
  no_transmit.transmit = 0;
  CHECK(code_of(no_transmit) == Code::kMalformed);
  Answer backwards;
  backwards.transmit = kNowNtp - 1;
  CHECK(code_of(backwards) == Code::kMalformed);
  Answer too_long;  // the server had it for longer than we waited
  too_long.transmit = kNowNtp + kHalf;
  CHECK(code_of(too_long) == Code::kMalformed);
  Bytes cut = Answer{}.packet();
  cut.pop_back();
  CHECK(yuxin::test::error_of(read_ntp_answer(cut, kToken, {kNow, kNow})).code == Code::kMalformed);
  CHECK(yuxin::test::error_of(read_ntp_answer({}, kToken, {kNow, kNow})).code == Code::kMalformed);
}

TEST_CASE("a server without time says so and is not believed") {
  Answer alarm;
  alarm.first = 0xe4;
  CHECK(code_of(alarm) == Code::kUnavailable);
  Answer kiss;  // of death: RFC 5905 section 7.4
  kiss.stratum = 0;
  CHECK(code_of(kiss) == Code::kUnavailable);
  Answer far;
  far.stratum = 16;
  CHECK(code_of(far) == Code::kUnavailable);
  Answer distant;
  distant.root_dispersion = 0x0001'0000;  // a whole second
  CHECK(code_of(distant) == Code::kUnavailable);
  Answer leap;  // a leap second is announced: nothing wrong
  leap.first = 0x64;
  CHECK_FALSE(code_of(leap));
}

TEST_CASE("a server is asked over UDP, and strangers' packets are passed over") {
  UdpServer server([](const Bytes& request) -> std::vector<Bytes> {
    Answer forged;
    forged.receive = forged.transmit = kNowNtp + 1000 * kHalf;
    return {Bytes{1, 2, 3}, forged.packet(), answer_to(request)};
  });
  const SteadyClock clock;
  const auto reading = ask_ntp("127.0.0.1", server.port, clock, std::chrono::seconds(20));
  REQUIRE(reading);
  CHECK(reading->offset == 0);
}

TEST_CASE("silence and a closed port are unavailable") {
  const SteadyClock clock;
  std::uint16_t closed = 0;
  {
    UdpServer silent([](const Bytes&) { return std::vector<Bytes>(); });
    closed = silent.port;
    const auto nothing = ask_ntp("127.0.0.1", silent.port, clock, std::chrono::milliseconds(100));
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error().code == Code::kUnavailable);
  }
  CHECK(yuxin::test::error_of(ask_ntp("127.0.0.1", closed, clock, std::chrono::milliseconds(500))).code ==
        Code::kUnavailable);
}

TEST_CASE("addresses of time servers") {
  const auto plain = http::parse_ntp_address("ntp://time.city.example");
  REQUIRE(plain);
  CHECK(plain->host == "time.city.example");
  CHECK(plain->port == 123);
  CHECK(http::parse_ntp_address("ntp://192.0.2.1:1123")->port == 1123);
  CHECK(http::parse_ntp_address("ntp://[2001:db8::1]:1123")->host == "2001:db8::1");
  CHECK(http::parse_ntp_address("ntp://[2001:db8::1]")->port == 123);
  for (const char* wrong :
       {"", "kernel", "ntp://", "ntp://:123", "ntp://a:", "ntp://a:0", "ntp://a:65536", "ntp://a/b", "ntp://a b",
        "http://a", "ntp://[::1", "ntp://[]", "ntp://a:1x", "ntp://[::1]x"}) {
    CAPTURE(wrong);
    CHECK_FALSE(http::parse_ntp_address(wrong));
  }
}
