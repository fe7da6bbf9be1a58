// Clients that ask too much, too slowly, or for something else: each is cut off, and nobody else notices.
#include <doctest/doctest.h>

#include <vector>

#include "loopback.hpp"

using namespace yuxin;
using namespace yuxin::test;

namespace {

// A server whose every answer is "fine", with times that tests can wait for.
struct Quick : TestServer {
  explicit Quick(milliseconds time = milliseconds(300)) {
    service.now = [](const base::HttpRequest&) { return text_reply("fine"); };
    limits().head_time = limits().body_time = limits().idle_time = limits().write_time = time;
    limits().handshake_time = time;
  }
  // Another client is served as ever.
  [[nodiscard]] bool serves() const { return RawClient(port()).ask(kGet).body == "fine"; }
};

}  // namespace

TEST_CASE("oversized heads and bodies are refused, and the client reads why while it is still sending") {
  Quick test(milliseconds(20'000));
  test.start();
  struct Case {
    std::string request;
    int status;
  };
  const std::vector<Case> cases = {
      {"GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n", 431},
      {post("/", std::string((64U << 10U) + 1, 'a')), 413},
      {post("/", std::string(2'000'000, 'a')), 413},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n" + std::string(0x100000, 'a'),
       413},
      {"GET / HTTP/2.0\r\n\r\n", 505},
      {"GET / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n", 417},
      {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"GET / HTTP/1.1\r\n\r\n", 400},
  };
  for (const Case& each : cases) {
    CAPTURE(each.status);
    RawClient client(test.port());
    client.send(each.request);
    client.finish_sending();
    const Reply reply = client.read_reply();
    CHECK(reply.status == each.status);
    CHECK(reply.has("Connection: close"));
    CHECK(reply.has("Content-Type: application/problem+json"));
    CHECK(client.closed_by_server());
  }
  CHECK(test.server->counts().malformed == cases.size());
  CHECK(test.serves());
}

TEST_CASE("a large body is taken where the service allows it, before it is sent, and within a sum") {
  Quick test(milliseconds(20'000));
  constexpr std::size_t kLarge = 1U << 20U;
  test.limits().large_body = kLarge;
  test.limits().large_bodies = kLarge + kLarge / 2;
  std::atomic<int> asked{0};
  test.service.largest = [&](const base::HttpRequest& head) -> std::size_t {
    ++asked;
    return head.path() == "/acts" && head.body.empty() ? kLarge : 0;
  };
  test.service.now = [](const base::HttpRequest& request) { return text_reply(std::to_string(request.body.size())); };
  test.start();
  const std::string large(kLarge, 'a');
  CHECK(RawClient(test.port()).ask(post("/acts", "small")).body == "5");
  CHECK(asked == 0);
  CHECK(RawClient(test.port()).ask(post("/acts", large)).body == std::to_string(kLarge));
  CHECK(RawClient(test.port()).ask(post("/other", large)).status == 413);
  CHECK(RawClient(test.port()).ask(post("/acts", large + "a")).status == 413);
  const std::string chunked = " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n40000\r\n" +
                              std::string(0x40000, 'a') + "\r\n0\r\n\r\n";
  CHECK(RawClient(test.port()).ask("POST /acts" + chunked).body == std::to_string(0x40000));
  CHECK(RawClient(test.port()).ask("POST /other" + chunked).status == 413);
  // a permission is for one request: the next one of the connection is asked about again
  RawClient twice(test.port());
  CHECK(twice.ask(post("/acts", large)).status == 200);
  CHECK(twice.ask(post("/other", large)).status == 413);

  RawClient first(test.port());
  const auto whole = post("/acts", large);
  first.send(std::string_view(whole).substr(0, whole.size() / 2));
  CHECK(eventually([&] { return RawClient(test.port()).ask(post("/acts", large)).status == 503; }));
  first.send(std::string_view(whole).substr(whole.size() / 2));
  CHECK(first.read_reply().status == 200);
  CHECK(RawClient(test.port()).ask(post("/acts", large)).status == 200);
}

TEST_CASE("a body that comes fast and then stands still is not waited for, however much has come") {
  Quick test(milliseconds(20'000));
  test.limits().stall_time = milliseconds(300);
  test.start();
  RawClient client(test.port());
  const auto whole = post("/", std::string(60'000, 'a'));
  client.send(std::string_view(whole).substr(0, whole.size() - 1));
  CHECK(client.read_reply().status == 408);
  CHECK(test.serves());
}

TEST_CASE("after a request that could be read in two ways nothing more is read (RFC 9112 section 11.2)") {
  Quick test(milliseconds(20'000));
  std::atomic<int> served{0};
  test.service.now = [&](const base::HttpRequest&) {
    ++served;
    return text_reply("fine");
  };
  test.start();
  const std::string hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const std::string& fields :
       {std::string("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        std::string("Content-Length: 0\r\nContent-Length: 40\r\n\r\n"), std::string("Content-Length: 0, 40\r\n\r\n"),
        std::string("Content-Length: +0\r\n\r\n"), std::string("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
        std::string("X: y\r\n Transfer-Encoding: chunked\r\n\r\n"), std::string("X: y\n\r\n"),
        std::string("Transfer-Encoding: chunked\r\n\r\n0\n\n"), std::string("Transfer-Encoding: xchunked\r\n\r\n")}) {
    CAPTURE(fields);
    RawClient client(test.port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\n" + fields + hidden);
    client.finish_sending();
    const int status = client.read_reply().status;
    CHECK((status == 400 || status == 501));
    CHECK(client.closed_by_server());
  }
  CHECK(served == 0);
}

TEST_CASE("garbage is answered 400 or not at all, and the server lives on") {
  Quick test(milliseconds(20'000));
  test.start();
  std::uint32_t state = 1;
  for (int i = 0; i < 200; ++i) {
    std::string noise(1 + static_cast<std::size_t>(i) * 7 % 400, '\0');
    for (char& c : noise) c = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
    RawClient client(test.port());
    client.send(noise);
    client.finish_sending();
    const std::string answer = client.read_to_end();
    CAPTURE(answer);
    REQUIRE((answer.empty() || answer.starts_with("HTTP/1.1 400 ") || answer.starts_with("HTTP/1.1 501 ")));
  }
  CHECK(test.serves());
}

TEST_CASE("a client that sends its head octet by octet is cut off in time, and hurts nobody") {
  Quick test;
  test.start();
  RawClient slow(test.port());
  RawClient other(test.port());
  std::atomic<bool> cut{false};
  std::jthread drip([&](const std::stop_token& stop) {
    slow.send("GET / HTTP/1.1\r\nHost: a\r\n");
    while (!stop.stop_requested() && slow.send("X")) std::this_thread::sleep_for(milliseconds(20));
    cut = true;
  });
  CHECK(eventually([&] {
    CHECK(test.serves());
    return test.server->counts().timeouts >= 1;
  }));
  CHECK(eventually([&] { return cut.load(); }));
}

TEST_CASE("requests that stop half-way are answered 408 and closed") {
  Quick test;
  test.start();
  for (const char* half :
       {"GET / HT", "GET / HTTP/1.1\r\nHost: a\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf"}) {
    CAPTURE(half);
    RawClient client(test.port());
    CHECK(client.ask(half).status == 408);
    CHECK(client.closed_by_server());
  }
  CHECK(test.server->counts().timeouts == 4);
}

TEST_CASE("a body may take as long as it keeps coming") {
  Quick test(milliseconds(2'000));
  test.limits().slowest_rate = 100;
  test.start();
  RawClient client(test.port());
  // 400 octets buy four seconds beside the two.
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 401\r\n\r\n" + std::string(400, 'a'));
  std::this_thread::sleep_for(milliseconds(3'000));
  CHECK(client.ask("a").status == 200);
}

TEST_CASE("connections on which nothing happens are closed without a word") {
  Quick test;
  test.start();
  RawClient silent(test.port());
  RawClient used(test.port());
  CHECK(used.ask(kGet).body == "fine");
  CHECK(silent.closed_by_server());
  CHECK(used.closed_by_server());
  CHECK(test.server->counts().timeouts == 0);
}

TEST_CASE("a client that does not take its reply is cut off") {
  Quick test;
  const std::string large(64U << 20U, 'x');
  test.service.now = [&](const base::HttpRequest& request) {
    return text_reply(request.target == "/" ? "fine" : large);
  };
  test.limits().slowest_rate = 1U << 30U;
  test.start();
  RawClient client(test.port(), 4096);
  client.send(get("/large"));
  CHECK(eventually([&] { return test.server->counts().timeouts == 1; }));
  CHECK(client.read_to_end().size() < large.size());
  CHECK(test.serves());
}

TEST_CASE("one client may have only so many connections") {
  Quick test(milliseconds(30'000));
  test.options.max_connections_per_client = 2;
  test.start();
  RawClient first(test.port());
  RawClient second(test.port());
  REQUIRE(first.ask(kGet).status == 200);
  REQUIRE(second.ask(kGet).status == 200);
  RawClient third(test.port());
  const Reply refused = third.ask(kGet);
  CHECK(refused.status == 429);
  CHECK(refused.has("Connection: close"));
  CHECK(third.closed_by_server());
  CHECK(test.server->counts().refused == 1);
  CHECK(first.ask(kGet).status == 200);
  first.close();
  CHECK(eventually([&] { return RawClient(test.port()).ask(kGet).status == 200; }));
}

TEST_CASE("beyond the limit of all connections a client is told 503") {
  Quick test(milliseconds(30'000));
  test.options.max_connections = 3;
  test.start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<RawClient>(test.port()));
    REQUIRE(clients.back()->ask(kGet).status == 200);
  }
  RawClient further(test.port());
  const Reply refused = further.ask(kGet);
  CHECK(refused.status == 503);
  CHECK(refused.has("Retry-After: 1"));
  CHECK(further.closed_by_server());
  CHECK(clients.front()->ask(kGet).status == 200);
  clients.clear();
  CHECK(eventually([&] { return RawClient(test.port()).ask(kGet).status == 200; }));
}
