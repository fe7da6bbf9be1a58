// A server on a free port and a client that sends whatever it is told, for the tests of core/http.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "yuxin/http/server.hpp"

namespace yuxin::test {

using std::chrono::milliseconds;

// Waits in tests are long, because machines are slow and busy; they end as soon as what is waited for has happened.
constexpr milliseconds kPatience{30'000};

[[nodiscard]] inline bool eventually(const std::function<bool()>& happened) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (!happened()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

class FixedClock final : public base::Clock {
 public:
  // The date of the examples of RFC 9110 section 5.6.7: Sun, 06 Nov 1994 08:49:37 GMT.
  [[nodiscard]] base::UnixTime now() const override { return {784111777}; }
};

// FakeService answers with what the test sets, and fails where it sets nothing.
class FakeService final : public base::HttpService {
 public:
  std::function<std::optional<base::HttpReply>(const base::HttpRequest&)> now;
  std::function<base::HttpReply(const base::HttpRequest&)> later;
  std::function<std::optional<base::HttpReply>(const base::HttpRequest&)> when_busy;
  std::function<std::size_t(const base::HttpRequest&)> largest;

  std::optional<base::HttpReply> answer_now(const base::HttpRequest& request) override {
    return now ? now(request) : std::nullopt;
  }
  base::HttpReply answer(const base::HttpRequest& request) override {
    if (!later) throw std::logic_error("nobody said what to answer later");
    return later(request);
  }
  std::size_t largest_body(const base::HttpRequest& head) override { return largest ? largest(head) : 0; }
  std::optional<base::HttpReply> busy(const base::HttpRequest& request) override {
    return when_busy ? when_busy(request) : std::nullopt;
  }
};

[[nodiscard]] inline base::HttpReply text_reply(std::string_view body, int status = 200) {
  base::HttpReply reply;
  reply.status = status;
  reply.content_type = "text/plain";
  reply.body = base::to_bytes(base::as_bytes(body));
  return reply;
}

// TestServer serves one FakeService at 127.0.0.1. Change `options` before `start`.
class TestServer {
 public:
  explicit TestServer(std::size_t pool_threads = 2, std::size_t pool_queue = 64) : pool(pool_threads, pool_queue) {
    options.pool = &pool;
    options.clock = &clock;
    options.listeners.emplace_back();
    options.listeners.front().service = &service;
  }
  void start() {
    auto started = http::Server::start(std::move(options));
    if (!started) throw std::runtime_error(started.error().detail + " " + started.error().diagnostic);
    server = *std::move(started);
  }
  [[nodiscard]] http::ServerLimits& limits() { return options.listeners.front().limits; }
  [[nodiscard]] std::uint16_t port() const { return server->bound_port(); }

  FakeService service;
  FixedClock clock;
  base::Pool pool;
  http::ServerOptions options;
  std::unique_ptr<http::Server> server;  // goes before the pool: jobs of the pool may outlive it
};

struct Reply {
  int status = 0;  // 0: there was none
  std::string head;
  std::string body;
  [[nodiscard]] bool has(std::string_view line) const {
    return head.find(std::string(line) + "\r\n") != std::string::npos;
  }
  [[nodiscard]] bool has_field(std::string_view name) const {
    return head.find("\r\n" + std::string(name) + ":") != std::string::npos;
  }
};

// RawClient is a TCP connection without any opinion about HTTP.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { close(); }

  [[nodiscard]] bool connected() const { return connected_; }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  void finish_sending() { ::shutdown(socket_, SHUT_WR); }

  // send says whether the other end still took everything.
  bool send(std::string_view octets) {
    while (!octets.empty()) {
      const ssize_t sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // receive adds to `pending_`; false at the end, on a reset, or when patience is over.
  bool receive() {
    pollfd entry{socket_, POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(kPatience.count())) <= 0) return false;
    char chunk[65536];
    const ssize_t got = ::recv(socket_, chunk, sizeof chunk, 0);
    if (got <= 0) return false;
    pending_.append(chunk, static_cast<std::size_t>(got));
    return true;
  }
  enum class Body { kByLength, kNone };
  // read_reply takes one reply from the connection.
  Reply read_reply(Body body = Body::kByLength) {
    Reply reply;
    std::size_t end = 0;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return reply;
    }
    reply.head = pending_.substr(0, end + 2);
    pending_.erase(0, end + 4);
    reply.status = std::atoi(reply.head.c_str() + 9);
    const auto field = reply.head.find("\r\nContent-Length: ");
    if (body == Body::kNone || field == std::string::npos) return reply;
    const auto length = static_cast<std::size_t>(std::strtoull(reply.head.c_str() + field + 18, nullptr, 10));
    while (pending_.size() < length && receive()) {
    }
    reply.body = pending_.substr(0, length);
    pending_.erase(0, length);
    return reply;
  }
  Reply ask(std::string_view octets) {
    send(octets);
    return read_reply();
  }
  // read_to_end gives everything until the server closes.
  std::string read_to_end() {
    while (receive()) {
    }
    return std::exchange(pending_, {});
  }
  // closed_by_server waits for the end, and says that nothing came before it.
  bool closed_by_server() {
    const auto begun = std::chrono::steady_clock::now();
    return read_to_end().empty() && std::chrono::steady_clock::now() - begun < kPatience;
  }

 private:
  int socket_;
  bool connected_ = false;
  std::string pending_;
};

inline const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

[[nodiscard]] inline std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}
[[nodiscard]] inline std::string post(const std::string& target, const std::string& body) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace yuxin::test
