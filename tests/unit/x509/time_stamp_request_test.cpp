#include <doctest/doctest.h>

#include <fstream>

#include "command.hpp"
#include "small_tsa.hpp"
#include "yuxin/x509/der.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;
using test::oid_of;

namespace {

bool has(const test::Outcome& outcome, std::string_view text) {
  return outcome.output.find(text) != std::string::npos;
}

// A request with what a test puts in the place of each part.
struct Parts {
  std::int64_t version = 1;
  Bytes parameters;  // of the digest's AlgorithmIdentifier
  Bytes tail;        // after the imprint
};
Bytes request_of(const Parts& parts) {
  der::Writer out;
  const auto whole = out.open(der::kSequence);
  out.integer(parts.version);
  const auto imprint = out.open(der::kSequence);
  const auto algorithm = out.open(der::kSequence);
  out.oid(oid::kSha256);
  out.raw(parts.parameters);
  out.close(algorithm);
  out.octet_string(Bytes(32, 7));
  out.close(imprint);
  out.raw(parts.tail);
  out.close(whole);
  return out.take();
}

}  // namespace

TEST_CASE("openssl reads our requests") {
  const test::TemporaryFolder folder;
  const Bytes nonce = make_time_stamp_nonce();
  const Bytes policy = oid_of("1.2.3.4.5");
  const Bytes imprint = digest(DigestAlgorithm::kSha384, base::as_bytes("text"));
  const auto der = make_time_stamp_request({DigestAlgorithm::kSha384, imprint, nonce, policy});
  test::write_octets(folder.file("q.tsq"), der);
  const auto shown = folder.run("openssl ts -query -in q.tsq -text");
  CAPTURE(shown.output);
  CHECK(shown.status == 0);
  CHECK(has(shown, "Hash Algorithm: sha384"));
  CHECK(has(shown, "Policy OID: 1.2.3.4.5"));
  CHECK(has(shown, "Nonce: 0x" + base::hex_upper(nonce)));
  CHECK(has(shown, "Certificate required: yes"));

  test::write_octets(
      folder.file("bare.tsq"),
      make_time_stamp_request({DigestAlgorithm::kSha384, imprint, {}, {}, TimeStampRequest::Certificates::kLeftOut}));
  const auto bare = folder.run("openssl ts -query -in bare.tsq -text");
  CHECK(has(bare, "Policy OID: unspecified"));
  CHECK(has(bare, "Nonce: unspecified"));
  CHECK(has(bare, "Certificate required: no"));
}

TEST_CASE("what openssl asks is read: digest, policy, nonce, certificates") {
  const test::TemporaryFolder folder;
  std::ofstream(folder.file("text")) << "text";
  for (const auto& [name, algorithm] :
       {std::pair{"sha1", DigestAlgorithm::kSha1}, std::pair{"sha256", DigestAlgorithm::kSha256},
        std::pair{"sha384", DigestAlgorithm::kSha384}, std::pair{"sha512", DigestAlgorithm::kSha512},
        std::pair{"sm3", DigestAlgorithm::kSm3}}) {
    CAPTURE(name);
    REQUIRE(folder.run("openssl ts -query -data text -" + std::string(name) + " -tspolicy 1.2.3.4.5 -cert -out q")
                .status == 0);
    const Bytes der = test::read_octets(folder.file("q"));
    const auto request = parse_time_stamp_request(der);
    REQUIRE(request);
    CHECK(request->digest == algorithm);
    CHECK(base::equal(request->imprint, digest(algorithm, base::as_bytes("text"))));
    CHECK(base::equal(request->policy, oid_of("1.2.3.4.5")));
    CHECK(request->nonce.size() >= 1);
    CHECK(request->certificates == TimeStampRequest::Certificates::kIncluded);
    CHECK_FALSE(request->has_extensions);
  }
  REQUIRE(folder.run("openssl ts -query -data text -sha256 -no_nonce -out q").status == 0);
  const Bytes der = test::read_octets(folder.file("q"));
  const auto request = parse_time_stamp_request(der);
  REQUIRE(request);
  CHECK(request->nonce.empty());
  CHECK(request->policy.empty());
  CHECK(request->certificates == TimeStampRequest::Certificates::kLeftOut);

  REQUIRE(folder.run("openssl ts -query -data text -md5 -out q").status == 0);
  const Bytes unknown = test::read_octets(folder.file("q"));
  REQUIRE(parse_time_stamp_request(unknown));
  CHECK_FALSE(parse_time_stamp_request(unknown)->digest);
}

TEST_CASE("parameters of the digest are absent or NULL; others make it unknown") {
  CHECK(parse_time_stamp_request(request_of({}))->digest == DigestAlgorithm::kSha256);
  CHECK(parse_time_stamp_request(request_of({1, {0x05, 0x00}, {}}))->digest == DigestAlgorithm::kSha256);
  CHECK_FALSE(parse_time_stamp_request(request_of({1, {0x04, 0x00}, {}}))->digest);
  CHECK_FALSE(parse_time_stamp_request(request_of({1, {0x05, 0x00, 0x05, 0x00}, {}}))->digest);
}

TEST_CASE("extensions are seen, whatever they are") {
  const Bytes extensions{0xa0, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x2a, 0x03, 0x04, 0x04, 0x02, 0x05, 0x00};
  const auto request = parse_time_stamp_request(request_of({1, {}, extensions}));
  REQUIRE(request);
  CHECK(request->has_extensions);
}

TEST_CASE("malformed requests are refused") {
  const Bytes good = test::request_for("text", DigestAlgorithm::kSha256, TimeStampRequest::Certificates::kIncluded,
                                       make_time_stamp_nonce());
  REQUIRE(parse_time_stamp_request(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(parse_time_stamp_request(base::ByteView(good).first(size)));
  }
  Bytes longer = good;
  longer.push_back(0);
  CHECK_FALSE(parse_time_stamp_request(longer));
  CHECK_FALSE(parse_time_stamp_request(request_of({2, {}, {}})));                        // version
  CHECK_FALSE(parse_time_stamp_request(request_of({1, {}, {0x02, 0x02, 0x00, 0x01}})));  // nonce not minimal
  CHECK_FALSE(parse_time_stamp_request(request_of({1, {}, {0x01, 0x01, 0x01}})));        // TRUE is ff
  CHECK_FALSE(parse_time_stamp_request(request_of({1, {}, {0xa0, 0x00}})));              // no extension at all
  CHECK_FALSE(parse_time_stamp_request(request_of({1, {}, {0x01, 0x01, 0xff, 0x02, 0x01, 0x05}})));  // order
  CHECK(parse_time_stamp_request(request_of({1, {}, {0x01, 0x01, 0x00}})));  // FALSE written out: many do it
}

TEST_CASE("nonces are 16 octets, positive, minimal and not the same twice") {
  const Bytes one = make_time_stamp_nonce();
  CHECK(one.size() == 16);
  CHECK((one[0] & 0x80U) == 0);
  CHECK(der::is_minimal_integer(one));
  CHECK(one != make_time_stamp_nonce());
}
