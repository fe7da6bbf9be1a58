#include "core/http/url.hpp"

#include <doctest/doctest.h>
#include "need.hpp"

using yuxin::base::Code;
using yuxin::http::parse_url;
using yuxin::http::resolve_location;

TEST_CASE("addresses are taken apart") {
  const auto plain = parse_url("http://pki.example/ocsp/a//b?x=%20#part");
  REQUIRE(plain);
  CHECK_FALSE(plain->tls);
  CHECK(plain->host == "pki.example");
  CHECK(plain->port == 80);
  CHECK(plain->target == "/ocsp/a//b?x=%20");
  CHECK(plain->authority() == "pki.example");

  const auto tls = parse_url("HTTPS://[2001:db8::1]:8443");
  REQUIRE(tls);
  CHECK(tls->tls);
  CHECK(tls->host == "2001:db8::1");
  CHECK(tls->port == 8443);
  CHECK(tls->target == "/");
  CHECK(tls->authority() == "[2001:db8::1]:8443");

  CHECK(parse_url("http://host?q")->target == "/?q");
  CHECK(parse_url("http://host:/")->port == 80);
  CHECK(parse_url("https://host")->port == 443);
}

TEST_CASE("what is no http address is refused") {
  for (const char* text : {"",
                           "host",
                           "/path",
                           "ldap://host/",
                           "http:host",
                           "http:///x",
                           "http://user@host/",
                           "http://user:pw@host/",
                           "http://host:0/",
                           "http://host:65536/",
                           "http://host:80x/",
                           "http://ho st/",
                           "http://host/a b",
                           "http://host/a\r\nX: y",
                           "http://[::1/",
                           "http://[host]/",
                           "http://[::1]x/",
                           "http://-host/",
                           "http://h\xc3\xb6st/",
                           "http://host\\evil/",
                           "file:///etc/passwd"}) {
    CAPTURE(text);
    const auto url = parse_url(text);
    REQUIRE_FALSE(url);
    CHECK(url.error().code == Code::kUsage);
  }
  CHECK_FALSE(parse_url("http://" + std::string(254, 'a') + "/"));
}

TEST_CASE("redirects lead to an address or a path, never from https to http") {
  const auto from = *parse_url("https://a.example:8443/x");
  const auto path = resolve_location(from, "/y?z");
  REQUIRE(path);
  CHECK(path->host == "a.example");
  CHECK(path->port == 8443);
  CHECK(path->target == "/y?z");
  CHECK(resolve_location(from, "https://b.example/")->host == "b.example");
  CHECK(yuxin::test::error_of(resolve_location(from, "http://a.example/")).code == Code::kRefused);
  CHECK(yuxin::test::error_of(resolve_location(from, "//b.example/")).code == Code::kMalformed);
  CHECK(yuxin::test::error_of(resolve_location(from, "/y\r\nX: z")).code == Code::kMalformed);
}
