#include <doctest/doctest.h>

#include "small_ca.hpp"
#include "yuxin/ra/machine.hpp"

using namespace yuxin;
using test::need;

namespace {

// SHA-256 of "sesame", by `printf sesame | sha256sum`.
constexpr std::string_view kMeters = R"([[client]]
name        = "water-meters"
protocols   = ["est", "scep"]
profiles    = ["device", "tls-client"]
names_under = ["meters.city.example"]
secret      = "sha256:d0c04f4b1951e4aeaaec8223ed2039e542f3aae805a6fa7f6d794e5afff5d272"
)";

x509::CertificateRequest request(const std::string& subject, const std::vector<std::string>& names) {
  const auto signer = need(
      need(x509::PrivateKey::generate({x509::KeyType::kP256, 256})).signer(x509::SignatureAlgorithm::kEcdsaSha256));
  std::vector<x509::GeneralName> read;
  for (const auto& name : names) read.push_back(need(x509::parse_general_name(name)));
  std::vector<base::Bytes> extensions;
  if (!read.empty()) extensions.push_back(x509::make_subject_alt_name(x509::Critical::kNo, read));
  const auto name = subject.empty() ? x509::Name() : need(x509::Name::parse(subject));
  return need(x509::CertificateRequest::from_der(need(x509::make_request(name, extensions, *signer))));
}

}  // namespace

TEST_CASE("a client is known by its name and its secret, and by nothing less") {
  const auto clients = need(ra::MachineClients::parse(kMeters, "clients.toml"));
  const auto* meters = clients->authenticate("water-meters", base::as_bytes("sesame"));
  REQUIRE(meters != nullptr);
  CHECK(meters->speaks(ra::Protocol::kScep));
  CHECK_FALSE(meters->speaks(ra::Protocol::kAcme));
  CHECK(meters->may_have("tls-client"));
  CHECK_FALSE(meters->may_have("sub-ca"));
  CHECK(meters->renewal == ra::MachineClient::Renewal::kByCertificate);
  CHECK(clients->authenticate("water-meters", base::as_bytes("sesam")) == nullptr);
  CHECK(clients->authenticate("water-meters", {}) == nullptr);
  CHECK(clients->authenticate("water", base::as_bytes("sesame")) == nullptr);
  CHECK(clients->authenticate("", {}) == nullptr);
}

TEST_CASE("what a clients.toml must not say is refused where it stands") {
  struct Wrong {
    std::string_view line;  // of kMeters
    std::string_view instead;
    std::string_view said;
  };
  const auto all = std::string(kMeters);
  for (const auto& [line, instead, said] : std::initializer_list<Wrong>{
           {"name        = \"water-meters\"", "name = \"Water\"", "t.toml:2: \"Water\" is no name"},
           {"\"est\", \"scep\"", "\"ldap\"", "t.toml:3: \"ldap\" is no protocol"},
           {"[\"est\", \"scep\"]", "[]", "t.toml:1: say which protocols"},
           {"\"device\", \"tls-client\"", "", "t.toml:1: say which profiles"},
           {"[\"meters.city.example\"]", "[]", "t.toml:1: say under which domains"},
           {"meters.city.example", "*.city.example", "t.toml:5: \"*.city.example\" is no domain"},
           {"sha256:d0c0", "sesame", "t.toml:6: a secret stands here as sha256:"},
           {"sha256:d0c0", "sha256:", "t.toml:6: a secret stands here as sha256:"},
           {"names_under", "name_under", "t.toml:1: say under which domains"},
           {"[[client]]", "[[client]]\nrenewal = \"never\"", "t.toml:2: renewal takes"},
           {"[[client]]", "[[client]]\nnames = 1", "t.toml:2"}}) {
    CAPTURE(instead);
    auto text = all;
    text.replace(text.find(line), line.size(), instead);
    const auto parsed = ra::MachineClients::parse(text, "t.toml");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == base::Code::kMalformed);
    CHECK_MESSAGE(parsed.error().detail.starts_with(said), parsed.error().detail);
  }
  const auto twice = ra::MachineClients::parse(all + all, "t.toml");
  REQUIRE_FALSE(twice);
  CHECK(twice.error().detail.find("two clients called \"water-meters\"") != std::string::npos);
}

TEST_CASE("a client asks for names below its domains, and says nothing else of itself") {
  const auto clients = need(ra::MachineClients::parse(kMeters, "clients.toml"));
  const auto& meters = clients->all().front();
  const auto allowed = [&](const std::string& subject, const std::vector<std::string>& names) {
    return ra::check_names(meters, request(subject, names)).has_value();
  };
  CHECK(allowed("CN=m1.meters.city.example", {"dns:m1.meters.city.example"}));
  CHECK(allowed("", {"dns:m1.meters.city.example", "dns:M2.Meters.City.Example"}));
  CHECK(allowed("", {"dns:meters.city.example"}));
  CHECK_FALSE(allowed("CN=m1.meters.city.example", {}));
  CHECK_FALSE(allowed("", {"dns:m1.city.example"}));
  CHECK_FALSE(allowed("", {"dns:evilmeters.city.example"}));
  CHECK_FALSE(allowed("", {"dns:m1.meters.city.example", "dns:portal.city.example"}));
  CHECK_FALSE(allowed("", {"ip:192.0.2.1"}));
  CHECK_FALSE(allowed("", {"dns:m1.meters.city.example", "uri:https://m1.meters.city.example/"}));
  CHECK_FALSE(allowed("CN=Mayor", {"dns:m1.meters.city.example"}));
  CHECK_FALSE(allowed("O=City, CN=m1.meters.city.example", {"dns:m1.meters.city.example"}));
}

TEST_CASE("secrets that are made are long, of letters and digits, and differ") {
  const auto one = ra::make_client_secret();
  const auto other = ra::make_client_secret();
  CHECK(one.size() == 32);
  CHECK(one.text().find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz") == std::string_view::npos);
  CHECK_FALSE(base::equal_constant_time(one.view(), other.view()));
}
