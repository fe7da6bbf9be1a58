#include "yuxin/http/server.hpp"

#include <doctest/doctest.h>

#include "yuxin/base/file.hpp"

#include <filesystem>
#include <fstream>
#include <latch>

#include "loopback.hpp"

using namespace yuxin;
using namespace yuxin::test;

namespace {

std::string echo(const base::HttpRequest& request) {
  return std::string(request.method) + " " + std::string(request.target) + " " +
         std::string(base::as_text(request.body));
}

// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "yuxin-http-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name) << content;
    return (path_ / name).string();
  }
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string varied(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 31 % 23);
  return text;
}

}  // namespace

TEST_CASE("a built reply has status, date, type, length and fields") {
  TestServer test;
  test.service.now = [](const base::HttpRequest&) {
    auto reply = text_reply("hello", 404);
    reply.fields.emplace_back("X-Field", "value");
    return reply;
  };
  test.start();
  RawClient client(test.port());
  const Reply reply = client.ask(kGet);
  CHECK(reply.head.starts_with("HTTP/1.1 404 Not Found\r\n"));
  CHECK(reply.has("Date: Sun, 06 Nov 1994 08:49:37 GMT"));
  CHECK(reply.has("Content-Type: text/plain"));
  CHECK(reply.has("Content-Length: 5"));
  CHECK(reply.has("X-Field: value"));
  CHECK(reply.body == "hello");
}

TEST_CASE("shared content is sent as it was laid out, with a date") {
  TestServer test;
  auto content = std::make_shared<base::HttpContent>();
  content->body = base::to_bytes(base::as_bytes("octets"));
  content->fields = "Content-Type: application/ocsp-response\r\nContent-Length: 6\r\nETag: \"1\"\r\n";
  test.service.now = [content](const base::HttpRequest&) {
    base::HttpReply reply;
    reply.shared = content;
    return reply;
  };
  test.start();
  RawClient client(test.port());
  for (int i = 0; i < 3; ++i) {
    const Reply reply = client.ask(kGet);
    CHECK(reply.head ==
          "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: application/ocsp-response\r\n"
          "Content-Length: 6\r\nETag: \"1\"\r\n");
    CHECK(reply.body == "octets");
  }
}

TEST_CASE("what the client has already is not sent again (RFC 9110 sections 13.1.2 and 15.4.5)") {
  const auto content = std::make_shared<base::HttpContent>();
  content->body = base::to_bytes(base::as_bytes("octets"));
  content->fields =
      "Content-Type: application/ocsp-response\r\nContent-Length: 6\r\nCache-Control: max-age=60\r\nETag: "
      "\"1,a\"\r\n";
  const auto built = [] {
    auto reply = text_reply("octets");
    reply.fields = {{"ETag", "\"1,a\""}, {"Cache-Control", "max-age=60"}, {"X-Field", "value"}};
    return reply;
  };
  const auto shared = [content] {
    base::HttpReply reply;
    reply.shared = content;
    return reply;
  };
  TestServer test;
  test.service.now = [=](const base::HttpRequest& request) -> std::optional<base::HttpReply> {
    if (request.target == "/built") return built();
    if (request.target == "/shared") return shared();
    return std::nullopt;
  };
  test.service.later = [=](const base::HttpRequest&) { return built(); };
  test.start();
  const auto ask = [&](const std::string& method, const std::string& path, const std::string& tags) {
    RawClient client(test.port());
    return client.ask(method + " " + path + " HTTP/1.1\r\nHost: a\r\nIf-None-Match: " + tags +
                      (method == "POST" ? "\r\nContent-Length: 0\r\n\r\n" : "\r\n\r\n"));
  };
  for (const char* path : {"/built", "/shared", "/pool"}) {
    CAPTURE(path);
    for (const char* tags : {"\"1,a\"", "W/\"1,a\"", "*", "\"x\", \"1,a\"", "\"x\",,W/\"1,a\"", " \"1,a\" "}) {
      CAPTURE(tags);
      const Reply reply = ask("GET", path, tags);
      CHECK(reply.head.starts_with("HTTP/1.1 304 Not Modified\r\n"));
      CHECK(reply.has("ETag: \"1,a\""));
      CHECK(reply.has("Cache-Control: max-age=60"));
      CHECK(reply.head.find("Content-") == std::string::npos);
      CHECK_FALSE(reply.has("X-Field: value"));
      CHECK(reply.body.empty());
    }
    for (const char* tags : {"\"1\"", "\"a\"", "1,a", "\"1,a", "w/\"1,a\"", "\"x\" y \"1,a\"", "\"1,A\"", "**", ""}) {
      CAPTURE(tags);
      CHECK(ask("GET", path, tags).body == "octets");
    }
    CHECK(ask("POST", path, "\"1,a\"").body == "octets");
  }
}

TEST_CASE(
    "what has not changed since the client's copy is not sent again: If-Modified-Since, RFC 9110 section 13.1.3") {
  TestServer test;
  test.service.now = [](const base::HttpRequest& request) -> std::optional<base::HttpReply> {
    base::HttpReply reply;
    reply.body = base::to_bytes(base::as_bytes("octets"));
    if (request.target != "/undated") reply.fields = {{"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"}};
    if (request.target == "/tagged") reply.fields.emplace_back("ETag", "\"1\"");
    return reply;
  };
  test.start();
  const auto ask = [&](const std::string& path, const std::string& since, const std::string& more = "") {
    RawClient client(test.port());
    return client.ask("GET " + path + " HTTP/1.1\r\nHost: a\r\nIf-Modified-Since: " + since + "\r\n" + more + "\r\n");
  };
  // the examples of section 5.6.7, and a later date
  for (const char* since : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                            "Sun Nov  6 08:49:37 1994", "Mon, 07 Nov 1994 00:00:00 GMT"}) {
    CAPTURE(since);
    const Reply reply = ask("/dated", since);
    CHECK(reply.head.starts_with("HTTP/1.1 304 Not Modified\r\n"));
    CHECK(reply.has("Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"));
    CHECK(reply.body.empty());
    CHECK(ask("/undated", since).body == "octets");
  }
  for (const char* since : {"Sun, 06 Nov 1994 08:49:36 GMT", "Sun, 06 Nov 1994 08:49:37", "1994-11-06T08:49:37Z",
                            "Sun, 06 Nov 1994 08:49:37 CST", "Sun, 36 Nov 1994 08:49:37 GMT", "yesterday", ""}) {
    CAPTURE(since);
    CHECK(ask("/dated", since).body == "octets");
  }
  // If-None-Match is the better witness
  CHECK(ask("/tagged", "Mon, 07 Nov 1994 00:00:00 GMT", "If-None-Match: \"2\"\r\n").body == "octets");
  CHECK(ask("/tagged", "Sun, 06 Nov 1994 08:49:36 GMT", "If-None-Match: \"1\"\r\n").body.empty());
}

TEST_CASE("a service sees the request as it was sent") {
  TestServer test;
  test.service.later = [](const base::HttpRequest& request) {
    return text_reply(std::string(request.method) + "|" + std::string(request.target) + "|" +
                      std::string(request.content_type) + "|" + std::string(request.authorization) + "|" +
                      std::string(request.accept) + "|" + std::string(base::as_text(request.body)) + "|" +
                      std::string(request.peer) + "|" + std::to_string(request.peer_certificate.size()));
  };
  test.start();
  RawClient client(test.port());
  CHECK(
      client
          .ask(
              "PUT /a//../%2f?b HTTP/1.1\r\nHost: a\r\nContent-Type: x/y\r\nAuthorization: Basic z\r\nAccept: q/r\r\n"
              "Content-Length: 4\r\n\r\nbody")
          .body == "PUT|/a//../%2f?b|x/y|Basic z|q/r|body|127.0.0.1|0");
}

TEST_CASE("a connection serves many requests, until the client wants no more") {
  TestServer test;
  test.service.now = [](const base::HttpRequest& request) { return text_reply(echo(request)); };
  test.start();
  RawClient client(test.port());
  for (int i = 0; i < 50; ++i) {
    const std::string target = "/" + std::to_string(i);
    const Reply reply = client.ask(get(target));
    REQUIRE(reply.body == "GET " + target + " ");
    REQUIRE_FALSE(reply.has_field("Connection"));
  }
  const Reply last = client.ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(last.has("Connection: close"));
  CHECK(client.closed_by_server());
}

TEST_CASE("HTTP/1.0 clients get one reply, or more if they ask for it") {
  TestServer test;
  test.service.now = [](const base::HttpRequest&) { return text_reply("x"); };
  test.start();
  RawClient once(test.port());
  CHECK(once.ask("GET / HTTP/1.0\r\n\r\n").has("Connection: close"));
  CHECK(once.closed_by_server());
  RawClient again(test.port());
  for (int i = 0; i < 3; ++i) {
    CHECK(again.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").has("Connection: keep-alive"));
  }
}

TEST_CASE("requests sent ahead are answered in their order, whoever answers them") {
  TestServer test;
  test.service.now = [](const base::HttpRequest& request) -> std::optional<base::HttpReply> {
    if (request.target.starts_with("/now")) return text_reply(echo(request));
    return std::nullopt;
  };
  test.service.later = [](const base::HttpRequest& request) { return text_reply(echo(request)); };
  test.start();
  RawClient client(test.port());
  std::string all;
  for (int i = 0; i < 30; ++i)
    all += post((i % 3 == 0 ? "/later" : "/now") + std::to_string(i), std::string(200, 'b'));
  client.send(all);
  for (int i = 0; i < 30; ++i) {
    const std::string target = (i % 3 == 0 ? "/later" : "/now") + std::to_string(i);
    REQUIRE(client.read_reply().body == "POST " + target + " " + std::string(200, 'b'));
  }
}

TEST_CASE("HEAD is GET without a body (RFC 9110 section 9.3.2)") {
  TestServer test;
  test.service.now = [](const base::HttpRequest& request) { return text_reply(echo(request)); };
  test.start();
  RawClient client(test.port());
  client.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
  const Reply head = client.read_reply(RawClient::Body::kNone);
  CHECK(head.status == 200);
  CHECK(head.has("Content-Length: 7"));  // of "GET /x "
  CHECK(client.read_reply().body == "GET / ");
}

TEST_CASE("204 and 304 have neither body nor length (RFC 9110 sections 6.4.1 and 8.6)") {
  TestServer test;
  test.service.now = [](const base::HttpRequest& request) {
    return text_reply("never sent", request.target == "/204" ? 204 : 304);
  };
  test.start();
  RawClient client(test.port());
  client.send(get("/204") + get("/304"));
  for (const int status : {204, 304}) {
    const Reply reply = client.read_reply();
    CHECK(reply.status == status);
    CHECK_FALSE(reply.has_field("Content-Length"));
  }
}

TEST_CASE("bodies arrive whole, in chunks too") {
  TestServer test;
  test.service.later = [](const base::HttpRequest& request) { return text_reply(echo(request)); };
  test.start();
  RawClient client(test.port());
  const std::string body = varied(64U << 10U);  // as long as is allowed
  CHECK(client.ask(post("/", body)).body == "POST / " + body);
  CHECK(
      client
          .ask(
              "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n")
          .body == "POST /c Wikipedia");
}

TEST_CASE("a client that asks before it sends a body is told to go on (RFC 9110 section 10.1.1)") {
  TestServer test;
  test.service.now = [](const base::HttpRequest& request) { return text_reply(echo(request)); };
  test.start();
  RawClient client(test.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  CHECK(client.read_reply().head == "HTTP/1.1 100 Continue\r\n");
  CHECK(client.ask("body").body == "POST / body");
  // A body that is too long is refused before it is sent.
  CHECK(client.ask("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n").status ==
        413);
}

TEST_CASE("a service that cannot answer now answers on a thread of the pool") {
  TestServer test;
  std::atomic<std::thread::id> network, worker;
  test.service.now = [&](const base::HttpRequest&) -> std::optional<base::HttpReply> {
    network = std::this_thread::get_id();
    return std::nullopt;
  };
  test.service.later = [&](const base::HttpRequest&) {
    worker = std::this_thread::get_id();
    return text_reply("x");
  };
  test.start();
  RawClient client(test.port());
  CHECK(client.ask(kGet).status == 200);
  CHECK(network.load() != worker.load());
}

TEST_CASE("when the pool is full the client is told 503 or what the service says, and keeps its connection") {
  TestServer test(1, 1);
  std::latch release(1);
  std::atomic<int> begun{0};
  test.service.later = [&](const base::HttpRequest&) {
    ++begun;
    release.wait();
    return text_reply("done");
  };
  test.service.when_busy = [](const base::HttpRequest& request) -> std::optional<base::HttpReply> {
    if (request.target == "/ocsp") return text_reply("try later");
    return std::nullopt;
  };
  test.start();
  RawClient working(test.port());
  working.send(kGet);
  REQUIRE(eventually([&] { return begun == 1; }));
  RawClient waiting(test.port());
  waiting.send(kGet);
  REQUIRE(eventually([&] { return test.pool.waiting() == 1; }));
  RawClient third(test.port());
  for (int i = 0; i < 2; ++i) {
    const Reply reply = third.ask(kGet);
    CHECK(reply.status == 503);
    CHECK(reply.has("Retry-After: 1"));
  }
  CHECK(test.server->counts().busy == 2);
  CHECK(third.ask("GET /ocsp HTTP/1.1\r\nHost: x\r\n\r\n").body == "try later");
  release.count_down();
  CHECK(working.read_reply().body == "done");
  CHECK(waiting.read_reply().body == "done");
  CHECK(third.ask(kGet).body == "done");
}

TEST_CASE("a service that throws is a 500, and the server lives on") {
  TestServer test;
  test.service.now = [](const base::HttpRequest& request) -> std::optional<base::HttpReply> {
    if (request.target == "/now") throw std::runtime_error("bug");
    if (request.target == "/fine") return text_reply("fine");
    return std::nullopt;
  };
  test.start();
  RawClient client(test.port());
  CHECK(client.ask(get("/now")).status == 500);
  CHECK(client.ask(get("/later")).status == 500);
  CHECK(client.ask(get("/fine")).status == 200);
}

TEST_CASE("a field that would break the framing is left out") {
  TestServer test;
  test.service.now = [](const base::HttpRequest&) {
    auto reply = text_reply("x");
    reply.fields = {{"Evil", "a\r\nInjected: b"}, {"E vil", "a"}, {"", "a"}, {"Good", "c"}};
    return reply;
  };
  test.start();
  const Reply reply = RawClient(test.port()).ask(kGet);
  CHECK(reply.head.find("Injected") == std::string::npos);
  CHECK(reply.head.find("vil") == std::string::npos);
  CHECK(reply.has("Good: c"));
}

TEST_CASE("a file is sent as the body, in pieces as the client takes them") {
  const Folder folder;
  const std::string content = varied(5'000'001);
  CHECK_FALSE(folder.write("large.crl", content).empty());
  TestServer test;
  test.service.later = [&](const base::HttpRequest& request) {
    base::HttpReply reply;
    reply.content_type = "application/pkix-crl";
    if (request.target == "/large") reply.file = *base::OpenFile::below(folder / ".", "large.crl");
    return reply;
  };
  test.start();
  RawClient client(test.port(), 4096);
  client.send(get("/large") + "HEAD /large HTTP/1.1\r\nHost: a\r\n\r\n");
  const Reply reply = client.read_reply();
  CHECK(reply.has("Content-Length: 5000001"));
  CHECK(reply.has("Content-Type: application/pkix-crl"));
  CHECK((reply.body == content));
  CHECK(client.read_reply(RawClient::Body::kNone).has("Content-Length: 5000001"));
}

TEST_CASE("large bodies from memory arrive whole at a slow reader") {
  TestServer test;
  const std::string content = varied(3'000'000);
  test.service.now = [&](const base::HttpRequest&) { return text_reply(content); };
  test.start();
  RawClient client(test.port(), 4096);
  client.send(kGet + kGet);
  CHECK((client.read_reply().body == content));
  CHECK((client.read_reply().body == content));
}

TEST_CASE("a client that sends no more still gets its replies") {
  TestServer test;
  test.service.later = [](const base::HttpRequest& request) { return text_reply(echo(request)); };
  test.start();
  RawClient client(test.port());
  client.send(get("/1") + get("/2"));
  client.finish_sending();
  CHECK(client.read_reply().body == "GET /1 ");
  CHECK(client.read_reply().body == "GET /2 ");
  CHECK(client.closed_by_server());
}

TEST_CASE("several listeners and network threads serve many connections at once") {
  TestServer test;
  FakeService other;
  test.service.now = [](const base::HttpRequest&) { return text_reply("first"); };
  other.now = [](const base::HttpRequest&) { return text_reply("second"); };
  test.options.threads = 3;
  test.options.listeners.emplace_back();
  test.options.listeners.back().service = &other;
  test.options.listeners.back().address = "0.0.0.0";
  test.start();
  REQUIRE(test.server->bound_port(0) != test.server->bound_port(1));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < 60; ++i) clients.push_back(std::make_unique<RawClient>(test.server->bound_port(i % 2)));
  for (int round = 0; round < 3; ++round) {
    for (auto& client : clients) client->send(kGet);
    for (std::size_t i = 0; i < clients.size(); ++i) {
      REQUIRE(clients[i]->read_reply().body == (i % 2 == 0 ? "first" : "second"));
    }
  }
  const auto counts = test.server->counts();
  CHECK(counts.connections == 60);
  CHECK(counts.open == 60);
  CHECK(counts.requests == 180);
  clients.clear();
  CHECK(eventually([&] { return test.server->counts().open == 0; }));
}

TEST_CASE("what cannot be listened at is refused with the reason") {
  base::Pool pool(1, 1);
  FixedClock clock;
  FakeService service;
  const auto start = [&](const std::string& address, std::uint16_t port) {
    http::ServerOptions options;
    options.pool = &pool;
    options.clock = &clock;
    options.listeners.emplace_back();
    options.listeners.front().service = &service;
    options.listeners.front().address = address;
    options.listeners.front().port = port;
    return http::Server::start(std::move(options));
  };
  for (const char* address : {"", "localhost.", "256.0.0.1", "127.0.0.1:80", "192.0.2.1"}) {
    CAPTURE(address);
    const auto server = start(address, 0);
    REQUIRE_FALSE(server);
    CHECK(server.error().code == base::Code::kUsage);
  }
  const auto first = start("127.0.0.1", 0);
  REQUIRE(first);
  const auto second = start("127.0.0.1", (*first)->bound_port());
  REQUIRE_FALSE(second);
  CHECK(second.error().code == base::Code::kUnavailable);
}
