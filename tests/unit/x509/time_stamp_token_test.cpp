#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "command.hpp"
#include "small_tsa.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;
using base::Code;
using test::kStamped;
using test::need;
using test::SmallTsa;
using Certificates = TimeStampRequest::Certificates;

namespace {

constexpr std::array<std::uint8_t, 3> kSerial{0x01, 0x80, 0x05};
const base::ByteView kText = base::as_bytes("text");

TimeStampToken token_of(const TimeStamper& stamper, const Bytes& request, base::UnixTime time = kStamped) {
  return need(TimeStampToken::from_der(need(stamper.token(*parse_time_stamp_request(request), {time, 0, kSerial}))));
}
TimeStampToken token_of(const SmallTsa& tsa) { return token_of(*tsa.stamper(), test::request_for("text")); }

std::optional<Code> code_of(const base::Result<TimeStampEvidence>& evidence) {
  return evidence ? std::nullopt : std::optional(evidence.error().code);
}

// detail_of is what is wrong with a token, in English.
std::string detail_of(const TimeStampToken& token, const SmallTsa& tsa, base::ByteView text = kText) {
  const auto evidence = verify_time_stamp(token, text, tsa.paths());
  return evidence ? "nothing" : evidence.error().detail;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// Theirs is an authority of openssl: its configuration, its key, its certificate by the root of a SmallTsa.
struct Theirs : test::TemporaryFolder {
  explicit Theirs(const SmallTsa& tsa, const std::string& more = "ess_cert_id_alg = sha256\n") {
    std::ofstream(file("text")) << "text";
    std::ofstream(file("tsa.pem")) << tsa.certificate.pem();
    const auto pkcs8 = need(tsa.key.to_encrypted_pkcs8(base::Secret(base::as_bytes("secret")), 1000));
    std::ofstream(file("sealed.pem")) << base::pem("ENCRYPTED PRIVATE KEY", pkcs8);
    REQUIRE(run("openssl pkcs8 -in sealed.pem -passin pass:secret -out key.pem").status == 0);
    std::ofstream(file("tsa.cnf")) << "[tsa]\ndefault_tsa = t\n[t]\nserial = ./serial\nsigner_cert = tsa.pem\n"
                                      "signer_key = key.pem\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\n"
                                      "digests = sha1, sha256, sha384, sha512\naccuracy = secs:1, millisecs:500\n"
                                      "ess_cert_id_chain = no\n"
                                   << more;
  }
  [[nodiscard]] TimeStampToken stamp(const Bytes& request) const {
    test::write_octets(file("q.tsq"), request);
    const auto made = run("openssl ts -reply -config tsa.cnf -queryfile q.tsq -out r.tsr");
    CAPTURE(made.output);
    REQUIRE(made.status == 0);
    const auto response = need(parse_time_stamp_response(test::read_octets(file("r.tsr"))));
    CAPTURE(response.text);
    REQUIRE(response.token);
    return *response.token;
  }
};

}  // namespace

TEST_CASE("our tokens verify for every kind of key, in both forms for SM2") {
  for (const auto& [kind, algorithm] : {std::pair{KeyKind{KeyType::kP256, 256}, SignatureAlgorithm::kEcdsaSha256},
                                        std::pair{KeyKind{KeyType::kP521, 521}, SignatureAlgorithm::kEcdsaSha512},
                                        std::pair{KeyKind{KeyType::kRsa, 2048}, SignatureAlgorithm::kRsaSha256},
                                        std::pair{KeyKind{KeyType::kRsa, 2048}, SignatureAlgorithm::kRsaPssSha384},
                                        std::pair{KeyKind{KeyType::kEd25519, 256}, SignatureAlgorithm::kEd25519},
                                        std::pair{KeyKind{KeyType::kSm2, 256}, SignatureAlgorithm::kSm2Sm3}}) {
    CAPTURE(scheme(algorithm).name);
    const SmallTsa tsa(kind, algorithm);
    for (const auto form : {CmsForm::kRfc5652, CmsForm::kGm}) {
      if (form == CmsForm::kGm && kind.type != KeyType::kSm2) continue;
      auto options = SmallTsa::options();
      options.form = form;
      const auto token = token_of(*tsa.stamper(options), test::request_for("text"));
      CHECK(token.message().form() == form);
      const auto evidence = verify_time_stamp(token, kText, tsa.paths());
      REQUIRE(evidence);
      CHECK(evidence->time == kStamped);
      CHECK(base::equal(evidence->authority.der(), tsa.certificate.der()));
      CHECK(evidence->path.chain.size() == 2);
      CHECK(has(detail_of(token, tsa, base::as_bytes("test")), "other octets"));
    }
  }
}

TEST_CASE("openssl's tokens verify: with its name or without, fractions, either certificate identifier") {
  for (const KeyKind& kind : {KeyKind{KeyType::kP256, 256}, KeyKind{KeyType::kRsa, 2048}}) {
    const SmallTsa tsa(kind);
    for (const std::string more :
         {"ess_cert_id_alg = sha256\ntsa_name = yes\nordering = yes\n",
          "ess_cert_id_alg = sha1\ntsa_name = no\nclock_precision_digits = 3\n", "ess_cert_id_alg = sha512\n"}) {
      CAPTURE(more);
      const Theirs theirs(tsa, more);
      const Bytes nonce = make_time_stamp_nonce();
      for (const auto digest : {DigestAlgorithm::kSha256, DigestAlgorithm::kSha384, DigestAlgorithm::kSha512}) {
        const Bytes request = test::request_for("text", digest, Certificates::kIncluded, nonce);
        const auto token = theirs.stamp(request);
        const auto evidence = verify_time_stamp(token, kText, tsa.paths());
        if (!evidence) FAIL_CHECK(evidence.error().detail);
        CHECK(token.info().accuracy_microseconds == 1'500'000);
        CHECK(base::equal(token.info().policy, test::oid_of("1.2.3.4.1")));
        CHECK(token.info().tsa.has_value() == has(more, "tsa_name = yes"));
        CHECK(check_answer(token, *parse_time_stamp_request(request)));
      }
      const Bytes bare = test::request_for("text", DigestAlgorithm::kSha256, Certificates::kLeftOut);
      const auto token = theirs.stamp(bare);
      CHECK(code_of(verify_time_stamp(token, kText, tsa.paths())) == Code::kNotFound);
      CHECK(verify_time_stamp(token, kText, tsa.paths(), {tsa.certificate}));
    }
  }
}

TEST_CASE("a token over SHA-1 proves nothing, even when all else is right") {
  const SmallTsa tsa({KeyType::kP256, 256});
  const auto token = Theirs(tsa).stamp(test::request_for("text", DigestAlgorithm::kSha1));
  CHECK(has(detail_of(token, tsa), "SHA-1"));
}

TEST_CASE("a flipped bit anywhere in a token makes it malformed or unproven") {
  const SmallTsa tsa({KeyType::kP256, 256});
  const auto paths = tsa.paths();
  const Bytes good = base::to_bytes(token_of(tsa).der());
  REQUIRE(verify_time_stamp(need(TimeStampToken::from_der(good)), kText, paths));
  // Nobody signs what stands before the content: the version of SignedData and its set of digest algorithms, which
  // say nothing that is used.
  const auto content = std::ranges::search(good, oid::kTstInfo).begin() - good.begin();
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const unsigned bit : {0U, 5U}) {
      CAPTURE(at);
      Bytes bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ (1U << bit));
      const auto token = TimeStampToken::from_der(bad);
      if (token && verify_time_stamp(*token, kText, paths)) CHECK(static_cast<std::ptrdiff_t>(at) < content);
    }
  }
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK_FALSE(TimeStampToken::from_der(base::ByteView(good).first(size)));
}

TEST_CASE("the certificate must hold at the time stamped, for time stamping, under a trusted root") {
  const KeyKind kind{KeyType::kP256, 256};
  const test::Span year{kStamped - base::days(180), kStamped + base::days(180)};
  const SmallTsa tsa(kind, SignatureAlgorithm::kEcdsaSha256, year);
  const auto at = [&](base::UnixTime time) {
    return detail_of(token_of(*tsa.stamper(), test::request_for("text"), time), tsa);
  };
  CHECK(at(kStamped) == "nothing");
  CHECK(at(year.not_after) == "nothing");
  CHECK(has(at(year.not_after + base::Seconds{1}), "does not hold at the time stamped"));
  CHECK(has(at(year.not_before - base::Seconds{1}), "does not hold at the time stamped"));
  const SmallTsa stranger(kind);
  CHECK(code_of(verify_time_stamp(token_of(stranger), kText, tsa.paths())) == Code::kBadSignature);
}

TEST_CASE("messages that are no time stamps are malformed") {
  const SmallTsa tsa({KeyType::kP256, 256});
  const CmsSigner signer{tsa.certificate, tsa.signer};
  CmsSignOptions options;
  const auto refused = [](const Bytes& der) {
    const auto token = TimeStampToken::from_der(der);
    return !token && token.error().code == Code::kMalformed;
  };
  CHECK(refused(need(sign_message(kText, {signer}, options))));  // id-data
  options.content_type = base::to_bytes(oid::kTstInfo);
  CHECK(refused(need(sign_message(kText, {signer}, options))));  // no TSTInfo inside
  const Bytes info = base::to_bytes(*token_of(tsa).message().content());
  const SmallTsa other({KeyType::kP256, 256});
  CHECK(refused(need(sign_message(info, {signer, {other.certificate, other.signer}}, options))));  // two signers
  options.content = CmsContent::kDetached;
  CHECK(refused(need(sign_message(info, {signer}, options))));
  options.content = CmsContent::kAttached;
  CHECK(verify_time_stamp(need(TimeStampToken::from_der(need(sign_message(info, {signer}, options)))), kText,
                          tsa.paths()));
}

TEST_CASE("an answer fits its request, or says what does not") {
  const SmallTsa tsa({KeyType::kP256, 256});
  const Bytes nonce = make_time_stamp_nonce();
  const Bytes other_nonce = make_time_stamp_nonce();
  const Bytes imprint = digest(DigestAlgorithm::kSha256, kText);
  const Bytes own = SmallTsa::options().policy;
  const Bytes other_policy = test::oid_of("1.2.3");
  const auto token = token_of(*tsa.stamper(), make_time_stamp_request({.imprint = imprint, .nonce = nonce}));
  const auto fits = [&](const TimeStampRequestOptions& options) {
    const Bytes request = make_time_stamp_request(options);
    const auto checked = check_answer(token, *parse_time_stamp_request(request));
    if (!checked) CHECK(checked.error().code == Code::kBadSignature);
    return checked.has_value();
  };
  CHECK(fits({.imprint = imprint, .nonce = nonce}));
  CHECK(fits({.imprint = imprint, .nonce = nonce, .policy = own}));
  CHECK(fits({.imprint = imprint}));
  CHECK_FALSE(fits({.imprint = imprint, .nonce = other_nonce}));
  CHECK_FALSE(fits({.imprint = imprint, .nonce = nonce, .policy = other_policy}));
  const Bytes other_imprint(32, 7);
  CHECK_FALSE(fits({.imprint = other_imprint, .nonce = nonce}));
  CHECK_FALSE(fits({.digest = DigestAlgorithm::kSm3, .imprint = imprint, .nonce = nonce}));
  const auto bare =
      token_of(*tsa.stamper(), make_time_stamp_request({.imprint = imprint, .certificates = Certificates::kLeftOut}));
  const Bytes asked = make_time_stamp_request({.imprint = imprint});
  CHECK_FALSE(check_answer(bare, *parse_time_stamp_request(asked)));
}
