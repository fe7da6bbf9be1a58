#include "core/http/request_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

using yuxin::base::as_text;
using yuxin::http::RequestReader;
using Step = RequestReader::Step;

namespace {

constexpr std::size_t kHead = 1024;
constexpr std::size_t kBody = 100;

void put(RequestReader& reader, std::string_view octets) {
  while (!octets.empty()) {
    const auto space = reader.space();
    const std::size_t size = std::min(space.size(), octets.size());
    std::memcpy(space.data(), octets.data(), size);
    reader.received(size);
    octets.remove_prefix(size);
  }
}

struct Outcome {
  std::vector<std::string> bodies;
  int status = 0;
};

// read_in_steps feeds octets in pieces of `step` and collects the bodies of the requests.
Outcome read_in_steps(const std::string& octets, std::size_t step) {
  RequestReader reader(kHead, kBody);
  Outcome outcome;
  for (std::size_t at = 0; at < octets.size(); at += step) {
    put(reader, std::string_view(octets).substr(at, step));
    Step next;
    while ((next = reader.advance()) == Step::kReady) {
      outcome.bodies.emplace_back(as_text(reader.request().body));
      reader.consume();
    }
    if (next == Step::kFailed) {
      outcome.status = reader.status();
      return outcome;
    }
  }
  return outcome;
}

std::string chunked(const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
}
std::string sized(const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
int refused(const std::string& octets) {
  const int whole = read_in_steps(octets, octets.size()).status;
  CHECK(read_in_steps(octets, 1).status == whole);
  return whole;
}

}  // namespace

TEST_CASE("requests that follow one another are found however they are cut") {
  const std::string octets =
      sized("first") + chunked("3\r\nsec\r\n3;ext=\"1\"\r\nond\r\n0\r\nX-Sum: 1\r\nY:2: :\r\nZ:\r\n\r\n") +
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n" + chunked("0\r\n\r\n") + sized(std::string(kBody, 'x'));
  const std::vector<std::string> expected{"first", "second", "", "", std::string(kBody, 'x')};
  for (std::size_t step = 1; step <= octets.size(); ++step) {
    CAPTURE(step);
    const auto outcome = read_in_steps(octets, step);
    REQUIRE(outcome.status == 0);
    REQUIRE(outcome.bodies == expected);
  }
}

TEST_CASE("a body beyond the limit is 413, announced or chunked") {
  CHECK(read_in_steps(sized(std::string(kBody, 'x')), 1000).status == 0);
  CHECK(refused(sized(std::string(kBody + 1, 'x'))) == 413);
  CHECK(refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999999999\r\n\r\n") == 413);
  CHECK(refused(chunked("65\r\n" + std::string(101, 'x') + "\r\n0\r\n\r\n")) == 413);
  CHECK(refused(chunked("40\r\n" + std::string(64, 'x') + "\r\n40\r\n")) == 413);
  CHECK(refused(chunked("FFFFFFFFFFFFFFFF\r\n")) == 413);
  CHECK(refused(chunked("10000000000000000\r\n")) == 413);
}

TEST_CASE("chunks that are none are refused (RFC 9112 section 7.1)") {
  for (const char* body : {"\r\n", "x\r\n", "-1\r\n", "0x1\r\n", " 1\r\na\r\n", "1 \r\na\r\n", "1\na\r\n", "1\r\na\n",
                           "1\r\nab\r\n", "1\r\na\r\r\n", "0\r\n\n", "0\r\n X: folded\r\n\r\n",
                           "0\r\nX\x01: y\r\n\r\n", "1;a\x01\r\n", ";\r\n", "0\r\nX: y\n\r\n",
                           // section 7.1.2: a trailer is a field line, whose name ends with a colon
                           "0\r\nX y\r\n\r\n", "0\r\nXy\r\n\r\n", "0\r\n: y\r\n\r\n", "0\r\nX : y\r\n\r\n"}) {
    CAPTURE(body);
    CHECK(refused(chunked(body)) == 400);
  }
  CHECK(refused(chunked("1;" + std::string(300, 'a') + "\r\n")) == 400);
  CHECK(refused(chunked("0\r\nX: " + std::string(5000, 'a') + "\r\n\r\n")) == 400);
}

TEST_CASE("a HEAD request looks like GET to services") {
  RequestReader reader(kHead, kBody);
  put(reader, "HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(reader.advance() == Step::kReady);
  CHECK(reader.request().method == "GET");
  CHECK(reader.is_head_request());
}

TEST_CASE("the client that waits for 100 Continue is told once, and only if the body is welcome") {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n";
  RequestReader waiting(kHead, kBody);
  put(waiting, head + "Content-Length: 2\r\n\r\n");
  REQUIRE(waiting.advance() == Step::kMore);
  CHECK(waiting.take_continue());
  CHECK_FALSE(waiting.take_continue());
  put(waiting, "ok");
  REQUIRE(waiting.advance() == Step::kReady);

  RequestReader too_long(kHead, kBody);
  put(too_long, head + "Content-Length: 101\r\n\r\n");
  REQUIRE(too_long.advance() == Step::kFailed);
  CHECK(too_long.status() == 413);

  RequestReader impatient(kHead, kBody);
  put(impatient, head + "Content-Length: 2\r\n\r\no");
  REQUIRE(impatient.advance() == Step::kMore);
  CHECK_FALSE(impatient.take_continue());
}

TEST_CASE("the stage says what is being waited for") {
  RequestReader reader(kHead, kBody);
  CHECK(reader.stage() == RequestReader::Stage::kIdle);
  put(reader, "P");
  REQUIRE(reader.advance() == Step::kMore);
  CHECK(reader.stage() == RequestReader::Stage::kHead);
  put(reader, "OST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
  REQUIRE(reader.advance() == Step::kMore);
  CHECK(reader.stage() == RequestReader::Stage::kBody);
  put(reader, "bX");
  REQUIRE(reader.advance() == Step::kReady);
  CHECK(reader.unread());
}
