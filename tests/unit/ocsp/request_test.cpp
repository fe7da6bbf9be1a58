#include "yuxin/ocsp/request.hpp"

#include <doctest/doctest.h>

#include <random>

#include "command.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/oid.hpp"

using namespace yuxin;
using namespace yuxin::ocsp;
namespace der = x509::der;

namespace {

using base::Bytes;
using base::ByteView;

// The parts of a request, each as DER that a test may spoil.
struct Parts {
  Bytes before_list;  // version and requestorName
  std::vector<Bytes> requests;
  Bytes request_extensions;  // content of the SEQUENCE OF
  Bytes signature;
};

Bytes wrapped(std::uint8_t tag, ByteView content) {
  der::Writer out;
  out.element(tag, content);
  return out.take();
}

Bytes cert_id(ByteView serial) {
  der::Writer out;
  const auto id = out.open(der::kSequence);
  const auto algorithm = out.open(der::kSequence);
  out.oid(x509::oid::kSha1);
  out.null();
  out.close(algorithm);
  out.octet_string(Bytes(20, 0x11));
  out.octet_string(Bytes(20, 0x22));
  out.element(der::kInteger, serial);
  out.close(id);
  return out.take();
}

Bytes single(std::uint8_t serial) { return wrapped(der::kSequence, cert_id(Bytes{serial})); }

Bytes make(const Parts& parts) {
  der::Writer out;
  const auto request = out.open(der::kSequence);
  const auto tbs = out.open(der::kSequence);
  out.raw(parts.before_list);
  const auto list = out.open(der::kSequence);
  for (const auto& one : parts.requests) out.raw(one);
  out.close(list);
  if (!parts.request_extensions.empty()) {
    out.raw(wrapped(der::constructed_tag(2), wrapped(der::kSequence, parts.request_extensions)));
  }
  out.close(tbs);
  out.raw(parts.signature);
  out.close(request);
  return out.take();
}

Bytes extension(ByteView oid, ByteView value, bool critical) {
  der::Writer out;
  const auto sequence = out.open(der::kSequence);
  out.oid(oid);
  if (critical) out.boolean(0xff);
  out.octet_string(value);
  out.close(sequence);
  return out.take();
}

Bytes nonce_extension(std::size_t size) {
  return extension(x509::oid::kOcspNonce, wrapped(der::kOctetString, Bytes(size, 0x6e)), false);
}

Bytes with_extensions(const Bytes& extensions) { return make({{}, {single(5)}, extensions, {}}); }

const Bytes kUnknownOid = {0x2a, 0x03, 0x04};
const Bytes kNullValue = {0x05, 0x00};

}  // namespace

TEST_CASE("a request made by openssl is read: digest, hashes, serial and nonce as openssl prints them") {
  const test::TemporaryFolder folder;
  const auto made = folder.run(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -subj /CN=ca -out ca.pem "
      "&& "
      "openssl ocsp -sha256 -issuer ca.pem -serial 0x3F9A77C2 -reqout r.der -req_text");
  REQUIRE(made.status == 0);
  const auto octets = test::read_octets(folder.file("r.der"));
  const auto query = parse_request(octets);
  REQUIRE(query);
  CHECK(query->count == 1);
  CHECK(query->first.digest == x509::DigestAlgorithm::kSha256);
  CHECK(base::hex_upper(query->first.serial) == "3F9A77C2");
  CHECK(query->nonce.size() >= 16);
  CHECK(made.output.find("Issuer Name Hash: " + base::hex_upper(query->first.issuer_name_hash)) != std::string::npos);
  CHECK(made.output.find("Issuer Key Hash: " + base::hex_upper(query->first.issuer_key_hash)) != std::string::npos);
}

TEST_CASE("a request about several certificates lists them in order, up to the bound") {
  Parts parts;
  for (std::uint8_t i = 1; i <= kMaxRequests; ++i) parts.requests.push_back(single(i));
  const Bytes request = make(parts);
  const auto query = parse_request(request);
  REQUIRE(query);
  const auto ids = cert_ids(*query);
  REQUIRE(ids.size() == kMaxRequests);
  CHECK(base::equal(ids[0].der, query->first.der));
  for (std::uint8_t i = 0; i < kMaxRequests; ++i)
    CHECK(base::hex(ids[i].serial) == base::hex(Bytes{static_cast<std::uint8_t>(i + 1)}));
  parts.requests.push_back(single(99));
  CHECK_FALSE(parse_request(make(parts)));
  CHECK_FALSE(parse_request(make({})));  // an empty list
}

TEST_CASE("a nonce has 1 to 128 octets in an OCTET STRING, once (RFC 9654 section 2.1)") {
  for (const std::size_t size : {1U, 16U, 32U, 127U, 128U}) {
    const Bytes request = with_extensions(nonce_extension(size));
    const auto query = parse_request(request);
    REQUIRE(query);
    CHECK(query->nonce.size() == size);
  }
  CHECK_FALSE(parse_request(with_extensions(nonce_extension(0))));
  CHECK_FALSE(parse_request(with_extensions(nonce_extension(129))));
  CHECK_FALSE(parse_request(with_extensions(extension(x509::oid::kOcspNonce, base::as_bytes("rawbytes"), false))));
  Bytes twice = nonce_extension(16);
  base::append(twice, nonce_extension(16));
  CHECK_FALSE(parse_request(with_extensions(twice)));
}

TEST_CASE(
    "a critical extension that is not understood is refused, an uncritical one ignored (RFC 6960 section 4.4)") {
  CHECK(parse_request(with_extensions(extension(kUnknownOid, kNullValue, false))));
  CHECK_FALSE(parse_request(with_extensions(extension(kUnknownOid, kNullValue, true))));
  CHECK(parse_request(
      with_extensions(extension(x509::oid::kOcspNonce, wrapped(der::kOctetString, Bytes(8, 1)), true))));

  const auto with_single_extension = [](bool critical) {
    Bytes content = cert_id(Bytes{5});
    base::append(content, wrapped(der::constructed_tag(0),
                                  wrapped(der::kSequence, extension(kUnknownOid, kNullValue, critical))));
    return make({{}, {wrapped(der::kSequence, content)}, {}, {}});
  };
  CHECK(parse_request(with_single_extension(false)));
  CHECK_FALSE(parse_request(with_single_extension(true)));
}

TEST_CASE("no version but v1 is known, and v1 is not written out in DER") {
  for (std::uint8_t version = 0; version < 3; ++version) {
    const Bytes field = wrapped(der::constructed_tag(0), Bytes{0x02, 0x01, version});
    CHECK_FALSE(parse_request(make({field, {single(5)}, {}, {}})));
  }
}

TEST_CASE("a signed request is read if it names its requestor (RFC 6960 section 4.1.2)") {
  const Bytes requestor = wrapped(der::constructed_tag(1), wrapped(der::context_tag(6), base::as_bytes("uri:x")));
  Bytes algorithm_and_bits = wrapped(der::kSequence, Bytes{0x06, 0x03, 0x2a, 0x03, 0x04});
  base::append(algorithm_and_bits, Bytes{0x03, 0x03, 0x00, 0x5a, 0x5a});
  const Bytes signature = wrapped(der::constructed_tag(0), wrapped(der::kSequence, algorithm_and_bits));
  CHECK(parse_request(make({requestor, {single(5)}, {}, signature})));
  CHECK(parse_request(make({requestor, {single(5)}, {}, {}})));
  CHECK_FALSE(parse_request(make({{}, {single(5)}, {}, signature})));
  const Bytes empty_signature = wrapped(der::constructed_tag(0), wrapped(der::kSequence, {}));
  CHECK_FALSE(parse_request(make({requestor, {single(5)}, {}, empty_signature})));
}

TEST_CASE("every truncation and every trailing octet is malformed") {
  const Bytes request = with_extensions(nonce_extension(32));
  REQUIRE(parse_request(request));
  for (std::size_t size = 0; size < request.size(); ++size) CHECK_FALSE(parse_request(ByteView(request).first(size)));
  Bytes longer = request;
  longer.push_back(0);
  CHECK_FALSE(parse_request(longer));
}

TEST_CASE("flipped bits never make a request that lists more or fewer certificates than it counts") {
  const Bytes request = make({{}, {single(5), single(6)}, nonce_extension(16), {}});
  for (std::size_t bit = 0; bit < request.size() * 8; ++bit) {
    Bytes damaged = request;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << (bit % 8)));
    const auto query = parse_request(damaged);
    if (query) CHECK(cert_ids(*query).size() == query->count);
  }
}
