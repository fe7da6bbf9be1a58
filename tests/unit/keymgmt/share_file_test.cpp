// Sealed shares: opened by their holder and by nobody else; certificates by openssl as well.
#include "yuxin/keymgmt/share_file.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include "command.hpp"
#include "small_shares.hpp"
#include "yuxin/base/file.hpp"

namespace base = yuxin::base;
namespace keymgmt = yuxin::keymgmt;
namespace x509 = yuxin::x509;
using base::Code;
using base::Secret;
using yuxin::test::TemporaryFolder;

namespace {

const Secret kPassphrase("correct horse battery staple");
const Secret kText("yuxin-share-1\nset of octets that nobody else shall see\n");

keymgmt::ShareLabel label() {
  keymgmt::ShareLabel label{base::Bytes(16, 0x42), {}, "bureau A", "赵敏"};
  label.fingerprint.fill(0x24);
  return label;
}

base::Result<keymgmt::Opener> opener_of(const TemporaryFolder& folder, const std::string& name) {
  return keymgmt::load_opener(folder.file(name), []() -> base::Result<Secret> { return Secret("geheim"); });
}

}  // namespace

TEST_CASE("a share under a passphrase opens with it alone") {
  const auto file = keymgmt::seal_share(label(), kText, kPassphrase);
  REQUIRE(file);
  const auto printed = keymgmt::print_share_file(*file);
  CHECK(printed.find("nobody else") == std::string::npos);
  CHECK(printed.find(base::hex(kText.view())) == std::string::npos);
  const auto again = keymgmt::parse_share_file(printed);
  REQUIRE(again);
  CHECK(again->custodian == "赵敏");
  CHECK(again->group == "bureau A");
  CHECK(again->fingerprint == label().fingerprint);
  const auto opened = keymgmt::open_share(*again, kPassphrase);
  REQUIRE(opened);
  CHECK(base::equal(opened->view(), kText.view()));
  const auto wrong = keymgmt::open_share(*again, Secret("correct horse battery stable"));
  CHECK(wrong.error().code == Code::kNotAuthorised);
  CHECK(wrong.error().detail.find("赵敏") != std::string::npos);
  CHECK(yuxin::test::error_of(keymgmt::seal_share(label(), kText, Secret())).code == Code::kUsage);
}

TEST_CASE("a share for a certificate opens with its key, in our program and in openssl") {
  const TemporaryFolder folder;
  REQUIRE(
      folder
          .run("for n in ec rsa other; do a='ec -pkeyopt ec_paramgen_curve:P-384'; [ $n = rsa ] && a=rsa:2048; "
               "openssl req -x509 -newkey $a -nodes -keyout $n.key -out $n.pem -subj /CN=$n -days 3 || exit 1; "
               "openssl pkcs12 -export -inkey $n.key -in $n.pem -passout pass:geheim -out $n.p12; cat $n.key $n.pem "
               "> $n.both; done; openssl pkcs8 -topk8 -in ec.key -passout pass:geheim -out locked.key")
          .status == 0);
  for (const std::string kind : {"ec", "rsa"}) {
    const auto opener = opener_of(folder, kind + ".p12");
    REQUIRE(opener);
    const auto file = keymgmt::seal_share(label(), kText, opener->certificate);
    REQUIRE(file);
    const auto again = keymgmt::parse_share_file(keymgmt::print_share_file(*file));
    REQUIRE(again);
    CHECK(again->certificate == x509::sha256(opener->certificate.der()));
    const auto opened = keymgmt::open_share(*again, *opener);
    REQUIRE(opened);
    CHECK(base::equal(opened->view(), kText.view()));
    REQUIRE(base::write_file(folder.file("message"), again->message, base::Existing::kReplace,
                             base::Permissions::kPublic));
    const auto theirs = folder.run("openssl cms -decrypt -binary -inform DER -in message -recip " + kind +
                                   ".pem -inkey " + kind + ".key");
    CHECK(theirs.output == kText.text());
    for (const std::string& form : {kind + ".both", kind + ".pem," + folder.file(kind + ".key")}) {
      const auto same = opener_of(folder, form);
      REQUIRE(same);
      CHECK(keymgmt::open_share(*again, *same));
    }
    CHECK(yuxin::test::error_of(keymgmt::open_share(*again, opener_of(folder, "other.p12").value())).code ==
          Code::kNotFound);
    CHECK(yuxin::test::error_of(keymgmt::open_share(*again, kPassphrase)).code == Code::kUsage);
  }
  CHECK(opener_of(folder, "ec.pem," + folder.file("locked.key")));
  CHECK(yuxin::test::error_of(opener_of(folder, "rsa.pem," + folder.file("ec.key"))).code == Code::kIntegrity);
  CHECK(yuxin::test::error_of(opener_of(folder, "none.p12")).code == Code::kNotFound);
  CHECK(yuxin::test::error_of(keymgmt::load_opener("pkcs11:token=t", [] { return Secret(); })).code == Code::kUsage);
}

TEST_CASE("any other text is no share file") {
  const auto printed = keymgmt::print_share_file(keymgmt::seal_share(label(), kText, kPassphrase).value());
  for (std::size_t i = 0; i < printed.size(); ++i) {
    auto wrong = printed;
    wrong[i] = printed[i] == 'x' ? 'y' : 'x';
    const auto parsed = keymgmt::parse_share_file(wrong);
    if (parsed) CHECK(keymgmt::print_share_file(*parsed) == wrong);  // a letter of a name
  }
  CHECK(yuxin::test::error_of(keymgmt::parse_share_file(printed + "\n")).code == Code::kMalformed);
  CHECK(yuxin::test::error_of(keymgmt::parse_share_file("")).code == Code::kMalformed);
  CHECK(yuxin::test::error_of(keymgmt::parse_share_file("null")).code == Code::kMalformed);
}
