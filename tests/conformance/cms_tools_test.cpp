// Signed messages between this program and openssl and GnuTLS, both ways.
#include <doctest/doctest.h>

#include "message_files.hpp"
#include "need.hpp"
#include "yuxin/x509/cms.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;
using base::ByteView;
using test::error_of;
using test::need;

namespace {

constexpr std::uint32_t kSigning = kDigitalSignature | kNonRepudiation;
const std::string kText = "第一行\nthe second line\n";
const ByteView kContent = base::as_bytes(kText);
// OpenSSL names PSS in a message only when it is asked for.
constexpr const char* kPss = " -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest ";

// OpenSSL knows no messages by SM2 (its 3.0 leaves the algorithm out), and those by EdDSA from 3.2 on. Ed448 it takes
// with shake256 alone, not with the shake256-len of RFC 8419 section 2.3 that is written here: those it can only
// make.
std::vector<KeyKind> kinds_of_openssl() {
  std::vector<KeyKind> kinds{{KeyType::kRsa, 2048},
                             {KeyType::kRsaPss, 2048},
                             {KeyType::kP256, 256},
                             {KeyType::kP384, 384},
                             {KeyType::kP521, 521}};
  const bool knows_eddsa =
      test::run("openssl version | grep -qE '^OpenSSL (3\\.([2-9]|[1-9][0-9])|[4-9])'").status == 0;
  if (knows_eddsa) {
    kinds.push_back({KeyType::kEd25519, 256});
    kinds.push_back({KeyType::kEd448, 448});
  } else {
    std::printf("this openssl has no EdDSA in CMS; BouncyCastle judges those\n");
  }
  return kinds;
}

std::string digest_for(KeyType type) {
  switch (type) {
    case KeyType::kP384:
      return "sha384";
    case KeyType::kP521:
    case KeyType::kEd25519:
      return "sha512";
    case KeyType::kEd448:
      return "shake256";
    default:
      return "sha256";
  }
}

void expect_ours(const Bytes& octets, const test::Person& person, std::optional<ByteView> detached = std::nullopt,
                 const std::vector<Certificate>& help = {}) {
  const auto message = SignedData::from_bytes(octets);
  REQUIRE_MESSAGE(message.has_value(), (message ? "" : message.error().detail));
  REQUIRE(message->signers().size() == 1);
  const auto signature = verify_signer(*message, 0, detached, help);
  REQUIRE_MESSAGE(signature.has_value(), (signature ? "" : signature.error().detail));
  CHECK(base::equal(signature->certificate.der(), person.certificate.der()));
  if (!detached) CHECK(base::equal(message->content().value(), kContent));
}

}  // namespace

TEST_CASE("openssl cms -verify accepts our messages, attached and detached, as CAdES") {
  const auto kinds = kinds_of_openssl();
  const test::Crowd crowd(kinds, kSigning);
  test::write_octets(crowd.folder.file("content"), base::to_bytes(kContent));
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    CAPTURE(print_key_kind(kinds[i]));
    if (kinds[i].type == KeyType::kEd448) continue;  // BouncyCastle judges those
    CmsSignOptions options;
    options.signing_time = base::system_clock().now();
    test::write_octets(crowd.folder.file("m.der"),
                       need(sign_message(kContent, {crowd.persons[i].as_signer()}, options)));
    const auto attached = crowd.folder.run(
        "openssl cms -verify -binary -cades -inform DER -in m.der -CAfile ca.pem -out out && cmp out content");
    CHECK_MESSAGE(attached.status == 0, attached.output);
    options.content = CmsContent::kDetached;
    test::write_octets(crowd.folder.file("m.der"),
                       need(sign_message(kContent, {crowd.persons[i].as_signer()}, options)));
    const auto detached = crowd.folder.run(
        "openssl cms -verify -binary -cades -inform DER -in m.der -content content -CAfile ca.pem -out /dev/null && "
        "! openssl cms -verify -binary -inform DER -in m.der -content ca.pem -CAfile ca.pem -out /dev/null");
    CHECK_MESSAGE(detached.status == 0, detached.output);
  }
}

TEST_CASE("openssl accepts our messages after lists, responses and attributes were added") {
  const test::Crowd crowd({{KeyType::kP256, 256}}, kSigning);
  const auto message = need(SignedData::from_bytes(need(sign_message(kContent, {crowd.persons[0].as_signer()}, {}))));
  const Bytes stand_in{0x30, 0x03, 0x02, 0x01, 0x2a};
  CmsAdditions additions;
  additions.certificates = {crowd.authority.certificate().der()};
  additions.ocsp_responses = {stand_in};
  additions.unsigned_attributes = {{base::to_bytes(oid::kTimeStampToken), {stand_in}}};
  test::write_octets(crowd.folder.file("m.der"), need(add_to_message(message, 0, additions)));
  const auto verified =
      crowd.folder.run("openssl cms -verify -binary -inform DER -in m.der -CAfile ca.pem -out /dev/null");
  CHECK_MESSAGE(verified.status == 0, verified.output);
}

TEST_CASE("messages that openssl cms -sign makes are read and verified, also in BER") {
  const auto kinds = kinds_of_openssl();
  const test::Crowd crowd(kinds, kSigning);
  test::write_octets(crowd.folder.file("content"), base::to_bytes(kContent));
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    CAPTURE(print_key_kind(kinds[i]));
    const std::string sign = "openssl cms -sign -binary -in content -signer p" + std::to_string(i) + ".pem -inkey p" +
                             std::to_string(i) + ".key -md " + digest_for(kinds[i].type) +
                             (kinds[i].type == KeyType::kRsaPss ? kPss : " ");
    const auto made = [&](const std::string& options) {
      const auto outcome = crowd.folder.run("rm -f m; " + sign + options + " -out m");
      CHECK_MESSAGE(outcome.status == 0, outcome.output);
      return test::read_octets(crowd.folder.file("m"));
    };
    expect_ours(made("-nodetach -outform DER"), crowd.persons[i]);
    expect_ours(made("-nodetach -outform PEM"), crowd.persons[i]);
    // OpenSSL 3.5 cannot make the reference to a certificate by shake256
    if (kinds[i].type != KeyType::kEd448) expect_ours(made("-nodetach -cades -outform DER"), crowd.persons[i]);
    expect_ours(made("-nodetach -keyid -outform DER"), crowd.persons[i]);
    expect_ours(made("-outform DER"), crowd.persons[i], kContent);
    expect_ours(made("-nodetach -nocerts -outform DER"), crowd.persons[i], std::nullopt,
                {crowd.persons[i].certificate});
    const bool edwards = kinds[i].type == KeyType::kEd25519 || kinds[i].type == KeyType::kEd448;
    if (!edwards) expect_ours(made("-nodetach -noattr -outform DER"), crowd.persons[i]);
    if (kinds[i].type == KeyType::kRsaPss) continue;  // OpenSSL 3.0 cannot stream these
    const Bytes streamed = made("-nodetach -stream -outform DER");
    CHECK(streamed.at(1) == 0x80);  // the indefinite form
    expect_ours(streamed, crowd.persons[i]);
    if (kinds[i].type == KeyType::kRsa) {
      expect_ours(made("-nodetach -outform DER" + std::string(kPss)), crowd.persons[i]);
    }
  }
}

TEST_CASE("a message of certificates alone is read and has no signature") {
  const test::Crowd crowd({{KeyType::kP256, 256}}, kSigning);
  const auto made =
      crowd.folder.run("openssl crl2pkcs7 -nocrl -certfile ca.pem -certfile p0.pem -outform DER -out m");
  REQUIRE_MESSAGE(made.status == 0, made.output);
  const auto message = need(SignedData::from_bytes(test::read_octets(crowd.folder.file("m"))));
  CHECK(message.certificates().size() == 2);
  CHECK(message.signers().empty());
  CHECK(error_of(verify_signer(message, 0)).code == base::Code::kUsage);
}

TEST_CASE("GnuTLS accepts our messages, and we accept what it makes") {
  if (!test::has_command("certtool")) {
    std::printf("SKIPPED: no certtool\n");
    return;
  }
  const std::vector<KeyKind> kinds{{KeyType::kRsa, 2048},
                                   {KeyType::kP256, 256},
                                   {KeyType::kP384, 384},
                                   {KeyType::kP521, 521},
                                   {KeyType::kEd25519, 256}};
  const test::Crowd crowd(kinds, kSigning);
  test::write_octets(crowd.folder.file("content"), base::to_bytes(kContent));
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    CAPTURE(print_key_kind(kinds[i]));
    const std::string person = "p" + std::to_string(i);
    CmsSignOptions options;
    options.signing_time = base::system_clock().now();
    test::write_octets(crowd.folder.file("m.der"),
                       need(sign_message(kContent, {crowd.persons[i].as_signer()}, options)));
    const auto verified = crowd.folder.run(
        "certtool --p7-verify --inder --infile m.der --load-ca-certificate ca.pem --verify-purpose "
        "1.3.6.1.5.5.7.3.4");
    CHECK_MESSAGE(verified.status == 0, verified.output);
    const auto made = crowd.folder.run("certtool --p7-sign --p7-time --p7-include-cert --load-certificate " + person +
                                       ".pem --load-privkey " + person + ".key --infile content --outfile m.pem");
    REQUIRE_MESSAGE(made.status == 0, made.output);
    expect_ours(test::read_octets(crowd.folder.file("m.pem")), crowd.persons[i]);
    const auto detached =
        crowd.folder.run("certtool --p7-detached-sign --p7-include-cert --load-certificate " + person +
                         ".pem --load-privkey " + person + ".key --infile content --outfile m.pem");
    REQUIRE_MESSAGE(detached.status == 0, detached.output);
    expect_ours(test::read_octets(crowd.folder.file("m.pem")), crowd.persons[i], kContent);
  }
}
