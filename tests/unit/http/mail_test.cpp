#include "yuxin/http/mail.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include "yuxin/http/client.hpp"

using namespace yuxin;
using base::Code;

// That a message arrives, and what TLS demands, is told by tests/integration/notifications.py with a mail server.

TEST_CASE("a mailbox is a dot-string at a domain, and nothing that could end a line or name another") {
  for (const char* good :
       {"a@b", "first.last+tag@city.example", "o'neill@x-y.example", "a!#$%&*/=?^_`{|}~-@b.example"})
    CHECK_MESSAGE(http::is_mailbox(good), good);
  for (const char* bad : {"",
                          "a",
                          "@b",
                          "a@",
                          "a b@c",
                          "a@b c",
                          "a@b\r\nRCPT TO:<x@y>",
                          "<a@b>",
                          "a@b>",
                          "a..b@c",
                          ".a@b",
                          "a.@b",
                          "a@.b",
                          "a@b.",
                          "a@b..c",
                          "\"a\"@b",
                          "a@[127.0.0.1]",
                          "a,b@c",
                          "\xe8\x80\x81@b",
                          "a@b\xc3\xa9"})
    CHECK_MESSAGE(!http::is_mailbox(bad), bad);
  CHECK_FALSE(http::is_mailbox(std::string(65, 'a') + "@b"));
  CHECK(http::is_mailbox(std::string(64, 'a') + "@b"));
  CHECK_FALSE(http::is_mailbox("a@" + std::string(260, 'b')));
}

TEST_CASE("an address that is none is refused before anybody is asked") {
  http::MailServer server;
  server.host = "mail.invalid";
  const auto message = base::as_bytes("Subject: x\r\n\r\n");
  const auto sender = http::send_mail(server, {"a@b>\r\nDATA", {"c@d"}}, message);
  REQUIRE_FALSE(sender);
  CHECK(sender.error().code == Code::kUsage);
  const auto recipient = http::send_mail(server, {"a@b", {"c@d", "e"}}, message);
  REQUIRE_FALSE(recipient);
  CHECK(recipient.error().code == Code::kUsage);
  CHECK(yuxin::test::error_of(http::send_mail(server, {"a@b", {}}, message)).code == Code::kUsage);
}

TEST_CASE("nobody listening is told as such, by the name of the server and its port") {
  http::MailServer server;
  server.host = "127.0.0.1";
  server.port = 1;
  server.tls = http::MailTls::kNone;
  const auto sent = http::send_mail(server, {"a@b", {"c@d"}}, base::as_bytes("Subject: x\r\n\r\n"));
  REQUIRE_FALSE(sent);
  CHECK(sent.error().code == Code::kUnavailable);
  CHECK(sent.error().detail.find("127.0.0.1 port 1") != std::string::npos);
}

TEST_CASE("only what cannot leave the machine is loopback") {
  const auto loopback = [](const char* url) { return http::destination_of(url).value().loopback; };
  for (const char* near :
       {"http://localhost/", "http://LOCALHOST:8080", "http://127.0.0.1/", "http://127.9.9.9/x", "http://[::1]:5/"})
    CHECK_MESSAGE(loopback(near), near);
  for (const char* far :
       {"http://localhost.city.example/", "http://127.0.0.1.city.example/", "http://128.0.0.1/", "http://[::2]/"})
    CHECK_MESSAGE(!loopback(far), far);
  const auto place = http::destination_of("https://[2001:db8::1]/a?b#c").value();
  CHECK(place.tls);
  CHECK(place.host == "2001:db8::1");
  CHECK(place.port == 443);
  CHECK(place.target == "/a?b");
  CHECK_FALSE(http::destination_of("https://user@city.example/"));
}

TEST_CASE("a field of a request cannot end its line") {
  http::ClientOptions options;
  options.fields = {{"Yuxin-Signature", "a\r\nHost: b"}};
  CHECK(yuxin::test::error_of(http::post("http://127.0.0.1:1/", "text/plain", {}, options)).code == Code::kUsage);
  options.fields = {{"Yuxin Signature", "a"}};
  CHECK(yuxin::test::error_of(http::post("http://127.0.0.1:1/", "text/plain", {}, options)).code == Code::kUsage);
}
