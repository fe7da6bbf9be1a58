#include "yuxin/ocsp/response.hpp"

#include <doctest/doctest.h>

#include "small_ocsp_city.hpp"
#include "yuxin/ocsp/request.hpp"

using namespace yuxin;
using namespace yuxin::ocsp;
using test::need;
using test::SmallAuthority;

namespace {

using base::Bytes;
using x509::KeyType;

// Scene signs one answer about a certificate and has openssl judge it.
struct Scene {
  explicit Scene(const x509::KeyKind& kind)
      : authority("C=CN,O=Test,CN=CA", kind),
        subject(authority.issue("CN=subject", authority.key().public_key(), {})) {
    test::write_text(folder.file("ca.pem"), authority.certificate().pem());
    test::write_text(folder.file("cert.pem"), subject.pem());
    REQUIRE(folder.run("openssl ocsp -issuer ca.pem -cert cert.pem -reqout r.der").status == 0);
    request = test::read_octets(folder.file("r.der"));
    query = *parse_request(request);
  }
  Bytes sign(const ResponderSigner& signer, SingleAnswer answer) const {
    answer.cert_id = query.first.der;
    const auto made = need(ResponseTemplate::make(authority.certificate(), signer));
    return need(made->sign(std::span(&answer, 1), {now, now + base::hours(1), query.nonce, {}}));
  }
  test::Outcome judge(const Bytes& response) const {
    test::write_octets(folder.file("resp.der"), response);
    // -no_nonce: do not add one; the nonce of the request read is compared.
    return folder.run(
        "openssl ocsp -reqin r.der -no_nonce -respin resp.der -issuer ca.pem -cert cert.pem -CAfile ca.pem");
  }

  test::TemporaryFolder folder;
  SmallAuthority authority;
  x509::Certificate subject;
  Bytes request;
  OcspQuery query;
  base::UnixTime now = base::system_clock().now();  // openssl compares with the clock of the machine
};

bool has(const test::Outcome& outcome, std::string_view text) {
  return outcome.output.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("openssl accepts good answers of delegated responders with every kind of key that it can verify") {
  for (const auto& kind : {x509::KeyKind{KeyType::kP256, 256}, x509::KeyKind{KeyType::kP384, 384},
                           x509::KeyKind{KeyType::kRsa, 2048}, x509::KeyKind{KeyType::kEd25519, 256}}) {
    CAPTURE(x509::print_key_kind(kind));
    const Scene scene(kind);
    const auto delegate = scene.authority.responder("CN=Responder", kind);
    const auto judged = scene.judge(scene.sign({delegate.certificate, delegate.signer}, {{}, Verdict::kGood, {}, 0}));
    CAPTURE(judged.output);
    CHECK(has(judged, "Response verify OK"));
    CHECK(has(judged, "cert.pem: good"));
    CHECK_FALSE(has(judged, "WARNING: no nonce"));
    CHECK_FALSE(has(judged, "Nonce Verify error"));
  }
}

TEST_CASE("openssl reads the time and the reason of a revocation, and no reason when it is unspecified") {
  const Scene scene({KeyType::kP256, 256});
  const auto delegate = scene.authority.responder("CN=Responder", {KeyType::kP256, 256});
  const ResponderSigner signer{delegate.certificate, delegate.signer};
  // 2026-11-22T10:00:00Z
  auto judged = scene.judge(scene.sign(signer, {{}, Verdict::kRevoked, test::kNoon, 1}));
  CAPTURE(judged.output);
  CHECK(has(judged, "Response verify OK"));
  CHECK(has(judged, "cert.pem: revoked"));
  CHECK(has(judged, "Reason: keyCompromise"));
  CHECK(has(judged, "Revocation Time: Nov 22 10:00:00 2026 GMT"));
  judged = scene.judge(scene.sign(signer, {{}, Verdict::kRevoked, test::kNoon, 0}));
  CHECK(has(judged, "cert.pem: revoked"));
  CHECK_FALSE(has(judged, "Reason:"));
}

TEST_CASE("openssl reads since when a key is not to be trusted, of what is revoked and of nothing else") {
  const Scene scene({KeyType::kP256, 256});
  const auto delegate = scene.authority.responder("CN=Responder", {KeyType::kP256, 256});
  const ResponderSigner signer{delegate.certificate, delegate.signer};
  SingleAnswer answer{{}, Verdict::kRevoked, test::kNoon, 1, test::kNoon - base::days(40)};
  const auto revoked = scene.sign(signer, answer);
  CHECK(has(scene.judge(revoked), "Response verify OK"));
  const auto read = scene.folder.run("openssl ocsp -respin resp.der -resp_text -noverify");
  CAPTURE(read.output);
  CHECK(has(read, "Invalidity Date:"));
  CHECK(has(read, "Oct 13 10:00:00 2026 GMT"));
  answer.verdict = Verdict::kGood;
  CHECK(has(scene.judge(scene.sign(signer, answer)), "cert.pem: good"));
  CHECK_FALSE(has(scene.folder.run("openssl ocsp -respin resp.der -resp_text -noverify"), "Invalidity Date"));
}

TEST_CASE("openssl reads unknown, and the answer of an authority that signs itself and embeds no certificate") {
  const Scene scene({KeyType::kP256, 256});
  const ResponderSigner self{scene.authority.certificate(), scene.authority.signer()};
  const Bytes response = scene.sign(self, {{}, Verdict::kUnknown, {}, 0});
  const auto judged = scene.judge(response);
  CAPTURE(judged.output);
  CHECK(has(judged, "Response verify OK"));
  CHECK(has(judged, "cert.pem: unknown"));
  CHECK(need(x509::OcspResponse::from_der(response)).certificates().empty());
}

TEST_CASE("GnuTLS agrees with openssl") {
  if (!test::has_command("ocsptool")) {
    MESSAGE("SKIPPED: ocsptool is not installed");
    return;
  }
  const Scene scene({KeyType::kP256, 256});
  const auto delegate = scene.authority.responder("CN=Responder", {KeyType::kP256, 256});
  test::write_octets(scene.folder.file("resp.der"),
                     scene.sign({delegate.certificate, delegate.signer}, {{}, Verdict::kRevoked, test::kNoon, 4}));
  const auto judged = scene.folder.run(
      "ocsptool --verify-response --load-trust ca.pem --load-issuer ca.pem --infile resp.der; "
      "ocsptool --response-info --infile resp.der");
  CAPTURE(judged.output);
  CHECK(has(judged, "Verifying OCSP Response: Success"));
  CHECK(has(judged, "Certificate Status: revoked"));
}

TEST_CASE("an answer by SM2 verifies with the standard identifier") {
  // The openssl command knows no identifier for OCSP, so the signed octets are given to pkeyutl.
  const Scene scene({KeyType::kSm2, 256});
  const auto delegate = scene.authority.responder("CN=Responder", {KeyType::kSm2, 256});
  const Bytes response = scene.sign({delegate.certificate, delegate.signer}, {{}, Verdict::kGood, {}, 0});
  const auto parsed = need(x509::OcspResponse::from_der(response));
  test::write_octets(scene.folder.file("tbs"), base::to_bytes(parsed.tbs()));
  test::write_octets(scene.folder.file("sig"), base::to_bytes(parsed.signature()));
  test::write_text(scene.folder.file("resp.pem"), delegate.certificate.pem());
  const auto judged = scene.folder.run(
      "openssl x509 -in resp.pem -noout -pubkey > pub.pem && openssl pkeyutl -verify -pubin -inkey pub.pem -rawin "
      "-digest sm3 -pkeyopt distid:1234567812345678 -in tbs -sigfile sig");
  CAPTURE(judged.output);
  CHECK(has(judged, "Signature Verified Successfully"));
}

TEST_CASE("long lists and long certificates keep every length right") {
  const Scene scene({KeyType::kRsa, 4096});
  const auto delegate = scene.authority.responder("CN=" + std::string(60, 'x'), {KeyType::kRsa, 4096});
  const auto made =
      need(ResponseTemplate::make(scene.authority.certificate(), {delegate.certificate, delegate.signer}));
  for (std::size_t count = 1; count <= kMaxRequests; ++count) {
    const std::vector<SingleAnswer> answers(count, {scene.query.first.der, Verdict::kRevoked, test::kNoon, 1});
    const auto response = need(made->sign(answers, {scene.now, scene.now + base::hours(1), Bytes(count * 8, 7), {}}));
    const auto parsed = x509::OcspResponse::from_der(response);
    REQUIRE(parsed);
    CHECK(parsed->singles().size() == count);
    CHECK(parsed->nonce().size() == count * 8);
  }
}

TEST_CASE("extended revocation carries its extension (RFC 6960 section 4.4.8)") {
  const Scene scene({KeyType::kP256, 256});
  const auto delegate = scene.authority.responder("CN=Responder", {KeyType::kP256, 256});
  const auto made =
      need(ResponseTemplate::make(scene.authority.certificate(), {delegate.certificate, delegate.signer}));
  const SingleAnswer answer{scene.query.first.der, Verdict::kRevoked, base::UnixTime{0}, 6};
  test::write_octets(scene.folder.file("resp.der"),
                     need(made->sign(std::span(&answer, 1), {scene.now, scene.now + base::hours(1), scene.query.nonce,
                                                             AnswerFrame::ExtendedRevoke::kYes})));
  const auto shown = scene.folder.run("openssl ocsp -respin resp.der -noverify -resp_text");
  CAPTURE(shown.output);
  CHECK(has(shown, "Revocation Time: Jan  1 00:00:00 1970 GMT"));
  CHECK(has(shown, "Revocation Reason: certificateHold (0x6)"));
  CHECK(has(shown, "        valid: \n"));  // what openssl calls 1.3.6.1.5.5.7.48.1.9
}

TEST_CASE("a signer that clients would refuse is refused here") {
  const SmallAuthority authority("CN=CA", {KeyType::kP256, 256});
  const SmallAuthority stranger("CN=Stranger", {KeyType::kP256, 256});
  const SmallAuthority namesake("CN=CA", {KeyType::kP256, 256});
  const auto refused = [&authority](const x509::Certificate& certificate,
                                    std::shared_ptr<const x509::Signer> signer) {
    const auto made = ResponseTemplate::make(authority.certificate(), {certificate, std::move(signer)});
    return !made && made.error().code == base::Code::kRefused;
  };
  const auto good = authority.responder("CN=R", {KeyType::kP256, 256});
  CHECK_FALSE(refused(good.certificate, good.signer));
  CHECK(refused(good.certificate, authority.signer()));  // another key
  const auto foreign = stranger.responder("CN=R", {KeyType::kP256, 256});
  CHECK(refused(foreign.certificate, foreign.signer));
  const auto forged = namesake.responder("CN=R", {KeyType::kP256, 256});
  CHECK(refused(forged.certificate, forged.signer));
  const auto without_purpose = authority.issue("CN=R", good.key.public_key(), {});
  CHECK(refused(without_purpose, good.signer));
  const auto any_purpose = authority.issue(
      "CN=R", good.key.public_key(),
      {x509::make_extended_key_usage(x509::Critical::kNo, {base::to_bytes(x509::oid::kAnyExtendedKeyUsage)})});
  CHECK(refused(any_purpose, good.signer));
}

TEST_CASE("error responses are the five octets of RFC 6960") {
  CHECK(base::hex(error_response(ResponseError::kMalformedRequest)) == "30030a0101");
  CHECK(base::hex(error_response(ResponseError::kInternalError)) == "30030a0102");
  CHECK(base::hex(error_response(ResponseError::kTryLater)) == "30030a0103");
  CHECK(base::hex(error_response(ResponseError::kUnauthorized)) == "30030a0106");
}
