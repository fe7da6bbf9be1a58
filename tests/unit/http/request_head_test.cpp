#include "core/http/request_head.hpp"

#include <doctest/doctest.h>

#include <string>

using yuxin::http::HeadParser;
using Step = HeadParser::Step;

namespace {

constexpr std::size_t kLimit = 1024;

// refused gives the status that a head is refused with, or 0 when it is accepted or not complete.
int refused(const std::string& text) {
  HeadParser parser(kLimit);
  return parser.parse(text) == Step::kBad ? parser.status() : 0;
}

std::string with(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }

}  // namespace

TEST_CASE("a head gives method, target and the fields that services need") {
  const std::string text =
      "POST /a//b%2F?q=%20 HTTP/1.1\r\nhOsT: pki.example:8080\r\nContent-Type: \t application/ocsp-request \r\n"
      "CONTENT-LENGTH: 42\r\nAuthorization: Bearer x y\r\nAccept: */*\r\nX-Other: \x80\xff\r\n\r\nBODY";
  HeadParser parser(kLimit);
  REQUIRE(parser.parse(text) == Step::kDone);
  const auto& head = parser.head();
  CHECK(head.method.in(text.data()) == "POST");
  CHECK(head.target.in(text.data()) == "/a//b%2F?q=%20");
  CHECK(head.content_type.in(text.data()) == "application/ocsp-request");
  CHECK(head.authorization.in(text.data()) == "Bearer x y");
  CHECK(head.accept.in(text.data()) == "*/*");
  CHECK(head.content_length == 42);
  CHECK(head.size == text.size() - 4);
  CHECK(head.keep_alive);
}

TEST_CASE("a head that arrives octet by octet is read like one that arrives whole") {
  const std::string text = "GET /x HTTP/1.1\r\nHost: a\r\nAccept: b\r\n\r\n";
  HeadParser parser(kLimit);
  for (std::size_t size = 1; size < text.size(); ++size) {
    REQUIRE(parser.parse(text.substr(0, size)) == Step::kMore);
  }
  REQUIRE(parser.parse(text) == Step::kDone);
  CHECK(parser.head().accept.in(text.data()) == "b");
}

TEST_CASE("one empty line before the request line is ignored (RFC 9112 section 2.2), a second is not") {
  CHECK(refused("\r\n" + with("")) == 0);
  CHECK(refused("\r\n\r\n" + with("")) == 400);
}

TEST_CASE("request lines that are none are refused") {
  for (const char* line : {"GET",
                           "GET /",
                           "GET  / HTTP/1.1",
                           "GET / HTTP/1.1 ",
                           " GET / HTTP/1.1",
                           "GET /\tHTTP/1.1",
                           "G(T / HTTP/1.1",
                           "GET / http/1.1",
                           "GET / HTTP/11",
                           "GET / HTTP/1.",
                           "GET / HTTP/1.10",
                           "GET / HTTX/1.1",
                           "GET \x01 HTTP/1.1",
                           "GET /\xc3\xa4 HTTP/1.1",
                           "GET path HTTP/1.1",
                           "GET * HTTP/1.1",
                           "CONNECT host:443 HTTP/1.1",
                           "GET ftp://host/ HTTP/1.1",
                           "GET http:/// HTTP/1.1",
                           "GET http://host?q HTTP/1.1",
                           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1"}) {
    CAPTURE(line);
    CHECK(refused(std::string(line) + "\r\nHost: a\r\n\r\n") == 400);
  }
  CHECK(refused("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
  CHECK(refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") != 0);
}

TEST_CASE("the absolute form gives its path (RFC 9112 section 3.2.2)") {
  const auto target = [](const std::string& line) {
    const std::string text = line + "\r\nHost: a\r\n\r\n";
    HeadParser parser(kLimit);
    REQUIRE(parser.parse(text) == Step::kDone);
    return std::string(parser.head().target.in(text.data()));
  };
  CHECK(target("GET http://host:80/a//b?c HTTP/1.1") == "/a//b?c");
  CHECK(target("GET HTTPS://host/ HTTP/1.1") == "/");
  CHECK(target("GET http://host HTTP/1.1") == "/");
  CHECK(target("OPTIONS * HTTP/1.1") == "*");
}

TEST_CASE("what a proxy and a server could read differently is refused (RFC 9112 section 11.2)") {
  CHECK(refused(with("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")) == 400);
  CHECK(refused(with("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n")) == 400);
  CHECK(refused(with("Content-Length: 1\r\nContent-Length: 1\r\n")) == 400);
  CHECK(refused(with("Content-Length: 1\r\ncontent-length: 2\r\n")) == 400);
  CHECK(refused(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")) == 400);
  for (const char* length :
       {"", "1, 1", "+1", "-1", "0x1", "1 1", "1;", "1234567890123456789", "99999999999999999999"}) {
    CAPTURE(length);
    CHECK(refused(with("Content-Length: " + std::string(length) + "\r\n")) == 400);
  }
  for (const char* coding :
       {"gzip", "gzip, chunked", "chunked, identity", "identity", "chunked;q=1", "xchunked", ""}) {
    CAPTURE(coding);
    CHECK(refused(with("Transfer-Encoding: " + std::string(coding) + "\r\n")) == 501);
  }
  CHECK(refused("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
}

TEST_CASE("lines must end in CR LF") {
  CHECK(refused("GET / HTTP/1.1\nHost: a\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\r\n\n") == 400);
  CHECK(refused("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n") == 400);
}

TEST_CASE("field lines that are none are refused") {
  CHECK(refused(with(" folded\r\n")) == 400);
  CHECK(refused(with("A: b\r\n\tfolded\r\n")) == 400);
  CHECK(refused(with("Name : value\r\n")) == 400);
  CHECK(refused(with(": value\r\n")) == 400);
  CHECK(refused(with("no colon\r\n")) == 400);
  CHECK(refused(with("Na(me: value\r\n")) == 400);
  CHECK(refused(with("N\xc3\xa4me: value\r\n")) == 400);
  CHECK(refused(with("Name: a\x01z\r\n")) == 400);
  CHECK(refused(with("Name: a\x7fz\r\n")) == 400);
  CHECK(refused(with(std::string("Name: a\0z\r\n", 11))) == 400);
  CHECK(refused(with("Content-Type: a\r\nContent-Type: b\r\n")) == 400);
  CHECK(refused(with("Authorization: a\r\nAuthorization: b\r\n")) == 400);
}

TEST_CASE("a 1.1 request has exactly one Host (RFC 9112 section 3.2)") {
  CHECK(refused("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(refused(with("Host: b\r\n")) == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a b\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: user@a\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost:\r\n\r\n") == 0);
  CHECK(refused("GET / HTTP/1.0\r\n\r\n") == 0);
}

TEST_CASE("limits on the head") {
  CHECK(refused("GET /" + std::string(kLimit, 'a') + " HTTP/1.1\r\n") == 414);
  CHECK(refused(with("X: " + std::string(kLimit, 'a') + "\r\n")) == 431);
  CHECK(refused(with("X: " + std::string(kLimit, 'a'))) == 431);
  std::string many;
  for (int i = 0; i < 101; ++i) many += "a:\r\n";
  CHECK(refused(with(many)) == 431);
}

TEST_CASE("what begins like no request is not waited for") {
  CHECK(refused("\x16\x03\x01") == 400);  // a TLS handshake
  CHECK(refused(std::string(1, '\0')) == 400);
  CHECK(refused("{") == 400);
}

TEST_CASE("how long the connection lasts (RFC 9112 section 9.3)") {
  const auto keeps = [](const std::string& text) {
    HeadParser parser(kLimit);
    REQUIRE(parser.parse(text) == Step::kDone);
    return parser.head().keep_alive;
  };
  CHECK(keeps(with("")));
  CHECK(keeps(with("Connection: upgrade\r\n")));
  CHECK_FALSE(keeps(with("Connection: close\r\n")));
  CHECK_FALSE(keeps(with("Connection: Keep-Alive ,\t CLOSE\r\n")));
  CHECK_FALSE(keeps(with("Connection: a\r\nConnection: close\r\n")));
  CHECK_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  CHECK(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  CHECK(keeps("GET / HTTP/1.9\r\nHost: a\r\n\r\n"));
}

TEST_CASE("expectations (RFC 9110 section 10.1.1)") {
  const auto expects = [](const std::string& text) {
    HeadParser parser(kLimit);
    REQUIRE(parser.parse(text) == Step::kDone);
    return parser.head().expects_continue;
  };
  CHECK(expects(with("Expect: 100-Continue\r\n")));
  CHECK_FALSE(expects("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n"));
  CHECK(refused(with("Expect: miracles\r\n")) == 417);
}
