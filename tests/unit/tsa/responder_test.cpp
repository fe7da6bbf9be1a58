#include "yuxin/tsa/responder.hpp"

#include <doctest/doctest.h>

#include "small_stamps.hpp"

using namespace yuxin;
using test::need;

namespace {

struct Scene {
  Scene() { authority->set_stamper(city.stamper()); }
  static tsa::AuthorityOptions options() {
    tsa::AuthorityOptions options;
    options.policy = test::SmallTsa::options().policy;
    return options;
  }
  // ask goes the way of the server: the network thread first, then the pool.
  base::HttpReply ask(const base::HttpRequest& request) {
    if (auto now = responder.answer_now(request)) return std::move(*now);
    ++pooled;
    return responder.answer(request);
  }

  test::SmallTsa city{{x509::KeyType::kP256, 256}};
  test::FakeClock clock{test::kStamped};
  std::unique_ptr<tsa::Authority> authority =
      need(tsa::Authority::open(test::stamp_store(), clock, options(), nullptr));
  tsa::Responder responder{*authority};
  int pooled = 0;
};

base::HttpRequest query(base::ByteView body) {
  base::HttpRequest request;
  request.method = "POST";
  request.target = "/tsa";
  request.content_type = "application/timestamp-query";
  request.body = body;
  return request;
}

}  // namespace

TEST_CASE("a query is answered by a reply of the right type that nobody keeps") {
  Scene scene;
  const auto der = test::request_for("text");
  const auto reply = scene.ask(query(der));
  CHECK(reply.status == 200);
  CHECK(reply.content_type == "application/timestamp-reply");
  CHECK(reply.fields == std::vector<std::pair<std::string, std::string>>{{"Cache-Control", "no-store"}});
  CHECK(need(x509::parse_time_stamp_response(reply.body)).status == 0);
  CHECK(scene.pooled == 1);
}

TEST_CASE("the type is compared without case and parameters") {
  Scene scene;
  const auto der = test::request_for("text");
  auto request = query(der);
  request.content_type = "Application/Timestamp-Query; charset=utf-8";
  CHECK(scene.ask(request).status == 200);
}

TEST_CASE("what is refused for its form is refused at once, as a reply") {
  Scene scene;
  const base::Bytes garbage{1, 2, 3};
  const auto reply = scene.ask(query(garbage));
  CHECK(reply.status == 200);
  CHECK(reply.content_type == "application/timestamp-reply");
  CHECK(need(x509::parse_time_stamp_response(reply.body)).failure == x509::TimeStampFailure::kBadDataFormat);
  CHECK(scene.pooled == 0);
}

TEST_CASE("wrong methods, types and sizes are errors of HTTP") {
  Scene scene;
  const auto der = test::request_for("text");
  auto get = query(der);
  get.method = "GET";
  const auto not_allowed = scene.ask(get);
  CHECK(not_allowed.status == 405);
  CHECK(not_allowed.fields.back() == std::pair<std::string, std::string>{"Allow", "POST"});
  auto other = query(der);
  for (const auto* type :
       {"", "application/ocsp-request", "application/timestamp-querying", "application/timestamp"}) {
    other.content_type = type;
    CHECK(scene.ask(other).status == 415);
  }
  CHECK(scene.ask(query(base::Bytes(4097))).status == 413);
  CHECK(scene.ask(query(base::Bytes(4096))).status == 200);
  CHECK(scene.pooled == 0);
}

TEST_CASE("a full pool is left to the server") {
  Scene scene;
  const auto der = test::request_for("text");
  CHECK_FALSE(scene.responder.busy(query(der)));
}
