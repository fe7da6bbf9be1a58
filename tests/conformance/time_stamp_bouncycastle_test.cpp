// Our time stamps under the eyes of BouncyCastle, for every kind of key.
#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>

#include "command.hpp"
#include "small_tsa.hpp"
#include "source_dir.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;
using test::kStamped;
using test::need;
using test::SmallTsa;
using Certificates = TimeStampRequest::Certificates;

namespace {

constexpr std::array<std::uint8_t, 3> kSerial{0x01, 0x80, 0x05};

std::string judge() {
  return "java -Xshare:auto -XX:TieredStopAtLevel=1 -cp "
         "/usr/share/java/bcprov.jar:/usr/share/java/bcpkix.jar:/usr/share/java/bcutil.jar '" +
         test::source_file("tests/conformance/BouncyTimeStamps.java") + "'";
}

bool has_bouncycastle() {
  const bool there = test::has_command("javac") && test::run("test -e /usr/share/java/bcpkix.jar").status == 0;
  if (!there) std::printf("SKIPPED: no JDK with BouncyCastle (libbcpkix-java)\n");
  return there;
}

}  // namespace

TEST_CASE("BouncyCastle accepts our tokens, with and without certificates, and no others") {
  if (!has_bouncycastle()) return;
  for (const auto& [kind, algorithm] : {std::pair{KeyKind{KeyType::kP256, 256}, SignatureAlgorithm::kEcdsaSha256},
                                        std::pair{KeyKind{KeyType::kP384, 384}, SignatureAlgorithm::kEcdsaSha384},
                                        std::pair{KeyKind{KeyType::kRsa, 2048}, SignatureAlgorithm::kRsaSha256},
                                        std::pair{KeyKind{KeyType::kRsa, 2048}, SignatureAlgorithm::kRsaPssSha256},
                                        std::pair{KeyKind{KeyType::kEd25519, 256}, SignatureAlgorithm::kEd25519},
                                        std::pair{KeyKind{KeyType::kSm2, 256}, SignatureAlgorithm::kSm2Sm3}}) {
    CAPTURE(scheme(algorithm).name);
    const SmallTsa tsa(kind, algorithm);
    const test::TemporaryFolder folder;
    std::ofstream(folder.file("tsa.pem")) << tsa.certificate.pem();
    const Bytes nonce = make_time_stamp_nonce();
    const auto write = [&](const std::string& name, const Bytes& request, std::string_view answers) {
      const Bytes other = test::request_for(answers, DigestAlgorithm::kSha512, Certificates::kLeftOut, nonce);
      const auto parsed = *parse_time_stamp_request(answers.empty() ? request : other);
      test::write_octets(folder.file(name + ".tsq"), request);
      test::write_octets(folder.file(name + ".tsr"),
                         make_time_stamp_response(need(tsa.stamper()->token(parsed, {kStamped, 250'000, kSerial}))));
    };
    write("with", test::request_for("text", DigestAlgorithm::kSha256, Certificates::kIncluded, nonce), "");
    write("without", test::request_for("text", DigestAlgorithm::kSha512, Certificates::kLeftOut), "");
    write("wrong", test::request_for("text", DigestAlgorithm::kSha512, Certificates::kLeftOut, nonce), "other text");
    const auto good = folder.run(judge() + " tsa.pem with.tsq with.tsr without.tsq without.tsr");
    CAPTURE(good.output);
    CHECK(good.status == 0);
    CHECK(good.output == "good 1795341851 18005 1\ngood 1795341851 18005 0\n");
    CHECK(folder.run(judge() + " tsa.pem wrong.tsq wrong.tsr").status != 0);
  }
}
