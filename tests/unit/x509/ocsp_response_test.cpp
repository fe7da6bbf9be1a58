#include "yuxin/x509/ocsp_response.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include "command.hpp"
#include "small_authority.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;
using test::error_of;
using test::need;

namespace {

bool has(const test::Outcome& outcome, std::string_view text) {
  return outcome.output.find(text) != std::string::npos;
}

void write_text(const std::string& path, std::string_view text) { std::ofstream(path) << text; }

// Scene is an authority that knows serials 05 (good) and 06 (revoked), and openssl as its responder.
struct Scene {
  Scene() {
    write_text(folder.file("ca.pem"), authority.certificate().pem());
    write_text(folder.file("index.txt"),
               "V\t491231235959Z\t\t05\tunknown\t/CN=good\n"
               "R\t491231235959Z\t261122100000Z,keyCompromise\t06\tunknown\t/CN=revoked\n");
  }
  // ask makes a request with our client and lets openssl answer it with the signer given.
  OcspResponse ask(const Bytes& serial, const PrivateKey& key, const Certificate& signer,
                   const OcspRequestOptions& options = {}) const {
    const base::ByteView view = serial;
    test::write_octets(folder.file("r.der"),
                       need(make_ocsp_request(authority.certificate(), std::span(&view, 1), options)));
    write_text(folder.file("signer.pem"), signer.pem());
    const auto pkcs8 = need(key.to_encrypted_pkcs8(base::Secret(base::as_bytes("secret")), 1000));
    write_text(folder.file("key.pem"), base::pem("ENCRYPTED PRIVATE KEY", pkcs8));
    const auto made = folder.run(
        "openssl pkcs8 -in key.pem -passin pass:secret -out plain.pem && openssl ocsp -index index.txt -CA ca.pem "
        "-rsigner signer.pem -rkey plain.pem -reqin r.der -respout resp.der -nmin 60");
    CAPTURE(made.output);
    REQUIRE(made.status == 0);
    return need(OcspResponse::from_der(test::read_octets(folder.file("resp.der"))));
  }
  [[nodiscard]] tl::expected<OcspEvidence, OcspProblem> judge(const OcspResponse& response, const Bytes& serial,
                                                              OcspVerifyOptions options = {}) const {
    if (options.at == base::UnixTime{}) options.at = now;
    return verify_ocsp(response, {authority.certificate(), serial}, options);
  }

  test::TemporaryFolder folder;
  test::SmallAuthority authority{"CN=CA", {KeyType::kP256, 256}};
  test::SmallAuthority::Delegate delegate = authority.responder("CN=Responder", {KeyType::kP256, 256});
  base::UnixTime now = base::system_clock().now();  // openssl answers by the clock of the machine
};

const Bytes kGoodSerial{5};
const Bytes kRevokedSerial{6};

}  // namespace

TEST_CASE("openssl reads our request: digest, hashes, serials and nonce") {
  const Scene scene;
  const std::array<base::ByteView, 2> serials{kGoodSerial, kRevokedSerial};
  const Bytes nonce = make_ocsp_nonce();
  CHECK(nonce.size() == 32);
  test::write_octets(scene.folder.file("r.der"), need(make_ocsp_request(scene.authority.certificate(), serials,
                                                                        {DigestAlgorithm::kSha256, nonce})));
  const auto theirs = scene.folder.run("openssl ocsp -sha256 -issuer ca.pem -serial 5 -serial 6 -req_text -no_nonce");
  const auto ours = scene.folder.run("openssl ocsp -reqin r.der -req_text");
  CAPTURE(ours.output);
  CHECK(ours.status == 0);
  const auto list = theirs.output.substr(theirs.output.find("Requestor List"));
  CHECK(has(ours, list.substr(0, list.find_last_not_of('\n'))));
  CHECK(has(ours, "0420" + base::hex_upper(nonce)));
}

TEST_CASE("a request without certificates or with a nonce above 128 octets is not made") {
  const Scene scene;
  const base::ByteView serial = kGoodSerial;
  CHECK_FALSE(make_ocsp_request(scene.authority.certificate(), {}, {}));
  const Bytes long_nonce(129, 1);
  CHECK_FALSE(
      make_ocsp_request(scene.authority.certificate(), std::span(&serial, 1), {DigestAlgorithm::kSha1, long_nonce}));
}

TEST_CASE("answers of openssl's responder are read and proven: good, revoked with its reason, unknown") {
  const Scene scene;
  const auto& [key, certificate, signer] = scene.delegate;
  const auto good = scene.judge(scene.ask(kGoodSerial, key, certificate), kGoodSerial);
  REQUIRE(good);
  CHECK(good->status == OcspStatus::kGood);
  REQUIRE(good->responder);
  CHECK(good->responder->subject().text() == "CN=Responder");
  const auto revoked = scene.judge(scene.ask(kRevokedSerial, key, certificate), kRevokedSerial);
  REQUIRE(revoked);
  CHECK(revoked->status == OcspStatus::kRevoked);
  CHECK(revoked->reason == RevocationReason::kKeyCompromise);
  CHECK(revoked->revoked_at == base::UnixTime{1795341600});  // 2026-11-22T10:00:00Z
  const auto unknown = scene.judge(scene.ask(Bytes{7}, key, certificate), Bytes{7});
  REQUIRE(unknown);
  CHECK(unknown->status == OcspStatus::kUnknown);
  const auto direct =
      scene.judge(scene.ask(kGoodSerial, scene.authority.key(), scene.authority.certificate()), kGoodSerial);
  REQUIRE(direct);
  CHECK_FALSE(direct->responder);
}

TEST_CASE("an answer about another certificate or of another authority proves nothing") {
  const Scene scene;
  const auto response = scene.ask(kGoodSerial, scene.delegate.key, scene.delegate.certificate);
  CHECK(error_of(scene.judge(response, kRevokedSerial)) == OcspProblem::kNoMatchingAnswer);
  const test::SmallAuthority namesake("CN=CA", {KeyType::kP256, 256});
  OcspVerifyOptions options;
  options.at = scene.now;
  CHECK(error_of(verify_ocsp(response, {namesake.certificate(), kGoodSerial}, options)) ==
        OcspProblem::kResponderNotDelegated);
}

TEST_CASE("times are held against the trusted time, with the skew that is allowed") {
  const Scene scene;
  const auto response = scene.ask(kGoodSerial, scene.delegate.key, scene.delegate.certificate);
  const auto made = response.singles()[0].this_update;
  const auto next = response.singles()[0].next_update.value();
  const auto at = [&](base::UnixTime time, std::optional<base::Seconds> max_age = {}) {
    OcspVerifyOptions options;
    options.at = time;
    options.skew = base::Seconds{10};
    options.max_age = max_age;
    return scene.judge(response, kGoodSerial, options);
  };
  CHECK(at(made - base::Seconds{10}));
  CHECK(error_of(at(made - base::Seconds{11})) == OcspProblem::kNotYetValid);
  CHECK(at(next + base::Seconds{9}));
  CHECK(error_of(at(next + base::Seconds{10})) == OcspProblem::kOutdated);
  CHECK(at(made + base::minutes(10), base::minutes(10)));
  CHECK(error_of(at(made + base::minutes(11), base::minutes(10))) == OcspProblem::kTooOld);
}

TEST_CASE("the nonce that was sent must come back, or none if that is accepted") {
  const Scene scene;
  const auto& [key, certificate, signer] = scene.delegate;
  const Bytes nonce = make_ocsp_nonce();
  const Bytes other = make_ocsp_nonce();
  OcspVerifyOptions options;
  options.nonce = nonce;
  const auto echoed = scene.ask(kGoodSerial, key, certificate, {DigestAlgorithm::kSha1, nonce});
  CHECK(base::equal(echoed.nonce(), nonce));
  CHECK(scene.judge(echoed, kGoodSerial, options));
  options.nonce = other;
  CHECK(error_of(scene.judge(echoed, kGoodSerial, options)) == OcspProblem::kNonceMismatch);
  const auto without = scene.ask(kGoodSerial, key, certificate);
  CHECK(scene.judge(without, kGoodSerial, options));
  options.missing_nonce = OcspVerifyOptions::MissingNonce::kRefused;
  CHECK(error_of(scene.judge(without, kGoodSerial, options)) == OcspProblem::kNonceMissing);
}

TEST_CASE(
    "a responder must be issued by the issuer itself, for OCSP signing, and be valid (RFC 6960 section 4.2.2.2)") {
  const Scene scene;
  const auto problem = [&](const PrivateKey& key, const Certificate& certificate) {
    return error_of(scene.judge(scene.ask(kGoodSerial, key, certificate), kGoodSerial));
  };
  const auto& key = scene.delegate.key;
  const auto usage = [](Oid purpose) { return make_extended_key_usage(Critical::kNo, {base::to_bytes(purpose)}); };
  CHECK(problem(key, scene.authority.issue("CN=R", key.public_key(), {})) == OcspProblem::kResponderNotDelegated);
  CHECK(problem(key, scene.authority.issue("CN=R", key.public_key(), {usage(oid::kAnyExtendedKeyUsage)})) ==
        OcspProblem::kResponderNotDelegated);
  CHECK(problem(key,
                scene.authority.issue("CN=R", key.public_key(),
                                      {usage(oid::kOcspSigning), make_key_usage(Critical::kYes, kKeyAgreement)})) ==
        OcspProblem::kResponderNotDelegated);
  const Bytes unknown_critical = extension(Bytes{0x2a, 0x03}, Critical::kYes, Bytes{0x05, 0x00});
  CHECK(problem(key, scene.authority.issue("CN=R", key.public_key(), {usage(oid::kOcspSigning), unknown_critical})) ==
        OcspProblem::kResponderNotDelegated);
  const test::SmallAuthority other("CN=Other", {KeyType::kP256, 256});
  const auto foreign = other.responder("CN=R", {KeyType::kP256, 256});
  CHECK(problem(foreign.key, foreign.certificate) == OcspProblem::kResponderNotDelegated);
  // Delegated by an authority below the issuer: not directly.
  const test::SmallAuthority below("CN=Below", {KeyType::kP256, 256}, scene.authority);
  const auto indirect = below.responder("CN=R", {KeyType::kP256, 256});
  CHECK(problem(indirect.key, indirect.certificate) == OcspProblem::kResponderNotDelegated);
  const auto expired = scene.authority.responder("CN=R", {KeyType::kP256, 256},
                                                 {scene.now - base::days(2), scene.now - base::days(1)});
  CHECK(problem(expired.key, expired.certificate) == OcspProblem::kResponderExpired);
}

TEST_CASE("an altered answer has a bad signature, and errors are no answers") {
  const Scene scene;
  const auto response = scene.ask(kGoodSerial, scene.delegate.key, scene.delegate.certificate);
  Bytes altered = base::to_bytes(response.der());
  // The good status, [0] NULL, becomes unknown, [2] NULL.
  const Bytes good{0x80, 0x00, 0x18, 0x0f};
  const auto at = std::ranges::search(altered, good);
  REQUIRE_FALSE(at.empty());
  at.front() = 0x82;
  CHECK(error_of(scene.judge(need(OcspResponse::from_der(altered)), kGoodSerial)) == OcspProblem::kBadSignature);
  const auto error = need(OcspResponse::from_der(Bytes{0x30, 0x03, 0x0a, 0x01, 0x06}));
  CHECK(error.status() == OcspResponseStatus::kUnauthorized);
  CHECK(ocsp_response_status_name(error.status()) == "unauthorized");
  CHECK(error_of(scene.judge(error, kGoodSerial)) == OcspProblem::kErrorResponse);
}

TEST_CASE("an answer from outside the validity of the certificate proves nothing about it") {
  const Scene scene;
  const auto response = scene.ask(kGoodSerial, scene.delegate.key, scene.delegate.certificate);
  OcspVerifyOptions options;
  options.at = scene.now;
  OcspQuestion question{scene.authority.certificate(), kGoodSerial};
  question.not_before = scene.now + base::days(1);
  CHECK(error_of(verify_ocsp(response, question, options)) == OcspProblem::kProducedOutside);
  question.not_before = scene.now - base::days(1);
  question.not_after = scene.now + base::days(1);
  CHECK(verify_ocsp(response, question, options));
}

TEST_CASE("truncated and altered responses are refused or read, never more, and every problem has its words") {
  const Scene scene;
  const auto response = scene.ask(kGoodSerial, scene.delegate.key, scene.delegate.certificate);
  const auto der = response.der();
  for (std::size_t size = 0; size < der.size(); ++size) CHECK_FALSE(OcspResponse::from_der(der.first(size)));
  // Octets that no signature covers may change; what is proven stays the same.
  for (std::size_t bit = 0; bit < der.size() * 8; bit += 5) {
    Bytes altered = base::to_bytes(der);
    altered[bit / 8] = static_cast<std::uint8_t>(altered[bit / 8] ^ (1U << (bit % 8)));
    const auto read = OcspResponse::from_der(altered);
    if (!read) continue;
    const auto evidence = scene.judge(*read, kGoodSerial);
    if (evidence) CHECK(evidence->status == OcspStatus::kGood);
  }
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(OcspProblem::kNonceMissing); ++i) {
    names.insert(ocsp_problem_name(static_cast<OcspProblem>(i)));
    CHECK_FALSE(ocsp_problem_text(static_cast<OcspProblem>(i)).empty());
  }
  CHECK(names.size() == 13);
}
