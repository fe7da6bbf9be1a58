// The REST interface without its desk: what it says of itself, what it lets in, and whom it sends away.
#include "yuxin/ra/rest.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include "ra/rest/operations.hpp"
#include "ra/rest/problem.hpp"
#include "ra/rest/rate.hpp"
#include "ra/rest/repeats.hpp"
#include "ra/rest/target.hpp"
#include "small_ca.hpp"
#include "yuxin/ra/automatic_desk.hpp"

namespace {

using namespace yuxin;
using base::Json;
using base::JsonObject;
using test::error_of;
using test::need;

base::HttpRequest request_of(std::string_view method, std::string_view target, base::ByteView body = {}) {
  base::HttpRequest request;
  request.method = method;
  request.target = target;
  request.content_type = "application/json";
  request.body = body;
  request.peer = "192.0.2.7";
  return request;
}

JsonObject body_of(const base::HttpReply& reply) {
  return need(base::parse_json(base::as_text(reply.body))).get_object();
}

Json json(std::string_view text) { return need(base::parse_json(text)); }

struct Scene {
  Scene() { need(store::migrate(ca.store->database(), ra::migrations())); }
  [[nodiscard]] ra::RestParts parts() {
    ra::RestParts parts;
    parts.store = ca.store;
    parts.clock = &ca.clock;
    parts.home = ca.folder.path().string();
    parts.version = "1.2.3";
    parts.desk = []() -> base::Result<std::shared_ptr<ra::Desk>> {
      throw std::logic_error("nobody was to come as far as the desk");
    };
    return parts;
  }
  test::SmallCa ca;
};

}  // namespace

TEST_CASE("every operation of the table is in the document, and nothing else") {
  const auto document = ra::rest_document("1.2.3");
  CHECK(base::json_string(document, "openapi") == "3.1.0");
  const auto& paths = document.at("paths").get_object();
  std::size_t described = 0;
  for (const auto& [path, methods] : paths) described += methods.get_object().size();
  CHECK(described == ra::rest::operations().size());
  for (const auto& operation : ra::rest::operations()) {
    const auto& methods = paths.at(operation.path).get_object();
    CHECK(methods.contains(operation.method == "GET" ? "get" : "post"));
    if (!operation.body.empty()) CHECK_FALSE(ra::check_schema(Json(nullptr), operation.body));
  }
}

TEST_CASE("an address is decoded once and strictly") {
  const auto parsed = need(ra::rest::parse_target("/v1/cases/R-1%2F2?state=A%20B&limit=3"));
  CHECK(parsed.path == std::vector<std::string>{"v1", "cases", "R-1/2"});
  CHECK(parsed.query.at("state") == "A B");
  CHECK(parsed.query.at("limit") == "3");
  for (const auto* bad : {"/v1/%", "/v1/%2", "/v1/%zz", "/v1/%00", "/v1/%ff", "/v1/%e2%80%ae", "/v1?a=1&a=2"})
    CHECK_MESSAGE(error_of(ra::rest::parse_target(bad)).code == base::Code::kMalformed, bad);
}

TEST_CASE("a path is led to its operation, and a known one with another method says which") {
  const auto target = need(ra::rest::parse_target("/v1/cases/R-1"));
  const auto found = ra::rest::find_operation("GET", target);
  REQUIRE(found.operation != nullptr);
  CHECK(found.operation->name == "case");
  CHECK(found.path.at("case") == "R-1");
  const auto other = ra::rest::find_operation("DELETE", target);
  CHECK(other.operation == nullptr);
  CHECK(other.allowed == std::vector<std::string>{"GET"});
}

TEST_CASE("a parameter that is not in the table, or out of its bounds, is refused") {
  const auto check = [](std::string_view text) {
    const auto target = need(ra::rest::parse_target(text));
    return ra::rest::check_query(*ra::rest::find_operation("GET", target).operation, target);
  };
  CHECK(check("/v1/cases?limit=500&cursor=12&which=all&whose=mine&state=REVIEWED"));
  for (const auto* bad : {"/v1/cases?limit=0", "/v1/cases?limit=501", "/v1/cases?limit=1e2", "/v1/cases?cursor=-1",
                          "/v1/cases?which=both", "/v1/cases?owner=me", "/v1/cases?state="})
    CHECK_MESSAGE(error_of(check(bad)).code == base::Code::kUsage, bad);
}

TEST_CASE("a body must fit its schema, and the refusal says where it does not") {
  CHECK(ra::check_schema(json(R"({"case":"R-1","action":"review","form":{"opinion":"good","n":3,"b":true}})"),
                         "StepWish"));
  const auto detail = [](std::string_view text) { return error_of(ra::check_schema(json(text), "StepWish")).detail; };
  CHECK(detail(R"({"case":"R-1","action":"review","form":{"opinion":["good"]}})").starts_with("form/opinion: "));
  CHECK(detail(R"({"case":"R-1","action":"review"})").find("\"form\" is missing") != std::string::npos);
  CHECK(detail(R"({"case":"R-1","action":"review","form":{},"by":"me"})").find("\"by\"") != std::string::npos);
  CHECK(detail(R"({"workflow":"w","form":{},"files":[{"label":"","name":"a","size":1,"sha256":"x"}]})")
            .starts_with("files/0/label: "));
  CHECK(detail(R"({"workflow":"w","form":{},"trial":1})").starts_with("trial: "));
  CHECK_FALSE(ra::check_schema(json("[]"), "StepWish"));
}

TEST_CASE("a bucket of requests empties and fills again by the clock") {
  ra::rest::RateLimit rate({.per_minute = 60, .burst = 2, .clients = 2});
  const base::UnixTime now{1000};
  CHECK_FALSE(rate.take("a", now));
  CHECK_FALSE(rate.take("a", now));
  CHECK(rate.take("a", now) == 1);
  CHECK_FALSE(rate.take("b", now));
  CHECK_FALSE(rate.take("a", base::UnixTime{1001}));
  CHECK(rate.take("a", base::UnixTime{1001}) == 1);
  // a clock that goes back fills nothing, and one that jumps fills no more than there is room for
  CHECK(rate.take("a", base::UnixTime{900}) == 1);
  CHECK_FALSE(rate.take("a", base::UnixTime{1'000'000}));
  CHECK_FALSE(rate.take("a", base::UnixTime{1'000'000}));
  CHECK(rate.take("a", base::UnixTime{1'000'000}) == 1);
  // a third client takes the place of the one who was quiet longest
  CHECK_FALSE(rate.take("c", base::UnixTime{1'000'000}));
  CHECK(rate.take("a", base::UnixTime{1'000'000}) == 1);
}

TEST_CASE("a repetition has the same answer, and another request with its key has none") {
  Scene scene;
  const auto parts = scene.parts();
  ra::rest::Repeats repeats(parts);
  const ra::rest::Repeats::Request first{.client = {1}, .key = "k-1", .digest = {7}};
  base::HttpReply answer;
  answer.content_type = "application/json";
  answer.body = {'{', '}'};
  {
    const auto begun = need(repeats.begin(first));
    REQUIRE(begun.begun);
    CHECK_FALSE(begun.answer);
    const auto meanwhile = need(repeats.begin(first));
    CHECK(meanwhile.answer.value().status == 409);
    need(repeats.keep(first, answer));
  }
  const auto again = need(repeats.begin(first));
  CHECK_FALSE(again.begun);
  CHECK(again.answer.value().body == answer.body);
  CHECK(need(repeats.begin({.client = {1}, .key = "k-1", .digest = {8}})).answer.value().status == 422);
  // the key of another client is another key
  CHECK(need(repeats.begin({.client = {2}, .key = "k-1", .digest = {8}})).begun);
  // what may be tried again is not kept
  const ra::rest::Repeats::Request busy{.client = {1}, .key = "k-2", .digest = {7}};
  answer.status = 503;
  need(repeats.keep(busy, answer));
  CHECK(need(repeats.begin(busy)).begun);
  scene.ca.clock.advance(base::hours(25));
  CHECK(need(repeats.begin(first)).begun);
}

TEST_CASE("who shows no certificate of this authority in force comes no further") {
  Scene scene;
  ra::RestService service(scene.parts());
  const auto type_of = [&](const base::HttpRequest& request) {
    const auto reply = service.answer(request);
    CHECK(reply.content_type == "application/problem+json");
    const auto body = body_of(reply);
    CHECK(base::json_int(body, "status") == reply.status);
    CHECK(ra::check_schema(body, "Problem"));
    return base::json_string(body, "type");
  };
  CHECK(type_of(request_of("GET", "/v1/status")) == "/v1/problems/certificate-needed");
  CHECK(type_of(request_of("GET", "/v1/nothing")) == "/v1/problems/no-such-path");
  CHECK(type_of(request_of("PUT", "/v1/status")) == "/v1/problems/method-not-allowed");
  auto shown = request_of("GET", "/v1/status");
  const test::SmallCa stranger;
  shown.peer_certificate = stranger.certificate->der();
  CHECK(type_of(shown) == "/v1/problems/certificate-refused");
  const base::Bytes rubbish{1, 2, 3};
  shown.peer_certificate = rubbish;
  CHECK(type_of(shown) == "/v1/problems/malformed");
}

TEST_CASE("a client whose certificate was suspended or revoked is refused at that moment") {
  Scene scene;
  const test::Applicant applicant({x509::KeyType::kP256, 256});
  const auto issued = scene.ca.issue(test::shipped("officer"), applicant.ask("C=CN, O=Test City, CN=li"));
  ra::RestService service(scene.parts());
  auto request = request_of("GET", "/v1/cases?limit=0");
  const auto der = base::to_bytes(issued.certificate.der());
  request.peer_certificate = der;
  // let in as far as the parameters, which are wrong
  CHECK(base::json_string(body_of(service.answer(request)), "type") == "/v1/problems/usage");
  const auto order = scene.ca.order(issued.certificate, x509::RevocationReason::kCertificateHold);
  need(ca::hold(*scene.ca.store, order, scene.ca.clock, test::kAlice));
  const auto held = body_of(service.answer(request));
  CHECK(base::json_string(held, "type") == "/v1/problems/certificate-refused");
  CHECK(base::json_string(held, "detail").find("suspended") != std::string::npos);
}

TEST_CASE("the words of a refusal are in the language that was asked for") {
  Scene scene;
  ra::RestService service(scene.parts());
  auto request = request_of("GET", "/v1/problems/conflict");
  CHECK(base::json_string(body_of(service.answer(request)), "title") == "It is in another state");
  request.target = "/v1/nothing";
  request.accept_language = "zh-CN,zh;q=0.9";
  const auto chinese = base::json_string(body_of(service.answer(request)), "detail");
  request.accept_language = "en";
  CHECK(base::json_string(body_of(service.answer(request)), "detail").starts_with("Nothing is served at"));
  CHECK_FALSE(chinese.empty());
}

TEST_CASE("a client who asks too often is told when to come again") {
  Scene scene;
  auto parts = scene.parts();
  parts.limits = {.per_minute = 6, .burst = 1, .clients = 10};
  ra::RestService service(std::move(parts));
  CHECK(service.answer(request_of("GET", "/v1/nothing")).status == 404);
  const auto reply = service.answer(request_of("GET", "/v1/nothing"));
  CHECK(reply.status == 429);
  CHECK(reply.fields.back() == std::pair<std::string, std::string>("Retry-After", "10"));
}
