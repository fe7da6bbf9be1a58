// Certificate request messages (RFC 4211) as openssl's CMP client makes them, and as nobody should.
#include <doctest/doctest.h>

#include <array>

#include "command.hpp"
#include "need.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/inspect.hpp"
#include "yuxin/x509/request.hpp"

using namespace yuxin;
using test::error_of;
using test::need;
using x509::CertificateRequest;
namespace der = x509::der;

namespace {

// Asking has openssl make an ir, which it cannot send to anybody, and takes the CertReqMsg out.
struct Asking {
  test::TemporaryFolder folder;
  [[nodiscard]] base::Bytes message(const std::string& key, const std::string& options) const {
    const auto made = folder.run("openssl genpkey -algorithm " + key +
                                 " -out k.pem && openssl cmp -config '' -cmd ir -server 127.0.0.1:1 -ref r -secret "
                                 "pass:sesame -recipient /CN=ra -newkey k.pem -certout c.pem -reqout m.der " +
                                 options);
    const auto octets = test::read_octets(folder.file("m.der"));
    REQUIRE_MESSAGE(!octets.empty(), made.output);
    der::Reader fields(der::single(octets, der::kSequence)->content);
    REQUIRE(fields.element(der::kSequence).has_value());
    auto body = fields.nested(der::constructed_tag(0));
    REQUIRE(body.has_value());
    auto list = body->nested(der::kSequence);
    REQUIRE(list.has_value());
    return base::to_bytes(list->element(der::kSequence)->whole);
  }
};

constexpr const char* kP256 = "EC -pkeyopt ec_paramgen_curve:P-256";

x509::PrivateKey new_key() {
  const x509::KeyKind kind{x509::KeyType::kP256, 256};
  return need(x509::PrivateKey::generate(kind));
}

// Mould builds a CertReqMsg with what a test wants to be otherwise.
struct Mould {
  base::Bytes wanted;  // fields of the CertTemplate
  base::Bytes proof;   // ProofOfPossession; empty: a good signature
  base::Bytes more;    // after CertTemplate
  x509::PrivateKey key = new_key();

  [[nodiscard]] base::Bytes field(std::uint8_t tag, base::ByteView content) const {
    der::Writer out;
    out.element(tag, content);
    return out.take();
  }
  [[nodiscard]] base::Bytes key_field() const {
    return field(0xa6, der::single(key.public_key().spki(), der::kSequence)->content);
  }
  [[nodiscard]] base::Bytes make() const {
    der::Writer request;
    const auto whole = request.open(der::kSequence);
    request.integer(0);
    request.element(der::kSequence, wanted);
    request.raw(more);
    request.close(whole);
    der::Writer out;
    const auto message = out.open(der::kSequence);
    out.raw(request.view());
    if (proof.empty()) {
      const auto signer = need(key.signer(x509::SignatureAlgorithm::kEcdsaSha256));
      const auto possession = out.open(0xa1);
      out.raw(x509::scheme(signer->algorithm()).identifier);
      out.bit_string(need(signer->sign(request.view())));
      out.close(possession);
    } else {
      out.raw(proof);
    }
    out.close(message);
    return out.take();
  }
};

base::Bytes octets(const char* text) { return *base::from_hex(text); }

base::Bytes joined(std::initializer_list<base::Bytes> parts) {
  base::Bytes all;
  for (const auto& part : parts) base::append(all, part);
  return all;
}

base::Code refusal(base::ByteView message) {
  const auto made = CertificateRequest::from_crmf(message);
  REQUIRE_FALSE(made.has_value());
  return made.error().code;
}

}  // namespace

TEST_CASE("a request message of openssl's CMP client is read, and its possession proven") {
  const Asking asking;
  for (const std::string key : {"EC -pkeyopt ec_paramgen_curve:P-256", "RSA -pkeyopt rsa_keygen_bits:2048"}) {
    const auto octets =
        asking.message(key, "-subject /C=CN/CN=a.test -sans a.test,192.0.2.1 -days 30 -issuer /CN=ca");
    const auto request = need(CertificateRequest::from_crmf(octets));
    CHECK(request.form() == x509::RequestForm::kCrmf);
    CHECK(base::equal(request.der(), octets));
    CHECK(request.subject().text() == "C=CN, CN=a.test");
    const auto names = request.subject_alt_names();
    REQUIRE(names.size() == 2);
    CHECK(names[0].value == "a.test");
    CHECK(names[1].value == "192.0.2.1");
    CHECK(request.verify_possession().has_value());
    CHECK(base::equal(need(CertificateRequest::from_either(octets)).signed_part(), request.signed_part()));
    const auto described = need(x509::inspect(octets, {}));
    REQUIRE(described.size() == 1);
    CHECK(described[0].kind == x509::ObjectKind::kRequest);
    CHECK(described[0].text.find("CN=a.test") != std::string::npos);
    CHECK(base::pem("PUBLIC KEY", request.public_key().spki()) ==
          asking.folder.run("openssl pkey -in k.pem -pubout").output);
  }
}

TEST_CASE("openssl's SM2 proofs of possession, over the empty identifier, are taken, and no others") {
  const Asking asking;
  auto octets = asking.message("EC -pkeyopt ec_paramgen_curve:SM2", "-subject /CN=a.test -digest sm3");
  CHECK(need(CertificateRequest::from_crmf(octets)).verify_possession().has_value());
  octets.back() ^= 1U;
  const auto damaged = CertificateRequest::from_crmf(octets);
  CHECK((!damaged || !damaged->verify_possession()));
}

TEST_CASE("possession is proven by a signature with the key, over the request") {
  const Asking asking;
  CHECK(refusal(asking.message(kP256, "-subject /CN=a.test -popo 0")) == base::Code::kBadSignature);
  CHECK(refusal(asking.message(kP256, "-subject /CN=a.test -popo -1")) == base::Code::kBadSignature);
  Mould mould;
  mould.wanted = mould.key_field();
  CHECK(need(CertificateRequest::from_crmf(mould.make())).verify_possession().has_value());
  // another's key, with a proof by this one
  const Mould other;
  mould.wanted = other.key_field();
  const auto stolen = need(CertificateRequest::from_crmf(mould.make()));
  CHECK(error_of(stolen.verify_possession()).code == base::Code::kBadSignature);
  // keyEncipherment [2], and a signature with poposkInput
  mould.wanted = mould.key_field();
  mould.proof = octets("a203810100");
  CHECK(refusal(mould.make()) == base::Code::kBadSignature);
  mould.proof = octets("a104a0023000");
  CHECK(refusal(mould.make()) == base::Code::kBadSignature);
}

TEST_CASE("a template chooses nothing that is the authority's to choose, and has a key") {
  Mould mould;
  const auto key = mould.key_field();
  mould.wanted.clear();
  CHECK(refusal(mould.make()) == base::Code::kRefused);
  const std::vector<base::Bytes> choices = {mould.field(0x81, octets("01")), mould.field(0xa2, octets("06012a"))};
  for (const auto& chosen : choices) {
    mould.wanted = joined({chosen, key});
    CHECK(refusal(mould.make()) == base::Code::kRefused);
  }
  mould.wanted = joined({mould.field(0x80, octets("02")), key});
  CHECK(CertificateRequest::from_crmf(mould.make()).has_value());
  mould.wanted = joined({mould.field(0x80, octets("01")), key});
  CHECK(refusal(mould.make()) == base::Code::kMalformed);
}

TEST_CASE("what is no request message is refused") {
  Mould mould;
  const auto key = mould.key_field();
  for (const auto& wanted :
       {joined({key, key}), joined({key, mould.field(0xa5, octets("3000"))}), joined({key, mould.field(0xaa, {})}),
        joined({mould.field(0xa5, octets("3100")), key}), joined({key, mould.field(0x89, {})})}) {
    mould.wanted = wanted;
    CHECK(refusal(mould.make()) == base::Code::kMalformed);
  }
  mould.wanted = key;
  mould.more = octets("0500");
  CHECK(refusal(mould.make()) == base::Code::kMalformed);
  mould.more.clear();
  const auto good = mould.make();
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK_FALSE(CertificateRequest::from_crmf(base::ByteView(good).first(size)).has_value());
  auto longer = good;
  longer.push_back(0);
  CHECK(refusal(longer) == base::Code::kMalformed);
}

TEST_CASE("the two forms of a request are told apart") {
  const auto key = need(x509::PrivateKey::generate({x509::KeyType::kP256, 256}));
  const auto signer = need(key.signer(x509::SignatureAlgorithm::kEcdsaSha256));
  const auto pkcs10 = need(x509::make_request(need(x509::Name::parse("CN=a.test")), {}, *signer));
  CHECK(need(CertificateRequest::from_either(pkcs10)).form() == x509::RequestForm::kPkcs10);
  CHECK_FALSE(CertificateRequest::from_crmf(pkcs10).has_value());
  Mould mould;
  mould.wanted = mould.key_field();
  CHECK_FALSE(CertificateRequest::from_der(mould.make()).has_value());
  CHECK_FALSE(CertificateRequest::from_either({}).has_value());
}
