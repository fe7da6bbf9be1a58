// yuxin.toml: what is read, what is refused in which words, and that what is written is read back.
#include "cli/app/home_config.hpp"

#include <doctest/doctest.h>

#include <vector>
#include "need.hpp"

namespace base = yuxin::base;
namespace cli = yuxin::cli;
using base::Code;

namespace {

const std::string kLeast = "kind = \"online\"\norganisation = \"Test City\"\n";

cli::HomeConfig config_of(const std::string& text) {
  const auto config = cli::parse_home_config(text, "yuxin.toml");
  if (!config) FAIL(config.error().detail);
  return *config;
}

std::string refusal_of(const std::string& text) {
  const auto config = cli::parse_home_config(text, "yuxin.toml");
  REQUIRE_MESSAGE(!config.has_value(), text);
  CHECK(config.error().code == Code::kMalformed);
  return config.error().detail;
}

bool mentions(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("two lines are enough; every other key has its default") {
  const auto config = config_of(kLeast);
  CHECK(config.kind == cli::HomeKind::kOnline);
  CHECK(config.organisation == "Test City");
  CHECK(config.public_url.empty());
  CHECK(config.public_address == "127.0.0.1");
  CHECK(config.public_port == 8080);
  CHECK(base::print_period(config.crl_valid_for) == "P7D");
  CHECK(base::print_period(config.crl_every) == "P1D");
  CHECK_FALSE(config.never_issued_is_revoked);
}

TEST_CASE("what is written for a new home is read back the same") {
  cli::HomeConfig config;
  config.organisation = "重庆 \"quoted\" \\ and\ttab";
  config.public_url = "http://pki.city.example:8080/status";
  config.public_address = "0.0.0.0";
  config.public_port = 80;
  config.crl_valid_for = {.months = 1};
  config.crl_every = {.seconds = 3600};
  config.ocsp_valid_for = {.seconds = 600};
  config.never_issued_is_revoked = true;
  config.ocsp_signer_renew_before = {.seconds = 3 * 86400};
  const auto back = config_of(cli::print_home_config(config));
  CHECK(back.organisation == config.organisation);
  CHECK(back.public_url == config.public_url);
  CHECK(back.public_address == config.public_address);
  CHECK(back.public_port == config.public_port);
  CHECK(base::print_period(back.crl_valid_for) == base::print_period(config.crl_valid_for));
  CHECK(base::print_period(back.crl_every) == base::print_period(config.crl_every));
  CHECK(base::print_period(back.ocsp_valid_for) == base::print_period(config.ocsp_valid_for));
  CHECK(back.never_issued_is_revoked);
  CHECK(base::print_period(back.ocsp_signer_renew_before) == base::print_period(config.ocsp_signer_renew_before));
  config.kind = cli::HomeKind::kOfflineRoot;
  CHECK(config_of(cli::print_home_config(config)).kind == cli::HomeKind::kOfflineRoot);
}

TEST_CASE("keys may be on tokens: modules by their whole paths, and a token for the services") {
  const std::string keys = std::string(kLeast) + "[keys]\n";
  const auto config =
      config_of(keys + "modules = [\"/usr/lib/a.so\"]\nservices = \"pkcs11:token=city?pin-source=file:/etc/pin\"\n");
  REQUIRE(config.keys.modules.size() == 1);
  CHECK(config.keys.modules[0] == "/usr/lib/a.so");
  CHECK(config.keys.services == "pkcs11:token=city?pin-source=file:/etc/pin");
  CHECK(config_of(kLeast).keys.services.empty());
  for (const char* bad :
       {"modules = [\"a.so\"]", "services = \"token=city\"", "services = \"pkcs11:token=city;object=one\"",
        "services = \"pkcs11:token=city?pin-value=1\""}) {
    CAPTURE(bad);
    CHECK(mentions(refusal_of(keys + bad + "\n"), "yuxin.toml"));
  }
}

TEST_CASE("a refusal names the file, the line, and what could stand there") {
  CHECK(mentions(refusal_of("organisation = \"x\"\n"), "kind"));
  CHECK(mentions(refusal_of("kind = \"online\"\n"), "organisation"));
  CHECK(mentions(refusal_of("kind = \"offline\"\norganisation = \"x\"\n"), "offline-root"));
  const auto misspelt = refusal_of(kLeast + "[serve]\npublic_prot = 80\n");
  CHECK(mentions(misspelt, "yuxin.toml:4"));
  CHECK(mentions(misspelt, "public_port"));
  CHECK(mentions(refusal_of(kLeast + "[oscp]\nvalid_for = \"PT1H\"\n"), "ocsp"));
  CHECK(mentions(refusal_of(kLeast + "[ocsp]\nnever_issued = \"good\"\n"), "unknown"));
}

TEST_CASE("ports, periods and kinds of values that cannot be are refused") {
  for (const char* lines :
       {"[serve]\npublic_port = -1\n", "[serve]\npublic_port = 65536\n", "[serve]\npublic_port = \"80\"\n",
        "[serve]\npublic_address = 1\n", "serve = 1\n", "[crl]\nvalid_for = \"PT59S\"\n", "[crl]\nvalid_for = \"\"\n",
        "[crl]\nvalid_for = \"-P1D\"\n", "[crl]\nvalid_for = 86400\n", "[crl]\nvalid_for = \"P99999999999Y\"\n",
        "[ocsp]\nvalid_for = \"soon\"\n", "[crl]\nvalid_for = \"P1D\"\nevery = \"P2D\"\n", "[crl]\nevery = \"P8D\"\n",
        "organisation = \"twice\"\n", "[serve\n", "x"})
    CHECK_MESSAGE(!refusal_of(kLeast + lines).empty(), lines);
  CHECK(config_of(kLeast + "[serve]\npublic_port = 0\n").public_port == 0);
  CHECK(config_of(kLeast + "[serve]\npublic_port = 65535\n").public_port == 65535);
  CHECK(base::print_period(config_of(kLeast + "[crl]\nvalid_for = \"P1D\"\nevery = \"P1D\"\n").crl_every) == "P1D");
}

TEST_CASE("the public address is plain http to a host, kept without a slash at its end") {
  for (const auto& [written, kept] : std::vector<std::pair<std::string, std::string>>{
           {"http://pki.city.example", "http://pki.city.example"},
           {"http://pki.city.example/", "http://pki.city.example"},
           {"http://pki.city.example///", "http://pki.city.example"},
           {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
           {"http://[2001:db8::1]:8080/pki", "http://[2001:db8::1]:8080/pki"}}) {
    const auto checked = cli::check_public_url(written);
    REQUIRE_MESSAGE(checked.has_value(), written);
    CHECK(*checked == kept);
  }
  for (const char* bad : {"",
                          "http://",
                          "http:///x",
                          "https://pki.city.example",
                          "ftp://x",
                          "pki.city.example",
                          "http://a b",
                          "http://a\nb",
                          "http://a?x=1",
                          "http://a#x",
                          "http://u@a",
                          "http://重庆.example",
                          "http://:80",
                          "http://[]",
                          "http://a:x",
                          "http://a:0",
                          "http://a:65536",
                          "http://a:99999999999999999999",
                          "http://[2001:db8::1",
                          "HTTP"})
    CHECK_MESSAGE(yuxin::test::error_of(cli::check_public_url(bad)).code == Code::kUsage, bad);
}

TEST_CASE("host and port of an address") {
  CHECK(cli::host_of_url("http://pki.city.example:81/x:9") == "pki.city.example");
  CHECK(cli::port_of_url("http://pki.city.example:81/x:9") == 81);
  CHECK(cli::port_of_url("http://pki.city.example/x:9") == 80);
  CHECK(cli::host_of_url("http://[2001:db8::1]:82") == "2001:db8::1");
  CHECK(cli::port_of_url("http://[2001:db8::1]:82") == 82);
  CHECK(cli::port_of_url("http://[2001:db8::1]") == 80);
}

TEST_CASE("the table of ACME is read, and what it cannot mean is refused where it stands") {
  const auto acme = [](const std::string& line) { return kLeast + "[acme]\n" + line + "\n"; };
  const auto defaults = config_of(kLeast).acme;
  CHECK(defaults.http01_port == 80);
  CHECK(defaults.tls_alpn01_port == 443);
  CHECK_FALSE(defaults.local_addresses);
  CHECK(defaults.service.anonymous_client.empty());
  CHECK(defaults.service.challenges.size() == 3);
  CHECK(config_of(acme("resolver = \"192.0.2.53:5353\"")).acme.resolver == "192.0.2.53:5353");
  CHECK(config_of(acme("challenges = [\"dns-01\"]")).acme.service.challenges == std::vector<std::string>{"dns-01"});
  CHECK(config_of(acme("caa_identities = [\"CA.City.Example\"]")).acme.service.caa_identities ==
        std::vector<std::string>{"ca.city.example"});
  CHECK(config_of(acme("authorization_for = \"P1D\"")).acme.service.authorization_for == base::days(1));
  for (const auto& [line, said] : std::vector<std::pair<std::string, std::string>>{
           {"url = \"http://ra.city.example/acme\"", "it begins with https://"},
           {"url = \"https://ra.city.example/acme/\"", "no slash at its end"},
           {"resolver = \"resolver.example\"", "no address of a resolver"},
           {"challenges = [\"http-02\"]", "\"http-02\" is no challenge"},
           {"challenges = []", "no name can be proven"},
           {"caa_identities = [\"a b\"]", "is no DNS name"},
           {"order_for = \"PT1M\"", "an hour is the least"},
           {"orders_per_hour = 0", "a number from 1"},
           {"http01_port = 70000", "a number from 1"},
           {"htttp01_port = 80", "http01_port"}}) {
    CAPTURE(line);
    const auto refusal = refusal_of(acme(line));
    CHECK_MESSAGE(refusal.starts_with("yuxin.toml:4: "), refusal);
    CHECK_MESSAGE(mentions(refusal, said), refusal);
  }
  cli::HomeConfig written;
  written.organisation = "x";
  written.acme.service.anonymous_client = "guests";
  written.acme.service.challenges = {"http-01"};
  written.acme.service.caa_identities = {"ca.city.example"};
  written.acme.service.authorization_for = base::days(2);
  written.acme.http01_port = 5002;
  written.acme.local_addresses = true;
  const auto back = config_of(cli::print_home_config(written)).acme;
  CHECK(back.service.anonymous_client == "guests");
  CHECK(back.service.challenges == std::vector<std::string>{"http-01"});
  CHECK(back.service.caa_identities == std::vector<std::string>{"ca.city.example"});
  CHECK(back.service.authorization_for == base::days(2));
  CHECK(back.http01_port == 5002);
  CHECK(back.local_addresses);
}

TEST_CASE("the registration interface has ports and names") {
  const std::string head = "kind = \"online\"\norganisation = \"City\"\n[registration]\n";
  const auto parsed = cli::parse_home_config(
      head + "address = \"::1\"\nport = 9443\nplain_port = 9080\nnames = [\"ra.city.example\", \"192.0.2.1\"]\n",
      "yuxin.toml");
  REQUIRE(parsed.has_value());
  CHECK(parsed->registration.address == "::1");
  CHECK(parsed->registration.port == 9443);
  CHECK(parsed->registration.plain_port == 9080);
  CHECK(parsed->registration.names == std::vector<std::string>{"ra.city.example", "192.0.2.1"});
  for (const auto* bad : {"port = 65536", "plain_port = -1", "names = [\"a b\"]", "names = [\"\"]", "portt = 1"}) {
    CAPTURE(bad);
    CHECK_FALSE(cli::parse_home_config(head + bad, "yuxin.toml"));
  }
}
