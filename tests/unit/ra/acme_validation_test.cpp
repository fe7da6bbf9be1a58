// Orders' states, names, CAA and the certificates of tls-alpn-01.
#include "ra/acme/validation.hpp"

#include <doctest/doctest.h>

#include <map>

#include "command.hpp"
#include "need.hpp"
#include "ra/acme/identifiers.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/digest.hpp"

using namespace yuxin;
using namespace yuxin::ra::acme;
using test::error_of;
using test::need;

namespace {

constexpr base::UnixTime kNow{1'795'341'600};

Authorization authorization(Status status, base::UnixTime expires = kNow + base::days(1)) {
  Authorization made;
  made.status = status;
  made.expires = expires;
  return made;
}

Order order_of(std::vector<Authorization> authorizations) {
  Order order;
  order.expires = kNow + base::days(1);
  order.authorizations = std::move(authorizations);
  return order;
}

// Records is a prober that knows CAA records and fails at everything that it was not told.
class Records final : public ra::AcmeProber {
 public:
  ra::Probed<std::string> web_text(const std::string&, const std::string&) override { return nothing(); }
  ra::Probed<std::vector<std::string>> texts(const std::string&) override { return nothing(); }
  ra::Probed<base::Bytes> alpn_certificate(const std::string&) override { return nothing(); }
  ra::Probed<std::vector<ra::CaaRecord>> caa(const std::string& name) override {
    asked.push_back(name);
    const auto found = records.find(name);
    if (found == records.end()) return std::vector<ra::CaaRecord>();
    return found->second;
  }
  std::map<std::string, std::vector<ra::CaaRecord>> records;
  std::vector<std::string> asked;

 private:
  static tl::unexpected<ra::ProbeError> nothing() {
    return tl::unexpected(ra::ProbeError{ra::ProbeError::Kind::kConnection, "not set up"});
  }
};

CaaQuestion question(bool wildcard = false) {
  return {{"ca.example.net"}, "sub.example.com", wildcard, "https://ra/account/1", ChallengeType::kDns01};
}

}  // namespace

TEST_CASE("an order is what its authorizations and the hour make of it (RFC 8555 section 7.1.6)") {
  CHECK(order_of({authorization(Status::kPending)}).status_at(kNow) == Status::kPending);
  CHECK(order_of({authorization(Status::kValid)}).status_at(kNow) == Status::kReady);
  CHECK(order_of({authorization(Status::kValid), authorization(Status::kPending)}).status_at(kNow) ==
        Status::kPending);
  for (const auto bad : {Status::kInvalid, Status::kDeactivated}) {
    CHECK(order_of({authorization(Status::kPending), authorization(bad)}).status_at(kNow) == Status::kInvalid);
    CHECK(order_of({authorization(bad), authorization(Status::kValid)}).status_at(kNow) == Status::kInvalid);
  }
  CHECK(order_of({authorization(Status::kValid, kNow)}).status_at(kNow) == Status::kInvalid);
  CHECK(order_of({authorization(Status::kValid)}).status_at(kNow + base::days(1)) == Status::kInvalid);
  auto done = order_of({authorization(Status::kDeactivated)});
  done.status = Status::kValid;
  CHECK(done.status_at(kNow + base::days(400)) == Status::kValid);
  CHECK(authorization(Status::kValid, kNow).status_at(kNow) == Status::kExpired);
  CHECK(authorization(Status::kPending, kNow).status_at(kNow) == Status::kInvalid);
}

TEST_CASE("the key authorization is the token and the thumbprint of the key (RFC 8555 section 8.1)") {
  const base::Bytes thumbprint = *base::from_base64url("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  CHECK(key_authorization("evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", thumbprint) ==
        "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST_CASE("CAA records say who may issue (RFC 8659 section 4, RFC 8657 section 5)") {
  struct Case {
    std::vector<ra::CaaRecord> records;
    bool wildcard;
    bool allowed;
  };
  for (const auto& [records, wildcard, allowed] :
       std::vector<Case>{{{{false, "issue", "ca.example.net"}}, false, true},
                         {{{false, "issue", "CA.Example.Net "}}, false, true},
                         {{{false, "issue", "other.example.net"}}, false, false},
                         {{{false, "issue", "other.example.net"}, {false, "issue", "ca.example.net"}}, false, true},
                         {{{false, "issue", ";"}}, false, false},
                         {{{false, "issue", ""}}, false, false},
                         {{{false, "issue", "%%%%%"}}, false, false},
                         {{{false, "issue", "ca.example.net; policy=ev"}}, false, true},
                         {{{false, "issue", "ca.example.net; nonsense"}}, false, false},
                         {{{false, "iodef", "mailto:security@example.com"}}, false, true},
                         {{{true, "tbs", "Unknown"}}, false, false},
                         {{{false, "tbs", "Unknown"}}, false, true},
                         // issuewild is for wildcards alone, and goes before issue there
                         {{{false, "issue", "ca.example.net"}, {false, "issuewild", ";"}}, true, false},
                         {{{false, "issue", "ca.example.net"}, {false, "issuewild", ";"}}, false, true},
                         {{{false, "issue", ";"}, {false, "issuewild", "ca.example.net"}}, true, true},
                         {{{false, "issue", "ca.example.net"}}, true, true},
                         {{{false, "issue", "ca.example.net; accounturi=https://ra/account/1"}}, false, true},
                         {{{false, "issue", "ca.example.net; accounturi=https://ra/account/2"}}, false, false},
                         {{{false, "issue", "ca.example.net; validationmethods=http-01,dns-01"}}, false, true},
                         {{{false, "issue", "ca.example.net; validationmethods=http-01"}}, false, false}}) {
    CAPTURE(records.front().value);
    const auto verdict = judge_caa(records, question(wildcard));
    CHECK(verdict.has_value() == allowed);
    if (!verdict) CHECK(verdict.error().type == ProblemType::kCaa);
  }
}

TEST_CASE("CAA is looked for at the name and above it, and the nearest counts (RFC 8659 section 3)") {
  Records prober;
  CHECK(check_caa(prober, question()));
  CHECK(prober.asked == std::vector<std::string>{"sub.example.com", "example.com", "com"});
  prober.records["example.com"] = {{false, "issue", ";"}};
  CHECK_FALSE(check_caa(prober, question()));
  prober.records["sub.example.com"] = {{false, "issue", "ca.example.net"}};
  CHECK(check_caa(prober, question()));
}

TEST_CASE("the certificate of tls-alpn-01 is judged as RFC 8737 section 3 says, made by openssl") {
  const test::TemporaryFolder folder;
  const Proof proof{ChallengeType::kTlsAlpn01, "host.example.com", "t", "token.thumbprint"};
  const auto mark = base::hex(x509::sha256(base::as_bytes(proof.key_authorization)));
  const auto judge = [&](const std::string& extensions) {
    const auto made =
        folder.run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k -subj /CN=x " +
                   extensions + " -outform DER -out c 2>/dev/null");
    REQUIRE(made.status == 0);
    return judge_alpn_certificate(test::read_octets(folder.file("c")), proof).has_value();
  };
  const std::string san = "-addext subjectAltName=DNS:host.example.com ";
  const std::string good = "-addext 1.3.6.1.5.5.7.1.31=critical,DER:0420" + mark + " ";
  CHECK(judge(san + good));
  CHECK(judge("-addext subjectAltName=DNS:Host.Example.com " + good));
  CHECK_FALSE(judge(san));
  CHECK_FALSE(judge(good));
  CHECK_FALSE(judge(san + "-addext 1.3.6.1.5.5.7.1.31=DER:0420" + mark));
  CHECK_FALSE(judge(san + "-addext 1.3.6.1.5.5.7.1.31=critical,DER:0420" + std::string(64, '0')));
  CHECK_FALSE(judge(san + "-addext 1.3.6.1.5.5.7.1.31=critical,DER:" + mark));
  CHECK_FALSE(judge("-addext subjectAltName=DNS:other.example.com " + good));
  CHECK_FALSE(judge("-addext subjectAltName=DNS:host.example.com,DNS:other.example.com " + good));
  CHECK_FALSE(judge("-addext subjectAltName=IP:192.0.2.1 " + good));
  CHECK_FALSE(judge_alpn_certificate({}, proof));
}

TEST_CASE("identifiers are names of hosts in the form that certificates have, each once") {
  const auto read = [](std::string_view list) {
    return read_identifiers(need(base::parse_json(R"({"identifiers":)" + std::string(list) + "}")).as_object());
  };
  const auto good = read(
      R"([{"type":"dns","value":"B.example"},{"type":"dns","value":"*.a.example"},{"type":"dns","value":"b.example"}])");
  REQUIRE(good);
  CHECK(*good == std::vector<std::string>{"*.a.example", "b.example"});
  CHECK(read(R"([{"type":"dns","value":"xn--bcher-kva.example"}])"));
  CHECK(error_of(read("[]")).type == ProblemType::kMalformed);
  CHECK(error_of(read("1")).type == ProblemType::kMalformed);
  CHECK(error_of(read("[1]")).type == ProblemType::kMalformed);
  CHECK(error_of(read(R"([{"type":"ip","value":"192.0.2.1"}])")).type == ProblemType::kUnsupportedIdentifier);
  const auto mixed =
      read(R"([{"type":"ip","value":"192.0.2.1"},{"type":"dns","value":"a_b"},{"type":"dns","value":"c.example"}])");
  REQUIRE_FALSE(mixed);
  CHECK(mixed.error().type == ProblemType::kCompound);
  CHECK(mixed.error().subproblems.size() == 2);
}
