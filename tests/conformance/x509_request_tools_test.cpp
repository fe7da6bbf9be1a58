// Certification requests that other people's tools make.
#include <doctest/doctest.h>

#include "command.hpp"
#include "yuxin/x509/request.hpp"

namespace base = yuxin::base;
namespace x509 = yuxin::x509;
namespace oid = yuxin::x509::oid;
namespace test = yuxin::test;
using x509::CertificateRequest;

namespace {

bool mentions(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

CertificateRequest read_request(const std::string& file) {
  auto request = CertificateRequest::from_bytes(test::read_octets(file));
  REQUIRE_MESSAGE(request.has_value(), (request ? "" : request.error().detail));
  return *request;
}

}  // namespace

TEST_CASE("requests that GnuTLS made are read and prove possession") {
  if (!test::has_command("certtool")) {
    std::printf("SKIPPED: no certtool\n");
    return;
  }
  const test::TemporaryFolder folder;
  for (const std::string_view key : {"--key-type rsa --bits 2048", "--key-type ecdsa --curve secp256r1",
                                     "--key-type ecdsa --curve secp384r1", "--key-type eddsa --curve ed25519"}) {
    CAPTURE(std::string(key));
    const auto made = folder.run(
        "printf 'cn = \"portal\"\\norganization = \"测试市\"\\ncountry = CN\\ndns_name = a.test\\nip_address = "
        "192.0.2.1\\n' > t.cfg && certtool --generate-privkey " +
        std::string(key) +
        " --outfile k.pem && certtool --generate-request --load-privkey k.pem --template t.cfg --outfile r.pem");
    REQUIRE_MESSAGE(made.status == 0, made.output);
    const auto request = read_request(folder.file("r.pem"));
    CHECK(request.subject().first(oid::kOrganizationName) == "测试市");
    CHECK(request.subject_alt_names().size() == 2);
    CHECK(request.verify_possession().has_value());
  }
}

TEST_CASE("requests that Java's keytool made are read and prove possession") {
  if (!test::has_command("keytool")) {
    std::printf("SKIPPED: no keytool\n");
    return;
  }
  const test::TemporaryFolder folder;
  for (const std::string_view key :
       {"-keyalg RSA -keysize 2048", "-keyalg EC -groupname secp256r1", "-keyalg Ed25519"}) {
    CAPTURE(std::string(key));
    const auto made = folder.run(
        "rm -f s.p12; keytool -genkeypair -keystore s.p12 -storepass changeit -alias a -dname 'CN=portal, O=Test "
        "City, C=CN' " +
        std::string(key) +
        " && keytool -certreq -keystore s.p12 -storepass changeit -alias a -ext san=dns:a.test -file r.pem");
    REQUIRE_MESSAGE(made.status == 0, made.output);
    CHECK(mentions(std::string(base::as_text(test::read_octets(folder.file("r.pem")))), "NEW CERTIFICATE REQUEST"));
    const auto request = read_request(folder.file("r.pem"));
    CHECK(request.subject().text() == "C=CN, O=Test City, CN=portal");
    CHECK(request.subject_alt_names().at(0).value == "a.test");
    CHECK(request.verify_possession().has_value());
  }
}
