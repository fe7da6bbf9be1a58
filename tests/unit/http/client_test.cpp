#include "yuxin/http/client.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include "loopback.hpp"

using namespace yuxin;
using namespace yuxin::test;
using base::Code;

namespace {

// ScriptedServer takes one connection, reads a request head, and sends what it was told.
class ScriptedServer {
 public:
  enum class Afterwards { kClose, kStay };

  explicit ScriptedServer(std::string answer, Afterwards afterwards = Afterwards::kClose)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
        answer_(std::move(answer)),
        afterwards_(afterwards) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 4) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    thread_.request_stop();
    ::shutdown(listener_, SHUT_RDWR);  // wakes accept
    thread_.join();
    ::close(listener_);
  }
  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  void serve(const std::stop_token& stop) {
    const int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0) return;
    std::string request;
    char chunk[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::recv(socket, chunk, sizeof chunk, 0);
      if (got <= 0) break;
      request.append(chunk, static_cast<std::size_t>(got));
    }
    static_cast<void>(::send(socket, answer_.data(), answer_.size(), MSG_NOSIGNAL));
    while (afterwards_ == Afterwards::kStay && !stop.stop_requested()) std::this_thread::sleep_for(milliseconds(5));
    ::close(socket);
  }

  int listener_;
  std::string answer_;
  Afterwards afterwards_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

http::ClientOptions patient() {
  http::ClientOptions options;
  options.time_limit = kPatience;
  return options;
}

std::string body(const base::Result<http::ClientReply>& reply) {
  return reply ? std::string(base::as_text(reply->body)) : "no reply: " + reply.error().detail;
}

std::string url_of(const TestServer& test, const std::string& path) {
  return "http://127.0.0.1:" + std::to_string(test.port()) + path;
}

}  // namespace

TEST_CASE("get and post bring status, type and body") {
  TestServer test;
  test.service.later = [](const base::HttpRequest& request) {
    return text_reply(std::string(request.method) + " " + std::string(request.target) + " " +
                          std::string(request.content_type) + " " + std::string(request.accept) + " " +
                          std::string(base::as_text(request.body)),
                      request.target == "/missing" ? 404 : 200);
  };
  test.start();
  auto options = patient();
  options.accept = "application/ocsp-response";
  const auto got = http::get(url_of(test, "/a//b?c#d"), options);
  REQUIRE(got);
  CHECK(got->status == 200);
  CHECK(got->content_type == "text/plain");
  CHECK(body(got) == "GET /a//b?c  application/ocsp-response ");
  CHECK(body(http::post(url_of(test, "/x"), "q/r", base::as_bytes("octets"), patient())) == "POST /x q/r  octets");
  CHECK(body(http::post(url_of(test, "/x"), "q/r", {}, patient())) == "POST /x q/r  ");
  CHECK(http::get(url_of(test, "/missing"), patient())->status == 404);
}

TEST_CASE("answers of every framing are read (RFC 9112 section 6)") {
  const std::string chunked = "Transfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n5;x=y\r\npedia\r\n0\r\nT: u\r\n\r\n";
  CHECK(body(http::get(ScriptedServer("HTTP/1.1 200 OK\r\n" + chunked).url(), patient())) == "Wikipedia");
  CHECK(body(http::get(ScriptedServer("HTTP/1.1 200 OK\r\n\r\nto the end").url(), patient())) == "to the end");
  CHECK(body(http::get(ScriptedServer("HTTP/1.0 200 \r\nContent-Length: 2\r\n\r\nok").url(), patient())) == "ok");
  CHECK(body(http::get(ScriptedServer("HTTP/1.1 204 No Content\r\n\r\n").url(), patient())).empty());
  // Does not wait for the end where the length is known.
  const ScriptedServer staying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", ScriptedServer::Afterwards::kStay);
  CHECK(body(http::get(staying.url(), patient())) == "ok");
}

TEST_CASE("interim answers are skipped (RFC 9110 section 15.2)") {
  const ScriptedServer server(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
      "2\r\n\r\nok");
  CHECK(body(http::get(server.url(), patient())) == "ok");
}

TEST_CASE("what is no answer is malformed") {
  for (const char* answer : {"garbage", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
                             "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWi",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
                             "HTTP/1.1 200 OK\r\nNo colon\r\n\r\n", "HTTP/1.1 200 O"}) {
    CAPTURE(answer);
    const auto reply = http::get(ScriptedServer(answer).url(), patient());
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == Code::kMalformed);
  }
}

TEST_CASE("a server that hangs up without a word gave no answer, and may give one later") {
  const auto reply = http::get(ScriptedServer("").url(), patient());
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == Code::kUnavailable);
}

TEST_CASE("an answer beyond the limit is refused, whatever it announces") {
  auto options = patient();
  options.size_limit = 10;
  const std::string eleven = "12345678901";
  for (const std::string& fields :
       {std::string("Content-Length: 11\r\n\r\n" + eleven), std::string("\r\n" + eleven),
        std::string("Transfer-Encoding: chunked\r\n\r\nb\r\n" + eleven + "\r\n0\r\n\r\n")}) {
    CAPTURE(fields);
    const auto reply = http::get(ScriptedServer("HTTP/1.1 200 OK\r\n" + fields).url(), options);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == Code::kRefused);
  }
  CHECK(body(http::get(ScriptedServer("HTTP/1.1 200 OK\r\n\r\n1234567890").url(), options)) == "1234567890");
}

TEST_CASE("a server that does not answer in time is unavailable") {
  auto options = patient();
  options.time_limit = milliseconds(200);
  for (const char* answer : {"", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"}) {
    const ScriptedServer silent(answer, ScriptedServer::Afterwards::kStay);
    const auto reply = http::get(silent.url(), options);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == Code::kUnavailable);
  }
}

TEST_CASE("a server that is not there is unavailable, an address that is none is a mistake") {
  std::string gone;
  {
    const ScriptedServer server("");
    gone = server.url();
    static_cast<void>(http::get(gone, patient()));
  }
  CHECK(yuxin::test::error_of(http::get(gone, patient())).code == Code::kUnavailable);
  CHECK(yuxin::test::error_of(http::get("http://no-such-host.invalid/", patient())).code == Code::kUnavailable);
  CHECK(yuxin::test::error_of(http::get("ftp://host/", patient())).code == Code::kUsage);
  CHECK(yuxin::test::error_of(http::post("http://127.0.0.1/", "a\r\nInjected: b", {}, patient())).code ==
        Code::kUsage);
}

TEST_CASE("redirects are followed only when asked, and so far") {
  TestServer test;
  test.service.now = [](const base::HttpRequest& request) {
    auto reply = text_reply("at " + std::string(request.target), request.target == "/end" ? 200 : 302);
    if (request.target == "/1") reply.fields.emplace_back("Location", "/2");
    if (request.target == "/2") reply.fields.emplace_back("Location", "/end");
    if (request.target == "/loop") reply.fields.emplace_back("Location", "/loop");
    return reply;
  };
  test.start();
  CHECK(http::get(url_of(test, "/1"), patient())->status == 302);
  auto following = patient();
  following.max_redirects = 2;
  CHECK(body(http::get(url_of(test, "/1"), following)) == "at /end");
  CHECK(yuxin::test::error_of(http::get(url_of(test, "/loop"), following)).code == Code::kRefused);
  CHECK(http::post(url_of(test, "/1"), "a/b", {}, following)->status == 302);
  CHECK(http::get(url_of(test, "/nowhere"), following)->status == 302);
}

TEST_CASE("a server that refuses a long request early is heard") {
  TestServer test;
  test.start();
  const std::string large(3'000'000, 'x');
  const auto reply = http::post(url_of(test, "/"), "a/b", base::as_bytes(large), patient());
  REQUIRE(reply);
  CHECK(reply->status == 413);
}

TEST_CASE("fields of the caller's own are sent, and a call that is stopped ends at once") {
  TestServer server;
  server.service.now = [](const base::HttpRequest& request) -> std::optional<base::HttpReply> {
    return text_reply(request.authorization);
  };
  server.start();
  http::ClientOptions options;
  options.fields = {{"Authorization", "MEUC"}};
  const auto reply = http::post("http://127.0.0.1:" + std::to_string(server.port()) + "/", "text/plain", {}, options);
  REQUIRE(reply);
  CHECK(base::as_text(reply->body) == "MEUC");

  const ScriptedServer silent("", ScriptedServer::Afterwards::kStay);
  std::stop_source stop;
  options.stop = stop.get_token();
  options.time_limit = kPatience;
  const std::jthread later([&] {
    std::this_thread::sleep_for(milliseconds(50));
    stop.request_stop();
  });
  const auto begun = std::chrono::steady_clock::now();
  const auto stopped = http::post(silent.url(), "text/plain", {}, options);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == Code::kUnavailable);
  CHECK(std::chrono::steady_clock::now() - begun < kPatience / 2);
}
