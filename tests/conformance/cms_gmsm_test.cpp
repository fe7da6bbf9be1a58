// Messages in the form of GM/T 0010 between this program and gmsm (Go), both ways. What gmsm made lies in
// tests/data/gmsm; with a Go that can fetch it, it also judges what we make.
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

Bytes fixture(const std::string& name) {
  Bytes octets = test::read_octets(test::source_file("tests/data/gmsm/" + name));
  REQUIRE_FALSE(octets.empty());
  return octets;
}

void expect_signed(const Bytes& octets, const Certificate& signer, std::optional<ByteView> detached = std::nullopt) {
  const auto message = SignedData::from_bytes(octets);
  REQUIRE_MESSAGE(message.has_value(), (message ? "" : message.error().detail));
  CHECK(message->form() == CmsForm::kGm);
  const auto signature = verify_signer(*message, 0, detached);
  REQUIRE_MESSAGE(signature.has_value(), (signature ? "" : signature.error().detail));
  CHECK(base::equal(signature->certificate.der(), signer.der()));
  if (!detached) CHECK(base::equal(message->content().value(), kContent));
}

// judge builds gmsm's judge in the folder; false, with a line that says why, when there is no Go or gmsm.
bool has_judge(const test::TemporaryFolder& folder) {
  const std::string source = test::source_file("tests/conformance/gmsm");
  if (!test::has_command("go") || folder.run("cp -r '" + source + "' go && cd go && go mod download").status != 0) {
    std::printf("SKIPPED: no Go, or it cannot fetch github.com/emmansun/gmsm\n");
    return false;
  }
  const auto built = folder.run("cd go && go build -o ../judge .");
  CHECK_MESSAGE(built.status == 0, built.output);
  return built.status == 0;
}

void judge(const test::TemporaryFolder& folder, const std::string& jobs) {
  std::ofstream(folder.file("jobs")) << jobs;
  const auto outcome = folder.run("./judge jobs");
  CHECK_MESSAGE(outcome.status == 0, outcome.output);
  CHECK_MESSAGE(outcome.output.find("FAIL") == std::string::npos, outcome.output);
  CHECK(std::count(outcome.output.begin(), outcome.output.end(), '\n') == std::count(jobs.begin(), jobs.end(), '\n'));
}

}  // namespace

TEST_CASE("messages that gmsm made are read, verified and opened") {
  const auto signer = need(Certificate::from_der(fixture("person.crt.der")));
  const auto key = need(PrivateKey::from_pkcs8(fixture("person.key.der")));
  expect_signed(fixture("attached.der"), signer);
  expect_signed(fixture("bare.der"), signer);
  expect_signed(fixture("detached.der"), signer, kContent);
  const auto sealed = need(EnvelopedData::from_bytes(fixture("sealed.der")));
  CHECK(sealed.form() == CmsForm::kGm);
  CHECK(base::equal(need(open_message(sealed, signer, key)).view(), kContent));
}

TEST_CASE("gmsm verifies and opens our messages, and we its new ones") {
  const test::Crowd crowd({{KeyType::kSm2, 256}}, kDigitalSignature | kKeyEncipherment);
  if (!has_judge(crowd.folder)) return;
  const auto& mei = crowd.persons[0];
  const auto put = [&](const std::string& name, const Bytes& octets) {
    test::write_octets(crowd.folder.file(name), octets);
  };
  put("content", base::to_bytes(kContent));
  CmsSignOptions options;
  options.form = CmsForm::kGm;
  options.signing_time = base::system_clock().now();
  put("attached", need(sign_message(kContent, {mei.as_signer()}, options)));
  options.content = CmsContent::kDetached;
  put("detached", need(sign_message(kContent, {mei.as_signer()}, options)));
  put("sealed", need(seal_message(kContent, {mei.certificate}, CmsForm::kGm)));
  put("rfc", need(seal_message(kContent, {mei.certificate}, CmsForm::kRfc5652)));
  judge(crowd.folder,
        "verify attached content\n"
        "verify-detached detached content\n"
        "decrypt sealed p0.crt.der p0.key.der content\n"
        "decrypt rfc p0.crt.der p0.key.der content\n"
        "sign p0.crt.der p0.key.der content their.attached attached\n"
        "sign p0.crt.der p0.key.der content their.detached detached\n"
        "sign p0.crt.der p0.key.der content their.bare bare\n"
        "encrypt p0.crt.der content their.sealed\n");
  const auto read = [&](const std::string& name) { return test::read_octets(crowd.folder.file(name)); };
  expect_signed(read("their.attached"), mei.certificate);
  expect_signed(read("their.bare"), mei.certificate);
  expect_signed(read("their.detached"), mei.certificate, kContent);
  const auto sealed = need(EnvelopedData::from_bytes(read("their.sealed")));
  CHECK(base::equal(need(open_message(sealed, mei.certificate, mei.key)).view(), kContent));
}
