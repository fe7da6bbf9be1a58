// Keys of a ceremony: a person's, and the throw-away one under which a certificate is tried.
#include "yuxin/keymgmt/ceremony_keys.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include "command.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/keymgmt/identity.hpp"
#include "yuxin/x509/oid.hpp"

namespace base = yuxin::base;
namespace keymgmt = yuxin::keymgmt;
namespace x509 = yuxin::x509;
using yuxin::test::has_command;
using yuxin::test::run;
using yuxin::test::TemporaryFolder;

TEST_CASE("a person's key opens with the own passphrase alone, and openssl finds its certificate good") {
  const base::Secret passphrase(std::string_view("a passphrase of my own"));
  const auto made = keymgmt::make_seat_key("赵敏", std::string(32, 'a'), {1'700'000'000}, passphrase);
  REQUIRE(made);
  const auto certificate = x509::Certificate::from_der(made->certificate).value();
  CHECK(certificate.subject().first(x509::oid::kCommonName) == "赵敏");
  CHECK_FALSE(certificate.is_ca());
  const TemporaryFolder folder;
  const auto key = base::pem("ENCRYPTED PRIVATE KEY", made->sealed_key);
  REQUIRE(
      base::write_file(folder.file("k"), base::as_bytes(key), base::Existing::kRefuse, base::Permissions::kPrivate));
  REQUIRE(base::write_file(folder.file("c"), base::as_bytes(certificate.pem()), base::Existing::kRefuse,
                           base::Permissions::kPublic));
  const auto name = folder.file("c") + "," + folder.file("k");
  CHECK(keymgmt::load_identity(name, [&] { return base::Result<base::Secret>(passphrase.clone()); }));
  CHECK_FALSE(keymgmt::load_identity(
      name, [] { return base::Result<base::Secret>(base::Secret(std::string_view("wrong"))); }));
  if (!has_command("openssl")) return;
  CHECK(run("openssl verify -check_ss_sig -CAfile " + folder.file("c") + " " + folder.file("c")).status == 0);
  CHECK(run("openssl x509 -noout -enddate -in " + folder.file("c")).output.find("9999") != std::string::npos);
}

TEST_CASE("a key without a passphrase is not made") {
  CHECK_FALSE(keymgmt::make_seat_key("x", std::string(32, 'a'), {0}, base::Secret()));
}

TEST_CASE("a certificate is tried with a key of the kind that will sign it, and a broken rule is named") {
  const auto key = x509::PrivateKey::generate({x509::KeyType::kP256, 256}).value();
  const auto name = x509::Name::parse("C=CN, O=Test City, CN=Test Root").value();
  const auto algorithm = x509::SignatureAlgorithm::kEcdsaSha256;
  const auto make = [&](const std::vector<base::Bytes>& extensions) {
    return x509::make_tbs_certificate({x509::Serial::random(),
                                       x509::scheme(algorithm).identifier,
                                       name.der(),
                                       {1'700'000'000},
                                       {1'800'000'000},
                                       name.der(),
                                       key.public_key().spki(),
                                       {extensions.begin(), extensions.end()}});
  };
  const std::vector<base::Bytes> good = {
      x509::make_basic_constraints(x509::Critical::kYes, {.ca = true, .path_length = {}}),
      x509::make_key_usage(x509::Critical::kYes, x509::kKeyCertSign | x509::kCrlSign),
      x509::make_subject_key_identifier(key.public_key().identifier())};
  const auto tbs = make(good);
  const auto tried = keymgmt::try_certificate(tbs, {x509::KeyType::kP256, 256}, algorithm, nullptr);
  REQUIRE(tried);
  CHECK(*tried == x509::sha256(tbs));
  // RFC 5280 section 4.2.1.9: an authority's basicConstraints are critical
  auto bad = good;
  bad[0] = x509::make_basic_constraints(x509::Critical::kNo, {.ca = true, .path_length = {}});
  CHECK(yuxin::test::error_of(keymgmt::try_certificate(make(bad), {x509::KeyType::kP256, 256}, algorithm, nullptr))
            .code == base::Code::kRefused);
}
