// Messages between this program and BouncyCastle, both ways; of SM2 the form of RFC 5652, which it knows.
#include <doctest/doctest.h>

#include <algorithm>

#include "message_files.hpp"
#include "source_dir.hpp"
#include "yuxin/x509/enveloped.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;
using base::ByteView;
using test::need;

namespace {

const std::string kText = "第一行\nthe second line\n";
const ByteView kContent = base::as_bytes(kText);

bool has_bouncycastle() {
  const bool there = test::has_command("javac") && test::run("test -e /usr/share/java/bcpkix.jar").status == 0;
  if (!there) std::printf("SKIPPED: no JDK with BouncyCastle (libbcpkix-java)\n");
  return there;
}

// judge runs jobs and reports every one that failed.
void judge(const test::TemporaryFolder& folder, const std::string& jobs) {
  std::ofstream(folder.file("jobs")) << jobs;
  const auto outcome = folder.run(
      "java -Xshare:auto -XX:TieredStopAtLevel=1 -cp "
      "/usr/share/java/bcprov.jar:/usr/share/java/bcpkix.jar:/usr/share/java/bcutil.jar '" +
      test::source_file("tests/conformance/BouncyMessages.java") + "' jobs");
  CHECK_MESSAGE(outcome.status == 0, outcome.output);
  CHECK_MESSAGE(outcome.output.find("FAIL") == std::string::npos, outcome.output);
  const auto done = std::count(outcome.output.begin(), outcome.output.end(), '\n');
  CHECK(done >= std::count(jobs.begin(), jobs.end(), '\n'));
}

std::string bouncy_algorithm(const KeyKind& kind) {
  switch (kind.type) {
    case KeyType::kRsa:
      return "SHA256WITHRSA";
    case KeyType::kRsaPss:
      return "SHA256WITHRSAANDMGF1";
    case KeyType::kP256:
      return "SHA256WITHECDSA";
    case KeyType::kP384:
      return "SHA384WITHECDSA";
    case KeyType::kP521:
      return "SHA512WITHECDSA";
    case KeyType::kEd25519:
      return "Ed25519";
    case KeyType::kEd448:
      return "Ed448";
    case KeyType::kSm2:
      return "SM3WITHSM2";
  }
  return {};
}

// BouncyCastle has no key type of its own for RSA keys that are bound to PSS.
std::vector<KeyKind> kinds() {
  auto all = test::kSigningKinds;
  std::erase_if(all, [](const KeyKind& kind) { return kind.type == KeyType::kRsaPss; });
  return all;
}

}  // namespace

TEST_CASE("BouncyCastle accepts our messages by every algorithm, attached and detached") {
  if (!has_bouncycastle()) return;
  const test::Crowd crowd(kinds(), kDigitalSignature);
  test::write_octets(crowd.folder.file("content"), base::to_bytes(kContent));
  std::string jobs;
  const auto add = [&](const std::string& job, const std::string& name, const Bytes& message) {
    test::write_octets(crowd.folder.file(name), message);
    jobs.append(job).append(" ").append(name).append(" content\n");
  };
  for (std::size_t i = 0; i < crowd.persons.size(); ++i) {
    const std::string name = test::Crowd::name(i);
    CmsSignOptions options;
    options.signing_time = base::system_clock().now();
    add("verify", name + ".attached", need(sign_message(kContent, {crowd.persons[i].as_signer()}, options)));
    options.content = CmsContent::kDetached;
    add("verify-detached", name + ".detached", need(sign_message(kContent, {crowd.persons[i].as_signer()}, options)));
  }
  std::vector<CmsSigner> everybody;
  for (const auto& person : crowd.persons) everybody.push_back(person.as_signer());
  add("verify", "everybody", need(sign_message(kContent, everybody, {})));
  const auto pss = need(crowd.persons[0].key.signer(SignatureAlgorithm::kRsaPssSha384));
  add("verify", "pss", need(sign_message(kContent, {{crowd.persons[0].certificate, pss}}, {})));
  judge(crowd.folder, jobs);
}

TEST_CASE("messages that BouncyCastle makes are read and verified, with attributes and without") {
  if (!has_bouncycastle()) return;
  const test::Crowd crowd(kinds(), kDigitalSignature);
  test::write_octets(crowd.folder.file("content"), base::to_bytes(kContent));
  struct Expected {
    std::string file;
    std::size_t person;
    bool detached;
  };
  std::vector<Expected> expected;
  std::string jobs;
  for (std::size_t i = 0; i < crowd.persons.size(); ++i) {
    const std::string name = test::Crowd::name(i);
    std::vector<std::string> algorithms{bouncy_algorithm(crowd.persons[i].certificate.public_key()->kind())};
    if (i == 0) algorithms.emplace_back("SHA256WITHRSAANDMGF1");
    for (const auto& algorithm : algorithms) {
      for (const std::string how : {"attached", "detached", "bare"}) {
        expected.push_back({name + "." + algorithm + "." + how, i, how == "detached"});
        jobs += "sign " + algorithm + " " + name + ".crt.der " + name + ".key.der content " + expected.back().file +
                " " + how + "\n";
      }
    }
  }
  judge(crowd.folder, jobs);
  for (const auto& one : expected) {
    CAPTURE(one.file);
    const auto message = SignedData::from_bytes(test::read_octets(crowd.folder.file(one.file)));
    REQUIRE_MESSAGE(message.has_value(), (message ? "" : message.error().detail));
    const auto signature =
        verify_signer(*message, 0, one.detached ? std::optional<ByteView>(kContent) : std::nullopt);
    CHECK_MESSAGE(signature.has_value(), (signature ? "" : signature.error().detail));
    if (signature) CHECK(base::equal(signature->certificate.der(), crowd.persons[one.person].certificate.der()));
  }
}

TEST_CASE("BouncyCastle reads what we seal, and we what it seals") {
  if (!has_bouncycastle()) return;
  const std::vector<KeyKind> encrypting{
      {KeyType::kRsa, 2048}, {KeyType::kP256, 256}, {KeyType::kP384, 384}, {KeyType::kP521, 521}};
  const test::Crowd crowd(encrypting, kKeyEncipherment | kKeyAgreement);
  test::write_octets(crowd.folder.file("content"), base::to_bytes(kContent));
  std::vector<Certificate> everybody;
  for (const auto& person : crowd.persons) everybody.push_back(person.certificate);
  test::write_octets(crowd.folder.file("sealed"), need(seal_message(kContent, everybody, CmsForm::kRfc5652)));
  std::string jobs = "encrypt oaep p0.crt.der content p0.oaep\n";
  for (std::size_t i = 0; i < crowd.persons.size(); ++i) {
    const std::string name = test::Crowd::name(i);
    jobs += "decrypt sealed " + name + ".crt.der " + name + ".key.der content\n";
    jobs += std::string("encrypt ") + (i == 0 ? "pkcs1 " : "ecdh ") + name + ".crt.der content " + name + ".made\n";
  }
  judge(crowd.folder, jobs);
  const auto reads = [&](const std::string& file, std::size_t i) {
    CAPTURE(file);
    const auto message = EnvelopedData::from_bytes(test::read_octets(crowd.folder.file(file)));
    REQUIRE_MESSAGE(message.has_value(), (message ? "" : message.error().detail));
    const auto content = open_message(*message, crowd.persons[i].certificate, crowd.persons[i].key);
    REQUIRE_MESSAGE(content.has_value(), (content ? "" : content.error().detail));
    CHECK(base::equal(content->view(), kContent));
  };
  for (std::size_t i = 0; i < crowd.persons.size(); ++i) reads(test::Crowd::name(i) + ".made", i);
  reads("p0.oaep", 0);
}
