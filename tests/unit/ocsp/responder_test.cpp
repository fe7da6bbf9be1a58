#include "yuxin/ocsp/responder.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "small_ocsp_city.hpp"

using namespace yuxin;
using namespace yuxin::ocsp;
using test::kNoon;
using test::OcspCity;

namespace {

using base::Bytes;
using x509::OcspProblem;
using x509::OcspStatus;
using x509::Serial;

std::string error_of(const std::shared_ptr<const base::HttpContent>& content) {
  return std::string(
      x509::ocsp_response_status_name(test::need(x509::OcspResponse::from_der(content->body)).status()));
}

// field gives the value of a header field of laid out content.
std::string field(const base::HttpContent& content, const std::string& name) {
  const auto at = ("\r\n" + content.fields).find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 2;
  return content.fields.substr(begin, content.fields.find("\r\n", begin) - begin);
}

base::HttpRequest get(const std::string& target) {
  base::HttpRequest request;
  request.method = "GET";
  request.target = target;
  return request;
}

class RefusingSigner final : public x509::Signer {
 public:
  explicit RefusingSigner(std::shared_ptr<const x509::Signer> of, base::Code code = base::Code::kSigner)
      : of_(std::move(of)), code_(code) {}
  [[nodiscard]] const x509::PublicKey& public_key() const override { return of_->public_key(); }
  [[nodiscard]] x509::SignatureAlgorithm algorithm() const override { return of_->algorithm(); }
  [[nodiscard]] base::Result<Bytes> sign(base::ByteView) const override {
    return base::fail(code_, "The token was pulled out.");
  }
  [[nodiscard]] base::Result<Bytes> sign_digest(base::ByteView digest) const override { return sign(digest); }

 private:
  std::shared_ptr<const x509::Signer> of_;
  base::Code code_;
};

}  // namespace

TEST_CASE("an issued certificate is good, then revoked with time and reason, and held ones are revoked too") {
  OcspCity city;
  const Serial serial = Serial::random();
  city.reader.issue(1, serial.content());
  CHECK(city.status(serial) == OcspStatus::kGood);

  city.reader.change(1, serial.content(), test::revoked(1));
  const auto evidence = city.proven(city.issuing, serial, city.ask(city.request(city.issuing, serial))->body);
  REQUIRE(evidence);
  CHECK(evidence->status == OcspStatus::kRevoked);
  CHECK(evidence->reason == x509::RevocationReason::kKeyCompromise);
  CHECK(evidence->revoked_at == kNoon);
  CHECK(evidence->this_update == kNoon);
  CHECK(evidence->next_update == kNoon + base::hours(1));

  const Serial held = Serial::random();
  city.reader.change(1, held.content(), {store::CertificateState::kOnHold, kNoon, 6, {}});
  const auto hold = city.proven(city.issuing, held, city.ask(city.request(city.issuing, held))->body);
  REQUIRE(hold);
  CHECK(hold->status == OcspStatus::kRevoked);
  CHECK(hold->reason == x509::RevocationReason::kCertificateHold);
  city.reader.change(1, held.content(), {});
  CHECK(city.status(held) == OcspStatus::kGood);
}

TEST_CASE("a serial whose certificate was never finished is revoked") {
  OcspCity city;
  const Serial serial = Serial::random();
  city.reader.change(1, serial.content(), {store::CertificateState::kVoid, kNoon, 0, {}});
  CHECK(city.status(serial) == OcspStatus::kRevoked);
}

TEST_CASE("the first answer is signed, later ones are the same octets from memory on the network thread") {
  OcspCity city;
  const Serial serial = Serial::random();
  city.reader.issue(1, serial.content());
  const Bytes request = city.request(city.issuing, serial);
  CHECK_FALSE(city.now(request));
  const auto first = city.ask(request);
  const auto second = city.now(request);
  REQUIRE(second);
  CHECK(first == second);
  CHECK(city.responder->counters().live == 1);
  CHECK(city.responder->counters().cached == 1);
  CHECK(city.responder->counters().good == 1);
}

TEST_CASE("once a status has changed, no answer from memory says the old thing") {
  OcspCity city;
  const Serial serial = Serial::random();
  const Serial bystander = Serial::random();
  city.reader.issue(1, serial.content());
  city.reader.issue(1, bystander.content());
  const Bytes request = city.request(city.issuing, serial);
  city.ask(request);
  city.ask(city.request(city.issuing, bystander));
  REQUIRE(city.now(request));

  city.reader.change(1, serial.content(), test::revoked(1));
  CHECK_FALSE(city.now(request));  // the network thread declines
  CHECK(city.status(serial) == OcspStatus::kRevoked);
  CHECK(city.now(city.request(city.issuing, bystander)));  // untouched answers are served again at once
}

TEST_CASE("a change whose teller died is found by the next tick") {
  OcspCity city;
  const Serial serial = Serial::random();
  city.reader.issue(1, serial.content());
  const Bytes request = city.request(city.issuing, serial);
  city.ask(request);
  city.reader.change(1, serial.content(), test::revoked(1), test::FakeStatusReader::Tell::kNo);
  REQUIRE(city.responder->tick());
  CHECK_FALSE(city.now(request));
  CHECK(city.status(serial) == OcspStatus::kRevoked);
}

TEST_CASE("a certificate issued a moment ago is good at its first question") {
  OcspCity city;
  for (int i = 0; i < 10; ++i) {
    const Serial serial = Serial::random();
    city.reader.issue(1, serial.content());
    CHECK(city.status(serial) == OcspStatus::kGood);
  }
}

TEST_CASE("a serial that was never issued is answered unknown, and nobody keeps that") {
  OcspCity city;
  const Serial serial = Serial::random();
  const auto content = city.ask(city.request(city.issuing, serial));
  CHECK(city.proven(city.issuing, serial, content->body)->status == OcspStatus::kUnknown);
  CHECK(field(*content, "Cache-Control") == "no-store");
  CHECK(city.responder->cached_answers() == 0);
  city.reader.issue(1, serial.content());
  CHECK(city.status(serial) == OcspStatus::kGood);
}

TEST_CASE("serials that no certificate can have are unknown without asking the store") {
  OcspCity city;
  const int readings = city.reader.readings();
  for (const Bytes& serial : {Bytes{0}, Bytes{0xff}, Bytes(21, 1)}) {
    const base::ByteView view = serial;
    const Bytes request = test::need(x509::make_ocsp_request(city.issuing.certificate(), std::span(&view, 1), {}));
    const auto response = test::need(x509::OcspResponse::from_der(city.ask(request)->body));
    REQUIRE(response.singles().size() == 1);
    CHECK(response.singles()[0].status == OcspStatus::kUnknown);
  }
  CHECK(city.reader.readings() == readings);
}

TEST_CASE("on wish a serial that was never issued is revoked since 1970 (RFC 6960 section 2.2)") {
  ResponderOptions options;
  options.never_issued = ResponderOptions::NeverIssued::kExtendedRevoked;
  OcspCity city(options);
  const Serial serial = Serial::random();
  const auto content = city.ask(city.request(city.issuing, serial));
  const auto evidence = city.proven(city.issuing, serial, content->body);
  REQUIRE(evidence);
  CHECK(evidence->status == OcspStatus::kRevoked);
  CHECK(evidence->revoked_at == base::UnixTime{0});
  CHECK(evidence->reason == x509::RevocationReason::kCertificateHold);
  CHECK(field(*content, "Cache-Control") == "no-store");
  CHECK(city.responder->cached_answers() == 0);
}

TEST_CASE("a nonce is echoed, in an answer that is signed for it and that nobody may keep") {
  OcspCity city;
  const Serial serial = Serial::random();
  city.reader.issue(1, serial.content());
  for (const std::size_t size : {1U, 32U, 128U}) {
    const Bytes nonce(size, 0x5a);
    const Bytes request = city.request(city.issuing, serial, {x509::DigestAlgorithm::kSha1, nonce});
    const auto content = city.ask(request);
    CHECK(city.proven(city.issuing, serial, content->body, nonce));
    CHECK(field(*content, "Cache-Control") == "no-store");
    CHECK_FALSE(city.now(request));
  }
  const Bytes other(32, 0x5b);
  const auto content = city.ask(city.request(city.issuing, serial, {x509::DigestAlgorithm::kSha1, other}));
  CHECK(city.proven(city.issuing, serial, content->body, Bytes(32, 0x5a)).error() == OcspProblem::kNonceMismatch);
}

TEST_CASE("the CertID comes back octet for octet, under SHA-1, SHA-256, SHA-384, SHA-512 and SM3") {
  OcspCity city;
  const Serial serial = Serial::random();
  city.reader.issue(1, serial.content());
  for (const auto digest :
       {x509::DigestAlgorithm::kSha1, x509::DigestAlgorithm::kSha256, x509::DigestAlgorithm::kSha384,
        x509::DigestAlgorithm::kSha512, x509::DigestAlgorithm::kSm3}) {
    const Bytes request = city.request(city.issuing, serial, {digest, {}});
    for (int repeat = 0; repeat < 2; ++repeat) {
      const auto content = city.ask(request);
      CHECK(city.proven(city.issuing, serial, content->body)->status == OcspStatus::kGood);
      const auto response = test::need(x509::OcspResponse::from_der(content->body));
      CHECK(response.singles()[0].digest == digest);
    }
  }
  city.reader.change(1, serial.content(), test::revoked(0));
  for (const auto digest : {x509::DigestAlgorithm::kSha1, x509::DigestAlgorithm::kSm3}) {
    const auto content = city.ask(city.request(city.issuing, serial, {digest, {}}));
    CHECK(city.proven(city.issuing, serial, content->body)->status == OcspStatus::kRevoked);
  }
}

TEST_CASE("strangers are unauthorized, and so is an authority for which nobody signs here") {
  OcspCity city;
  const test::SmallAuthority stranger("CN=Issuing", {x509::KeyType::kP256, 256});  // our name, another key
  CHECK(error_of(city.ask(city.request(stranger, Serial::random()))) == "unauthorized");
  city.reader.issue(3, Bytes{5});
  CHECK(error_of(city.ask(city.request(city.silent, *Serial::from_der_content(Bytes{5})))) == "unauthorized");
  CHECK(city.responder->counters().unauthorized == 2);
}

TEST_CASE("an authority with its own key answers for itself") {
  OcspCity city;
  const Serial serial = Serial::random();
  city.reader.issue(2, serial.content());
  const auto content = city.ask(city.request(city.other, serial));
  const auto evidence = city.proven(city.other, serial, content->body);
  REQUIRE(evidence);
  CHECK(evidence->status == OcspStatus::kGood);
  CHECK_FALSE(evidence->responder);
}

TEST_CASE("several certificates of one authority are answered together") {
  OcspCity city;
  const std::vector<Serial> serials = {Serial::random(), Serial::random(), Serial::random()};
  city.reader.issue(1, serials[0].content());
  city.reader.change(1, serials[1].content(), test::revoked(4));
  std::vector<base::ByteView> views;
  for (const auto& serial : serials) views.push_back(serial.content());
  const auto content = city.ask(test::need(x509::make_ocsp_request(city.issuing.certificate(), views, {})));
  const auto status = [&](const Serial& serial) { return city.proven(city.issuing, serial, content->body)->status; };
  CHECK(status(serials[0]) == OcspStatus::kGood);
  CHECK(status(serials[1]) == OcspStatus::kRevoked);
  CHECK(status(serials[2]) == OcspStatus::kUnknown);
}

TEST_CASE("asked about certificates of two authorities, the first answers for its own and the other is unknown") {
  const test::TemporaryFolder folder;
  ResponderOptions strict;
  strict.never_issued = ResponderOptions::NeverIssued::kExtendedRevoked;
  for (const auto& options : {ResponderOptions{}, strict}) {
    OcspCity city(options);
    test::write_text(folder.file("a.pem"), city.issuing.certificate().pem());
    test::write_text(folder.file("b.pem"), city.other.certificate().pem());
    test::write_text(folder.file("c.pem"), city.silent.certificate().pem());
    const test::SmallAuthority stranger("CN=Stranger", {x509::KeyType::kP256, 256});
    test::write_text(folder.file("d.pem"), stranger.certificate().pem());
    city.reader.issue(1, Bytes{5});
    for (const std::int64_t other : {2, 3}) city.reader.change(other, Bytes{6}, test::revoked(1));
    // the second one is of another authority, of one without a signer, of a stranger
    for (const char* second : {"b", "c", "d"}) {
      CAPTURE(second);
      const auto made = folder.run(std::string("openssl ocsp -no_nonce -issuer a.pem -serial 5 -issuer ") + second +
                                   ".pem -serial 6 -reqout two.der && openssl ocsp -no_nonce -issuer " + second +
                                   ".pem -serial 6 -issuer a.pem -serial 5 -reqout owt.der");
      REQUIRE_MESSAGE(made.status == 0, made.output);
      const auto response =
          test::need(x509::OcspResponse::from_der(city.ask(test::read_octets(folder.file("two.der")))->body));
      REQUIRE(response.singles().size() == 2);
      CHECK(response.singles()[0].status == OcspStatus::kGood);
      CHECK(response.singles()[1].status == OcspStatus::kUnknown);
      CHECK(city.proven(city.issuing, *Serial::from_der_content(Bytes{5}), response.der())->status ==
            OcspStatus::kGood);

      const auto turned =
          test::need(x509::OcspResponse::from_der(city.ask(test::read_octets(folder.file("owt.der")))->body));
      REQUIRE(turned.singles().size() == 2);
      const bool other_signs = *second == 'b';
      CHECK(turned.singles()[0].status == (other_signs ? OcspStatus::kRevoked : OcspStatus::kUnknown));
      CHECK(turned.singles()[1].status == (other_signs ? OcspStatus::kUnknown : OcspStatus::kGood));
      const auto& signer = other_signs ? city.other : city.issuing;
      CHECK(city.proven(signer, *Serial::from_der_content(Bytes{other_signs ? std::uint8_t{6} : std::uint8_t{5}}),
                        turned.der()));
    }
  }
}

TEST_CASE("garbage is malformedRequest, at once") {
  OcspCity city;
  const auto random = base::as_bytes("GET / HTTP/1.1\r\n\r\n");
  const auto content = city.now(random);
  REQUIRE(content);
  CHECK(base::hex(content->body) == "30030a0101");
  CHECK(field(*content, "Content-Type") == "application/ocsp-response");
  CHECK(error_of(city.now({})) == "malformedRequest");
  CHECK(city.responder->counters().malformed == 2);
}

TEST_CASE("a GET is answered like the POST, in all the forms of its path") {
  OcspCity city;
  const Serial serial = Serial::random();
  city.reader.issue(1, serial.content());
  const Bytes request = city.request(city.issuing, serial);
  const auto posted = city.ask(request);
  const std::string plain = base::base64(request);
  std::string quoted;
  for (const char c : plain) quoted += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
  std::string url_safe = plain;
  for (char& c : url_safe) c = c == '+' ? '-' : c == '/' ? '_' : c;
  for (const auto& target : {"/ocsp/" + plain, "/ocsp//" + plain, "/ocsp/" + quoted, "/ocsp/" + url_safe,
                             "/ocsp/" + plain + "?x=1", "/ocsp" + quoted}) {
    CAPTURE(target);
    const auto reply = city.responder->answer_now(get(target));
    REQUIRE(reply);
    CHECK(reply->shared == posted);
  }
  for (const char* target : {"/ocsp", "/ocsp/", "/ocsp/!", "/other/MEIw", "/"}) {
    CAPTURE(target);
    const auto reply = city.responder->answer_now(get(target));
    REQUIRE(reply);
    CHECK(error_of(reply->shared) == "malformedRequest");
  }
}

TEST_CASE("other methods are not allowed") {
  OcspCity city;
  base::HttpRequest request;
  request.method = "PUT";
  request.target = "/ocsp";
  const auto reply = city.responder->answer_now(request);
  REQUIRE(reply);
  CHECK(reply->status == 405);
}

TEST_CASE("an answer may be kept by caches for less than it holds, whenever it is sent (RFC 5019 section 6.2)") {
  OcspCity city;
  const Serial serial = Serial::random();
  city.reader.issue(1, serial.content());
  const Bytes request = city.request(city.issuing, serial);
  const auto content = city.ask(request);
  CHECK(field(*content, "Content-Type") == "application/ocsp-response");
  CHECK(field(*content, "Content-Length") == std::to_string(content->body.size()));
  CHECK(field(*content, "Cache-Control") == "max-age=1800, public, no-transform, must-revalidate");
  CHECK(field(*content, "Last-Modified") == "Sun, 22 Nov 2026 10:00:00 GMT");
  CHECK(field(*content, "Expires") == "Sun, 22 Nov 2026 11:00:00 GMT");
  CHECK(field(*content, "ETag").size() >= 10);
  // The last moment at which it is served from memory: 1800 seconds from then it still holds.
  city.clock.set(kNoon + base::Seconds{1799});
  REQUIRE(city.now(request) == content);
  city.clock.set(kNoon + base::Seconds{1800});
  CHECK_FALSE(city.now(request));
  const auto renewed = city.ask(request);
  CHECK(renewed != content);
  CHECK(city.proven(city.issuing, serial, renewed->body)->next_update == kNoon + base::Seconds{5400});
}

TEST_CASE("spans that would let caches keep what is over are refused at the start") {
  test::FakeClock clock(kNoon);
  test::FakeStatusReader reader;
  reader.set_authorities({});
  const auto refused = [&](base::Seconds validity, base::Seconds renew_after, base::Seconds renew_lead) {
    ResponderOptions options;
    options.validity = validity;
    options.renew_after = renew_after;
    options.renew_lead = renew_lead;
    const auto responder = Responder::start(reader, clock, options);
    return !responder && responder.error().code == base::Code::kUsage;
  };
  CHECK_FALSE(refused(base::hours(1), base::minutes(30), base::minutes(1)));
  CHECK_FALSE(refused(base::Seconds{2}, base::Seconds{1}, base::Seconds{0}));
  CHECK(refused(base::minutes(30), base::minutes(30), base::minutes(1)));
  CHECK(refused(base::hours(1), base::Seconds{0}, base::Seconds{0}));
  CHECK(refused(base::hours(1), base::minutes(30), base::minutes(30)));
  CHECK(refused(base::hours(-1), base::minutes(30), base::minutes(1)));
}

TEST_CASE("a tick signs ahead what was asked for, so that the network thread never has to decline it") {
  OcspCity city;
  const Serial asked = Serial::random();
  const Serial idle = Serial::random();
  for (const auto& serial : {asked, idle}) {
    city.reader.issue(1, serial.content());
    city.ask(city.request(city.issuing, serial));
  }
  const Bytes request = city.request(city.issuing, asked);
  for (int minute = 0; minute < 120; ++minute) {
    city.clock.advance(base::minutes(1));
    REQUIRE(city.responder->tick());
    const auto content = city.now(request);
    REQUIRE(content);
    CHECK(city.proven(city.issuing, asked, content->body));
  }
  CHECK(city.responder->cached_answers() == 1);
  CHECK(city.responder->counters().renewed >= 3);
}

TEST_CASE("a new signer takes over at once, and answers of the old one are forgotten") {
  OcspCity city;
  const Serial serial = Serial::random();
  city.reader.issue(1, serial.content());
  const Bytes request = city.request(city.issuing, serial);
  city.ask(request);
  const auto next = city.issuing.responder("CN=Next", {x509::KeyType::kP256, 256});
  REQUIRE(city.responder->set_signer(1, {next.certificate, next.signer}));
  CHECK_FALSE(city.now(request));
  const auto evidence = city.proven(city.issuing, serial, city.ask(request)->body);
  REQUIRE(evidence);
  REQUIRE(evidence->responder);
  CHECK(evidence->responder->subject().text() == "CN=Next");
}

TEST_CASE("a signer for an authority that is not here, or that clients would refuse, is turned away") {
  OcspCity city;
  CHECK(city.responder->set_signer(9, {city.delegate.certificate, city.delegate.signer}).error().code ==
        base::Code::kNotFound);
  CHECK(city.responder->set_signer(2, {city.delegate.certificate, city.delegate.signer}).error().code ==
        base::Code::kRefused);
}

TEST_CASE("while the responder's certificate is not valid the client is told to try later") {
  OcspCity city;
  const Serial serial = Serial::random();
  city.reader.issue(1, serial.content());
  const auto brief =
      city.issuing.responder("CN=Brief", {x509::KeyType::kP256, 256}, {kNoon, kNoon + base::minutes(10)});
  REQUIRE(city.responder->set_signer(1, {brief.certificate, brief.signer}));
  const Bytes request = city.request(city.issuing, serial);
  const auto content = city.ask(request);
  // What it signs does not outlive its certificate.
  CHECK(city.proven(city.issuing, serial, content->body)->next_update == kNoon + base::minutes(10));
  CHECK(field(*content, "Cache-Control").starts_with("max-age=300,"));
  city.clock.set(kNoon + base::minutes(10));
  CHECK(error_of(city.ask(request)) == "tryLater");
  city.clock.set(kNoon - base::Seconds{1});
  CHECK(error_of(city.ask(city.request(city.issuing, serial, {x509::DigestAlgorithm::kSha256, {}}))) == "tryLater");
}

TEST_CASE("a store that cannot be read gives tryLater where an old answer might be wrong") {
  OcspCity city;
  const Serial serial = Serial::random();
  city.reader.issue(1, serial.content());
  const Bytes request = city.request(city.issuing, serial);
  city.ask(request);
  city.reader.fail_with(base::Error{base::Code::kUnavailable, "The disk is gone.", {}});
  CHECK(city.now(request));  // nothing has changed: what is known holds
  CHECK(error_of(city.ask(city.request(city.issuing, Serial::random()))) == "tryLater");
  city.reader.change(1, serial.content(), test::revoked(1));
  CHECK(error_of(city.ask(request)) == "tryLater");
  CHECK_FALSE(city.responder->tick());
  city.reader.fail_with({});
  CHECK(city.status(serial) == OcspStatus::kRevoked);
}

TEST_CASE("a key that refuses to sign gives internalError") {
  OcspCity city;
  const Serial serial = Serial::random();
  city.reader.issue(1, serial.content());
  REQUIRE(city.responder->set_signer(
      1, {city.delegate.certificate, std::make_shared<RefusingSigner>(city.delegate.signer)}));
  CHECK(error_of(city.ask(city.request(city.issuing, serial))) == "internalError");
  CHECK(city.responder->counters().internal_error == 1);
}

TEST_CASE("a key on a token that is away gives tryLater, and answers again once it is back") {
  OcspCity city;
  const Serial serial = Serial::random();
  city.reader.issue(1, serial.content());
  REQUIRE(city.responder->set_signer(
      1,
      {city.delegate.certificate, std::make_shared<RefusingSigner>(city.delegate.signer, base::Code::kUnavailable)}));
  CHECK(error_of(city.ask(city.request(city.issuing, serial))) == "tryLater");
  CHECK(city.responder->counters().try_later == 1);
  REQUIRE(city.responder->set_signer(1, {city.delegate.certificate, city.delegate.signer}));
  CHECK(city.status(serial) == OcspStatus::kGood);
}

TEST_CASE("a server that is full says tryLater in OCSP's own words") {
  OcspCity city;
  const auto reply = city.responder->busy(OcspCity::post({}));
  REQUIRE(reply);
  CHECK(error_of(reply->shared) == "tryLater");
}

TEST_CASE("an authority that is certified while the responder runs is taken up by a tick") {
  OcspCity city;
  const test::SmallAuthority fresh("CN=Fresh", {x509::KeyType::kP256, 256});
  const Serial serial = Serial::random();
  city.reader.issue(4, serial.content());
  CHECK(error_of(city.ask(city.request(fresh, serial))) == "unauthorized");
  city.reader.set_authorities({test::row_of(1, "issuing", city.issuing), test::row_of(4, "fresh", fresh)});
  REQUIRE(city.responder->set_signer(4, {fresh.certificate(), fresh.signer()}));
  const auto content = city.ask(city.request(fresh, serial));
  CHECK(city.proven(fresh, serial, content->body)->status == OcspStatus::kGood);
}

// Each serial is revoked once. Whoever asks after that revocation was reported must never hear good.
TEST_CASE("threads that ask while statuses change never hear good after a revocation was reported") {
  OcspCity city;
  constexpr std::size_t kSerials = 64;
  std::vector<Serial> serials;
  std::vector<Bytes> requests;
  for (std::size_t i = 0; i < kSerials; ++i) {
    serials.push_back(Serial::random());
    city.reader.issue(1, serials.back().content());
    requests.push_back(city.request(city.issuing, serials.back()));
  }
  std::vector<std::atomic<bool>> reported(kSerials);
  std::atomic<bool> done{false};
  std::atomic<int> lies{0};
  std::atomic<int> asked{0};
  {
    std::vector<std::jthread> clients;
    for (int client = 0; client < 3; ++client) {
      clients.emplace_back([&, client] {
        for (std::size_t i = static_cast<std::size_t>(client); !done; ++i) {
          const std::size_t at = i * 7 % kSerials;
          const bool was_reported = reported[at];
          const auto response = x509::OcspResponse::from_der(city.ask(requests[at])->body);
          const bool revoked =
              response && response->singles().size() == 1 && response->singles()[0].status == OcspStatus::kRevoked;
          if (was_reported && !revoked) ++lies;
          ++asked;
        }
      });
    }
    const std::jthread timer([&] {
      while (!done) {
        if (!city.responder->tick()) ++lies;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
    for (std::size_t i = 0; i < kSerials; ++i) {
      city.reader.change(1, serials[i].content(), test::revoked(1));
      reported[i] = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
    done = true;
  }
  CHECK(lies == 0);
  CHECK(asked > 100);
}
