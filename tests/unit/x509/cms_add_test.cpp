#include <doctest/doctest.h>

#include "messages.hpp"
#include "need.hpp"
#include "yuxin/x509/der.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;
using base::ByteView;
using base::Code;
using test::error_of;
using test::need;

namespace {

const ByteView kContent = base::as_bytes("the content of the message");
const Bytes kStandIn{0x30, 0x03, 0x02, 0x01, 0x2a};  // any SEQUENCE: what is embedded is not looked into
const Bytes kOtherStandIn{0x30, 0x03, 0x02, 0x01, 0x2b};

struct Scene {
  test::SmallAuthority authority{"C=CN, CN=Authority", {KeyType::kP256, 256}};
  test::Person alice = test::make_person(authority, "C=CN, CN=Alice", {KeyType::kP256, 256});
  SignedData message = need(SignedData::from_bytes(need(sign_message(kContent, {alice.as_signer()}, {}))));
};

SignedData add(const SignedData& message, const CmsAdditions& additions) {
  return need(SignedData::from_bytes(need(add_to_message(message, 0, additions))));
}

std::int64_t version_of(const SignedData& message) {
  der::Reader outer(message.der());
  auto fields = outer.nested(der::kSequence).value();
  REQUIRE(fields.oid());
  return fields.nested(der::constructed_tag(0))->nested(der::kSequence)->small_integer().value();
}

}  // namespace

TEST_CASE("what is added is there, and what was signed is octet for octet as before") {
  const Scene scene;
  CmsAdditions additions;
  additions.certificates = {scene.authority.certificate().der()};
  additions.attribute_certificates = {kStandIn};
  additions.crls = {kStandIn};
  additions.ocsp_responses = {kOtherStandIn};
  additions.unsigned_attributes = {{base::to_bytes(oid::kTimeStampToken), {kStandIn}}};
  const auto message = add(scene.message, additions);
  CHECK(message.certificates().size() == 2);
  REQUIRE(message.attribute_certificates().size() == 1);
  CHECK(base::equal(message.attribute_certificates()[0], kStandIn));
  REQUIRE(message.crls().size() == 1);
  CHECK(base::equal(message.crls()[0], kStandIn));
  REQUIRE(message.ocsp_responses().size() == 1);
  CHECK(base::equal(message.ocsp_responses()[0], kOtherStandIn));
  const auto token = message.signers()[0].unsigned_attribute(oid::kTimeStampToken);
  REQUIRE(token);
  CHECK(token->values == std::vector<Bytes>{kStandIn});
  CHECK(base::equal(message.signers()[0].signed_attributes, scene.message.signers()[0].signed_attributes));
  CHECK(base::equal(message.signers()[0].signature, scene.message.signers()[0].signature));
  CHECK(base::equal(message.content().value(), kContent));
  CHECK(verify_signer(message, 0).has_value());
}

TEST_CASE("the version follows what a message holds, as RFC 5652 section 5.1 says") {
  const Scene scene;
  CHECK(version_of(scene.message) == 1);
  CmsAdditions additions;
  additions.crls = {kStandIn};
  CHECK(version_of(add(scene.message, additions)) == 1);
  additions.attribute_certificates = {kStandIn};
  CHECK(version_of(add(scene.message, additions)) == 4);
  additions.ocsp_responses = {kStandIn};
  CHECK(version_of(add(scene.message, additions)) == 5);
}

TEST_CASE("nothing is put in twice") {
  const Scene scene;
  CmsAdditions additions;
  additions.certificates = {scene.alice.certificate.der(), scene.authority.certificate().der()};
  additions.crls = {kStandIn, kStandIn};
  additions.ocsp_responses = {kStandIn};
  additions.unsigned_attributes = {{base::to_bytes(oid::kTimeStampToken), {kStandIn, kStandIn}}};
  const auto once = add(scene.message, additions);
  const auto again = add(once, additions);
  CHECK(base::equal(once.der(), again.der()));
  CHECK(once.certificates().size() == 2);
  CHECK(once.crls().size() == 1);
}

TEST_CASE("values of an unsigned attribute that is there already join it") {
  const Scene scene;
  const Bytes other_type{0x2a, 0x03};
  CmsAdditions additions;
  additions.unsigned_attributes = {{other_type, {kStandIn}}, {base::to_bytes(oid::kTimeStampToken), {kOtherStandIn}}};
  const auto first = add(scene.message, additions);
  additions.unsigned_attributes = {{base::to_bytes(oid::kTimeStampToken), {kStandIn}}};
  const auto second = add(first, additions);
  CHECK(second.signers()[0].unsigned_attribute(oid::kTimeStampToken)->values ==
        std::vector<Bytes>{kStandIn, kOtherStandIn});
  CHECK(second.signers()[0].unsigned_attribute(other_type)->values == std::vector<Bytes>{kStandIn});
}

TEST_CASE("a message in the form of GM/T 0010 stays in version 1") {
  const Scene scene;
  const auto mei = test::make_person(scene.authority, "CN=梅", {KeyType::kSm2, 256});
  CmsSignOptions options;
  options.form = CmsForm::kGm;
  const auto message = need(SignedData::from_bytes(need(sign_message(kContent, {mei.as_signer()}, options))));
  CmsAdditions additions;
  additions.unsigned_attributes = {{base::to_bytes(oid::kTimeStampToken), {kStandIn}}};
  additions.ocsp_responses = {kStandIn};
  const auto more = add(message, additions);
  CHECK(more.form() == CmsForm::kGm);
  CHECK(version_of(more) == 1);
  CHECK(verify_signer(more, 0).has_value());
}

TEST_CASE("what is no DER and who is no signer cannot be added to") {
  const Scene scene;
  CmsAdditions additions;
  additions.crls = {base::as_bytes("no list")};
  CHECK(error_of(add_to_message(scene.message, 0, additions)).code == Code::kMalformed);
  additions = {};
  additions.unsigned_attributes = {{base::to_bytes(oid::kTimeStampToken), {Bytes{0x30, 0x05}}}};
  CHECK(error_of(add_to_message(scene.message, 0, additions)).code == Code::kMalformed);
  additions.unsigned_attributes = {{base::to_bytes(oid::kTimeStampToken), {kStandIn}}};
  CHECK(error_of(add_to_message(scene.message, 1, additions)).code == Code::kUsage);
}
