#include "yuxin/http/router.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace yuxin;

namespace {

// Named answers with its name as the body.
class Named final : public base::HttpService {
 public:
  explicit Named(std::string name) : name_(std::move(name)) {}
  std::optional<base::HttpReply> answer_now(const base::HttpRequest& /*request*/) override { return std::nullopt; }
  base::HttpReply answer(const base::HttpRequest& /*request*/) override {
    base::HttpReply reply;
    reply.body = base::to_bytes(base::as_bytes(name_));
    return reply;
  }
  std::optional<base::HttpReply> busy(const base::HttpRequest& request) override { return answer(request); }

 private:
  std::string name_;
};

base::HttpReply ask(http::Router& router, std::string_view method, std::string_view target) {
  base::HttpRequest request;
  request.method = method;
  request.target = target;
  auto now = router.answer_now(request);
  return now ? *std::move(now) : router.answer(request);
}

std::string body(const base::HttpReply& reply) { return std::string(base::as_text(reply.body)); }

}  // namespace

TEST_CASE("requests go to the service of their path") {
  Named ocsp("ocsp"), by_get("by_get"), crl("crl"), special("special");
  http::Router router;
  router.exact("/ocsp", {"POST"}, ocsp);
  router.prefix("/ocsp/", {"GET"}, by_get);
  router.prefix("/crl/", {"GET"}, crl);
  router.prefix("/crl/special/", {}, special);

  CHECK(body(ask(router, "POST", "/ocsp")) == "ocsp");
  CHECK(body(ask(router, "POST", "/ocsp?x=/crl/")) == "ocsp");
  CHECK(body(ask(router, "GET", "/ocsp/MEk//x+/=")) == "by_get");
  CHECK(body(ask(router, "GET", "/crl/a.crl")) == "crl");
  CHECK(body(ask(router, "DELETE", "/crl/special/x")) == "special");
}

TEST_CASE("a full pool is put in the words of the service of the path") {
  Named ocsp("ocsp");
  http::Router router;
  router.exact("/ocsp", {"POST"}, ocsp);
  base::HttpRequest request;
  request.target = "/ocsp";
  REQUIRE(router.busy(request));
  CHECK(body(*router.busy(request)) == "ocsp");
  request.target = "/other";
  CHECK_FALSE(router.busy(request));
}

TEST_CASE("paths are compared octet for octet") {
  Named service("service");
  http::Router router;
  router.exact("/a", {"GET"}, service);
  router.prefix("/b/", {"GET"}, service);
  for (const char* target : {"/A", "/a/", "//a", "/%61", "/./a", "/b", "/x/../a", "*", "a", ""}) {
    CAPTURE(target);
    const auto reply = ask(router, "GET", target);
    CHECK(reply.status == 404);
    CHECK(reply.content_type == "application/problem+json");
  }
}

TEST_CASE("a known path with another method says what is possible (RFC 9110 section 15.5.6)") {
  Named service("service");
  http::Router router;
  router.exact("/a", {"GET", "POST"}, service);
  const auto reply = ask(router, "PUT", "/a");
  CHECK(reply.status == 405);
  REQUIRE(reply.fields.size() == 1);
  CHECK(reply.fields[0].first == "Allow");
  CHECK(reply.fields[0].second == "GET, HEAD, POST");
}
