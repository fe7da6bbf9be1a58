#include "yuxin/ocsp/publication.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "command.hpp"
#include "small_ocsp_city.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/x509/digest.hpp"

using namespace yuxin;
using namespace yuxin::ocsp;
using test::kNoon;
using test::need;

namespace {

struct Scene {
  Scene() {
    auto child = test::row_of(2, "issuing", issuing);
    child.parent = "root";
    auto waiting = test::row_of(3, "waiting", issuing);
    waiting.certificate.clear();
    reader.set_authorities({test::row_of(1, "root", root), child, waiting});
    std::filesystem::create_directories(folder.path() / "crl");
    publication = need(Publication::start(reader, clock, {folder.path().string()}));
  }
  // publish writes a list to its file and makes it the latest of authority 2.
  void publish(std::int64_t number, const std::string& text, base::UnixTime from, base::UnixTime until) {
    const auto file = "crl/issuing-" + std::to_string(number) + ".crl";
    test::write_text(folder.file(file), text);
    reader.set_latest_crl(
        2, {2, number, from, until, file, x509::digest(x509::DigestAlgorithm::kSha256, base::as_bytes(text))});
  }
  base::HttpReply get(std::string_view target) const {
    base::HttpRequest request;
    request.method = "GET";
    request.target = target;
    auto reply = publication->answer_now(request);
    return reply ? std::move(*reply) : publication->answer(request);
  }

  test::TemporaryFolder folder;
  test::FakeClock clock{kNoon};
  test::FakeStatusReader reader;
  test::SmallAuthority root{"CN=Root", {x509::KeyType::kP256, 256}};
  test::SmallAuthority issuing{"CN=Issuing", {x509::KeyType::kP256, 256}, root};
  std::unique_ptr<Publication> publication;
};

std::string text_of(const base::HttpReply& reply) {
  REQUIRE(reply.file != nullptr);
  base::Bytes content(static_cast<std::size_t>(reply.file->size()));
  REQUIRE(reply.file->read_at(0, content) == content.size());
  return std::string(base::as_text(content));
}

}  // namespace

TEST_CASE("the certificate of an authority is published in DER") {
  const Scene scene;
  const auto reply = scene.get("/ca/issuing.cer");
  REQUIRE(reply.shared);
  CHECK(base::equal(reply.shared->body, scene.issuing.certificate().der()));
  CHECK(reply.shared->fields.find("Content-Type: application/pkix-cert\r\n") != std::string::npos);
  CHECK(reply.shared->fields.find("Cache-Control: max-age=3600, public, no-transform\r\n") != std::string::npos);
}

TEST_CASE("openssl reads the chain of an authority from its certs-only message") {
  const Scene scene;
  const auto reply = scene.get("/ca/issuing.p7c");
  REQUIRE(reply.shared);
  CHECK(reply.shared->fields.find("Content-Type: application/pkcs7-mime; smime-type=certs-only\r\n") !=
        std::string::npos);
  const test::TemporaryFolder folder;
  test::write_octets(folder.file("chain.p7c"), reply.shared->body);
  test::write_text(folder.file("root.pem"), scene.root.certificate().pem());
  const auto shown = folder.run(
      "openssl pkcs7 -inform DER -in chain.p7c -print_certs | sed 's/ = /=/g' | tee all.pem && openssl verify "
      "-CAfile root.pem all.pem "
      "&& "
      "openssl cms -cmsout -inform DER -in chain.p7c -print | grep -q signerInfos");
  CAPTURE(shown.output);
  CHECK(shown.status == 0);
  CHECK(shown.output.find("subject=CN=Root") != std::string::npos);
  CHECK(shown.output.find("subject=CN=Issuing") != std::string::npos);
  CHECK(shown.output.find("all.pem: OK") != std::string::npos);
}

TEST_CASE("the latest list is sent from its file, with what caches may do with it") {
  Scene scene;
  CHECK(scene.get("/crl/issuing.crl").status == 404);  // none yet
  scene.publish(7, "seven", kNoon - base::hours(1), kNoon + base::hours(23));
  const auto reply = scene.get("/crl/issuing.crl");
  CHECK(reply.status == 200);
  CHECK(reply.content_type == "application/pkix-crl");
  CHECK(text_of(reply) == "seven");
  const std::map<std::string, std::string> fields(reply.fields.begin(), reply.fields.end());
  CHECK(fields.at("Cache-Control") == "max-age=300, public, no-transform");
  CHECK(fields.at("Last-Modified") == "Sun, 22 Nov 2026 09:00:00 GMT");
  CHECK(fields.at("Expires") == "Mon, 23 Nov 2026 09:00:00 GMT");

  scene.publish(8, "eight", kNoon, kNoon + base::minutes(2));
  const auto next = scene.get("/crl/issuing.crl");
  CHECK(text_of(next) == "eight");
  CHECK(next.fields[0].second == "max-age=120, public, no-transform");
  scene.clock.advance(base::hours(1));
  CHECK(scene.get("/crl/issuing.crl").fields[0].second == "max-age=0, public, no-transform");
}

TEST_CASE("a list that is not what was published is not served, and is again when it is") {
  Scene scene;
  scene.publish(7, "seven", kNoon, kNoon + base::hours(24));
  const auto path = scene.folder.file("crl/issuing-7.crl");
  const auto other = scene.folder.file("other");
  test::write_text(other, "seven");
  CHECK(text_of(scene.get("/crl/issuing.crl")) == "seven");
  CHECK(need(scene.publication->damaged_lists()).empty());
  const auto expect_damage = [&] {
    CHECK(scene.get("/crl/issuing.crl").status == 503);
    CHECK(need(scene.publication->damaged_lists()) == std::vector<std::string>{"issuing"});
    std::filesystem::remove(path);
    test::write_text(path, "seven");
    CHECK(text_of(scene.get("/crl/issuing.crl")) == "seven");
    CHECK(need(scene.publication->damaged_lists()).empty());
  };
  test::write_text(path, "sevem");  // of the same length
  expect_damage();
  std::filesystem::remove(path);
  expect_damage();
  std::filesystem::remove(path);
  std::filesystem::create_symlink(other, path);  // even to the same octets
  expect_damage();
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  expect_damage();
}

TEST_CASE("what is not published is not found, whatever the path looks like") {
  const Scene scene;
  for (const char* target : {"/ca/", "/ca/none.cer", "/ca/waiting.cer", "/ca/issuing.key", "/ca/../issuing.cer",
                             "/ca/issuing.cer/", "/crl/", "/crl/.crl", "/crl/none.crl", "/crl/../home/x.crl",
                             "/crl/issuing", "/crl/issuing.cer", "/", "/other"}) {
    CAPTURE(target);
    CHECK(scene.get(target).status == 404);
  }
}

TEST_CASE("a store that cannot be read is 503, and a new authority is published after a tick") {
  Scene scene;
  scene.reader.fail_with(base::Error{base::Code::kUnavailable, "The disk is gone.", {}});
  CHECK(scene.get("/crl/issuing.crl").status == 503);
  CHECK_FALSE(scene.publication->tick());
  CHECK(scene.get("/ca/issuing.cer").shared);
  scene.reader.fail_with({});
  scene.reader.set_authorities({test::row_of(5, "fresh", scene.root)});
  REQUIRE(scene.publication->tick());
  CHECK(scene.get("/ca/fresh.cer").shared);
  CHECK(scene.get("/ca/issuing.cer").status == 404);
}
