// A stop loses nothing that was accepted.
#include <doctest/doctest.h>

#include <latch>
#include <vector>

#include "loopback.hpp"

using namespace yuxin;
using namespace yuxin::test;

TEST_CASE("a request that is being worked on is answered, then the connection closes") {
  TestServer test;
  std::latch begun(1), release(1);
  test.service.later = [&](const base::HttpRequest&) {
    begun.count_down();
    release.wait();
    return text_reply("finished");
  };
  test.start();
  const std::uint16_t port = test.port();
  RawClient client(port);
  RawClient idle(port);
  client.send(kGet);
  begun.wait();
  std::jthread stopping([&] { test.server->stop(kPatience); });
  CHECK(idle.closed_by_server());
  CHECK(eventually([&] { return !RawClient(port).connected(); }));
  release.count_down();
  const Reply reply = client.read_reply();
  CHECK(reply.body == "finished");
  CHECK(reply.has("Connection: close"));
  CHECK(client.closed_by_server());
}

TEST_CASE("a request that the kernel holds already is answered") {
  for (int i = 0; i < 30; ++i) {
    TestServer test;
    test.options.threads = 1 + static_cast<std::size_t>(i) % 3;
    test.service.later = [](const base::HttpRequest&) { return text_reply("later"); };
    test.start();
    RawClient known(test.port());
    REQUIRE(known.ask(kGet).body == "later");
    known.send(kGet);
    RawClient unknown(test.port());  // perhaps not even accepted yet
    unknown.send(kGet);
    test.server->stop(kPatience);
    REQUIRE(known.read_reply().body == "later");
    REQUIRE(unknown.read_reply().body == "later");
  }
}

TEST_CASE("requests sent ahead are answered before the end") {
  TestServer test;
  std::latch begun(1), release(1);
  std::atomic<int> answered{0};
  test.service.later = [&](const base::HttpRequest&) {
    if (++answered == 1) {
      begun.count_down();
      release.wait();
    }
    return text_reply("x");
  };
  test.start();
  RawClient client(test.port());
  client.send(kGet + kGet + kGet);
  begun.wait();
  std::jthread stopping([&] { test.server->stop(kPatience); });
  release.count_down();
  for (int i = 0; i < 3; ++i) CHECK(client.read_reply().status == 200);
  CHECK(client.closed_by_server());
}

TEST_CASE("a request that has half arrived may end") {
  TestServer test;
  test.service.later = [](const base::HttpRequest& request) { return text_reply(base::as_text(request.body)); };
  test.start();
  const std::uint16_t port = test.port();
  RawClient client(port);
  RawClient idle(port);
  REQUIRE(idle.ask(post("/", "x")).body == "x");  // the half request, sent before, has arrived as well by now
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  REQUIRE(idle.ask(post("/", "y")).body == "y");
  std::jthread stopping([&] { test.server->stop(kPatience); });
  CHECK(idle.closed_by_server());
  CHECK(client.ask("whole!").body == "halfwhole!");
}

TEST_CASE("after the grace the server goes, and a reply that comes later is dropped") {
  TestServer test;
  std::latch begun(1), release(1);
  test.service.later = [&](const base::HttpRequest&) {
    begun.count_down();
    release.wait();
    return text_reply("too late");
  };
  test.start();
  RawClient client(test.port());
  client.send(kGet);
  begun.wait();
  test.server->stop(milliseconds(200));
  CHECK(client.read_to_end().empty());
  test.server->stop(milliseconds(200));
  test.server.reset();
  release.count_down();
}

TEST_CASE("idle connections do not hold up a stop") {
  TestServer test;
  test.start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(std::make_unique<RawClient>(test.port()));
  REQUIRE(eventually([&] { return test.server->counts().open == 20; }));
  const auto begun = std::chrono::steady_clock::now();
  test.server->stop(kPatience);
  CHECK(std::chrono::steady_clock::now() - begun < kPatience / 2);
  for (auto& client : clients) CHECK(client->closed_by_server());
}
