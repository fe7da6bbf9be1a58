#include <doctest/doctest.h>

#include "need.hpp"
#include "yuxin/notify/settings.hpp"

using namespace yuxin;
using notify::Settings;
using test::need;

namespace {

constexpr std::string_view kBoth = R"([[webhook]]
name = "siem"
url = "https://siem.city.example:8443/yuxin"
kinds = ["certificate.*", "role.granted"]
trust = "siem.pem"

[[mail]]
name = "pki-desk"
to = ["pki@city.example", "duty@city.example"]
from = "yuxin@city.example"
server = "smtp://mail.city.example"
user = "yuxin"
password_file = "mail.pass"
kinds = ["*"]
language = "zh"
)";

}  // namespace

TEST_CASE("both kinds of targets are read, with what was left out as the page says") {
  const auto settings = need(Settings::parse(kBoth, "n.toml"));
  REQUIRE(settings->all().size() == 2);
  const auto& hook = std::get<notify::Webhook>(settings->find("siem")->way);
  CHECK(hook.url == "https://siem.city.example:8443/yuxin");
  CHECK(hook.trust == "siem.pem");
  CHECK(settings->find("siem")->language == base::Language::kEnglish);
  const auto* desk = settings->find("pki-desk");
  CHECK(desk->language == base::Language::kChinese);
  CHECK(desk->place() == "pki@city.example, duty@city.example");
  const auto& mail = std::get<notify::Mailbox>(desk->way);
  CHECK(mail.host == "mail.city.example");
  CHECK(mail.port == 587);  // RFC 8314 section 3.3: submission with STARTTLS
  CHECK(mail.tls == http::MailTls::kStartTls);
  CHECK(settings->senders() == std::vector<std::string>{"yuxin@city.example"});
  CHECK(settings->find("nobody") == nullptr);
}

TEST_CASE("without a port smtps is 465, and the loopback interface alone may be without TLS") {
  const auto with = [](std::string_view server, std::string_view more = "") {
    return Settings::parse(
        "[[mail]]\nname = \"a\"\nto = [\"a@b.example\"]\nfrom = \"c@b.example\"\nkinds = [\"*\"]\nserver = \"" +
            std::string(server) + "\"\n" + std::string(more),
        "n.toml");
  };
  CHECK(std::get<notify::Mailbox>(need(with("smtps://mail.city.example"))->all()[0].way).port == 465);
  const auto local = need(with("smtp://[::1]:2525", "tls = \"none\""));
  const auto& mail = std::get<notify::Mailbox>(local->all()[0].way);
  CHECK(mail.host == "::1");
  CHECK(mail.port == 2525);
  CHECK(mail.tls == http::MailTls::kNone);
  CHECK_FALSE(with("smtp://127.0.0.1.city.example", "tls = \"none\""));
}

TEST_CASE("what notifications.toml must not say is refused where it stands, each for its own reason") {
  struct Wrong {
    std::string_view what;
    std::string_view instead;
    std::string_view said;
  };
  const auto all = std::string(kBoth);
  for (const auto& [what, instead, said] : std::initializer_list<Wrong>{
           {"\"siem\"", "\"SIEM\"", "n.toml:2: \"SIEM\" is no name"},
           {"\"siem\"", "\"pki-desk\"", "n.toml:8: there are two targets called \"pki-desk\""},
           {"https://siem.city.example:8443/yuxin", "http://siem.city.example/", "n.toml:3: "},
           {"https://siem.city.example:8443/yuxin", "ftp://siem.city.example/", "n.toml:3: "},
           {"https://siem.city.example:8443/yuxin", "https://user:word@siem.city.example/", "n.toml:3: "},
           {"[\"certificate.*\", \"role.granted\"]", "[]", "n.toml:1: say which records"},
           {"\"role.granted\"", "\"role.*.x\"", "n.toml:4: \"role.*.x\" is no kind of record"},
           {"\"role.granted\"", "\"notification.*\"", "n.toml:4: \"notification.*\": nobody is notified"},
           {"trust = \"siem.pem\"", "turst = \"siem.pem\"", "trust"},
           {"to = [\"pki@city.example\", \"duty@city.example\"]", "to = []", "n.toml:7: say to whom"},
           {"duty@city.example", "duty@city.example\\r\\nBcc: x@y.example", "n.toml:9: "},
           {"\"duty@city.example\"", "\"duty\"", "n.toml:9: \"duty\" is no mail address"},
           {"from = \"yuxin@city.example\"", "", "from"},
           {"\"yuxin@city.example\"", "\"<yuxin@city.example>\"", "n.toml:10: \"<yuxin@city.example>\" is no mail"},
           {"smtp://mail.city.example", "mail.city.example", "n.toml:11: \"mail.city.example\" is no mail server"},
           {"smtp://mail.city.example", "smtp://mail.city.example/x", "n.toml:11: "},
           {"smtp://mail.city.example", "smtp://", "n.toml:11: "},
           {"user = \"yuxin\"", "tls = \"none\"",
            "n.toml:12: without TLS mail goes only to a server on this machine"},
           {"user = \"yuxin\"", "tls = \"maybe\"", "n.toml:12: tls takes \"none\""},
           {"user = \"yuxin\"", "", "user and password_file stand together"},
           {"password_file = \"mail.pass\"", "", "user and password_file stand together"},
           {"language = \"zh\"", "language = \"tlh\"", "n.toml:15: language takes"},
       }) {
    auto text = all;
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    text.replace(at, what.size(), instead);
    const auto settings = Settings::parse(text, "n.toml");
    CAPTURE(instead);
    REQUIRE_FALSE(settings);
    CHECK(settings.error().code == base::Code::kMalformed);
    CAPTURE(settings.error().detail);
    CHECK(settings.error().detail.find(said) != std::string::npos);
  }
}

TEST_CASE("a pattern tells a family of kinds, and never what the notifier itself records") {
  const auto settings = need(Settings::parse(kBoth, "n.toml"));
  const auto* siem = settings->find("siem");
  CHECK(siem->wants("certificate.issued"));
  CHECK(siem->wants("role.granted"));
  CHECK_FALSE(siem->wants("role.revoked"));
  CHECK_FALSE(siem->wants("certificates.issued"));
  CHECK_FALSE(siem->wants("certificate"));
  const auto* desk = settings->find("pki-desk");
  CHECK(desk->wants("anything.at-all"));
  CHECK_FALSE(desk->wants("notification.given-up"));
}
