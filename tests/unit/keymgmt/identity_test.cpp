// Identities as other people's programs write them.
#include "yuxin/keymgmt/identity.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "command.hpp"

namespace base = yuxin::base;
namespace x509 = yuxin::x509;
using base::Code;
using yuxin::keymgmt::load_identity;
using yuxin::test::TemporaryFolder;

namespace {

// An issuer and an officer whom it certified, by openssl.
void make_officer(const TemporaryFolder& folder, const std::string& genpkey, const std::string& sign = "") {
  const auto made = folder.run(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 "
      "-subj '/CN=Test CA' && openssl genpkey " +
      genpkey + " -out officer.key && openssl req -new -key officer.key " + sign +
      " -subj '/C=CN/O=Test City/CN=officer-14' -out officer.csr && openssl x509 -req -in officer.csr -CA ca.pem "
      "-CAkey "
      "ca.key -days 20 -out officer.pem " +
      (sign.empty() ? "" : "-vfyopt distid:1234567812345678"));
  INFO(made.output);
  REQUIRE(made.status == 0);
}

const std::string kEc = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";

auto answering(const char* passphrase, int* asked = nullptr) {
  return [=]() -> base::Result<base::Secret> {
    if (asked != nullptr) ++*asked;
    return base::Secret(std::string_view(passphrase));
  };
}
base::Result<base::Secret> nobody() { return base::fail(Code::kUsage, "nobody can be asked"); }

void check_signs(const yuxin::keymgmt::Identity& identity) {
  const auto message = base::as_bytes("a statement");
  const auto signature = identity.signer->sign(message);
  REQUIRE(signature);
  const auto key = identity.certificate.public_key();
  REQUIRE(key);
  CHECK(x509::verify_tbs(*key, x509::scheme(identity.signer->algorithm()).identifier, message, *signature));
}

}  // namespace

TEST_CASE("a PKCS #12 file of openssl is an identity, with its chain") {
  const TemporaryFolder folder;
  make_officer(folder, kEc);
  REQUIRE(folder
              .run("openssl pkcs12 -export -inkey officer.key -in officer.pem -certfile ca.pem -passout pass:geheim "
                   "-out officer.p12")
              .status == 0);
  int asked = 0;
  const auto identity = load_identity(folder.file("officer.p12"), answering("geheim", &asked));
  REQUIRE(identity);
  CHECK(asked == 1);
  CHECK(identity->certificate.subject().text() == "C=CN, O=Test City, CN=officer-14");
  REQUIRE(identity->chain.size() == 1);
  CHECK(identity->chain[0].subject().text() == "CN=Test CA");
  check_signs(*identity);
}

TEST_CASE("keys of every kind come out of PKCS #12") {
  struct Kind {
    const char* genpkey;
    const char* sign;
  };
  for (const auto& kind : {Kind{"-algorithm RSA -pkeyopt rsa_keygen_bits:2048", ""}, Kind{"-algorithm ED25519", ""},
                           Kind{"-algorithm SM2", "-sm3 -sigopt distid:1234567812345678"}}) {
    CAPTURE(kind.genpkey);
    const TemporaryFolder folder;
    make_officer(folder, kind.genpkey, kind.sign);
    // SM2 goes as in GM/T practice: SM4 and SM3 protect the file.
    const std::string options = *kind.sign == '\0' ? "" : "-keypbe SM4-CBC -certpbe SM4-CBC -macalg sm3 ";
    const auto made = folder.run("openssl pkcs12 -export " + options +
                                 "-inkey officer.key -in officer.pem -passout pass:geheim -out officer.p12");
    INFO(made.output);
    REQUIRE(made.status == 0);
    const auto identity = load_identity(folder.file("officer.p12"), answering("geheim"));
    REQUIRE(identity);
    check_signs(*identity);
  }
}

TEST_CASE("what a PKCS #12 file lacks is said") {
  const TemporaryFolder folder;
  make_officer(folder, kEc);
  REQUIRE(folder
              .run("openssl pkcs12 -export -inkey officer.key -in officer.pem -passout pass:geheim -out officer.p12 "
                   "&& openssl pkcs12 -export -nokeys -in ca.pem -passout pass:geheim -out nokey.p12 && openssl "
                   "pkcs12 -export -inkey ca.key -in ca.pem -passout pass:geheim -legacy -out old.p12 && head -c 200 "
                   "officer.p12 > cut.p12 && (cat officer.p12; echo x) > more.p12")
              .status == 0);
  const auto code_of = [&](const char* file, const char* passphrase) {
    const auto identity = load_identity(folder.file(file), answering(passphrase));
    REQUIRE_FALSE(identity);
    return identity.error().code;
  };
  CHECK(code_of("officer.p12", "falsch") == Code::kNotAuthorised);
  CHECK(code_of("officer.p12", "") == Code::kNotAuthorised);
  CHECK(code_of("nokey.p12", "geheim") == Code::kMalformed);
  CHECK(code_of("old.p12", "geheim") == Code::kRefused);
  CHECK(code_of("cut.p12", "geheim") == Code::kMalformed);
  CHECK(code_of("more.p12", "geheim") == Code::kMalformed);
  CHECK(code_of("absent.p12", "geheim") == Code::kNotFound);
}

TEST_CASE("PEM files are an identity, together or apart, and only a locked key asks for a passphrase") {
  const TemporaryFolder folder;
  make_officer(folder, kEc);
  REQUIRE(folder
              .run("cat officer.key ca.pem officer.pem > one.pem && openssl pkcs8 -topk8 -in officer.key -passout "
                   "pass:geheim -out locked.key && cat officer.pem ca.pem > chain.pem")
              .status == 0);
  const auto together = load_identity(folder.file("one.pem"), nobody);
  REQUIRE(together);
  CHECK(together->certificate.subject().text() == "C=CN, O=Test City, CN=officer-14");
  CHECK(together->chain.size() == 1);
  check_signs(*together);

  const auto apart = load_identity(folder.file("chain.pem") + "," + folder.file("officer.key"), nobody);
  REQUIRE(apart);
  check_signs(*apart);

  const auto pair = folder.file("chain.pem") + "," + folder.file("locked.key");
  const auto locked = load_identity(pair, answering("geheim"));
  REQUIRE(locked);
  check_signs(*locked);
  const auto wrong = load_identity(pair, answering("falsch"));
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == Code::kNotAuthorised);
  CHECK(wrong.error().detail.starts_with(folder.file("locked.key")));
}

TEST_CASE("a key without its certificate is no identity, nor is a certificate without its key") {
  const TemporaryFolder folder;
  make_officer(folder, kEc);
  const auto foreign = load_identity(folder.file("officer.pem") + "," + folder.file("ca.key"), nobody);
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().code == Code::kIntegrity);
  const auto keyless = load_identity(folder.file("officer.pem"), nobody);
  REQUIRE_FALSE(keyless);
  CHECK(keyless.error().code == Code::kMalformed);
  const auto token = load_identity("pkcs11:token=officer", nobody);
  REQUIRE_FALSE(token);
  CHECK(token.error().code == Code::kUsage);
}
