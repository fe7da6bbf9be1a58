#include "yuxin/x509/attribute_certificate.hpp"
#include "need.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "command.hpp"
#include "small_authority.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/path.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
namespace der = x509::der;
namespace oid = x509::oid;
using x509::AttributeCertificate;

constexpr base::UnixTime kFrom{1700000000};  // 2023-11-14T22:13:20Z
constexpr base::UnixTime kTo{1800000000};
constexpr base::UnixTime kInside{1750000000};

const x509::KeyKind kP256{x509::KeyType::kP256, 256};

x509::PrivateKey new_key(const x509::KeyKind& kind = kP256) { return need(x509::PrivateKey::generate(kind)); }

std::shared_ptr<const x509::Signer> signer_of(const x509::PrivateKey& key) {
  return need(key.signer(x509::default_signature(key.public_key().kind())));
}

// A city, its attribute authority, and an officer.
struct City {
  SmallAuthority ca{"C=CN, O=Test City, CN=Issuing", kP256};
  x509::PrivateKey authority_key;
  x509::Certificate authority;
  x509::PrivateKey officer_key = new_key();
  x509::Certificate officer = ca.issue("C=CN, O=Test City, CN=officer-05", officer_key.public_key(), {});

  explicit City(const x509::KeyKind& kind = kP256)
      : authority_key(new_key(kind)),
        authority(ca.issue(
            "C=CN, O=Test City, CN=Attribute authority", authority_key.public_key(),
            {x509::make_key_usage(x509::Critical::kYes, x509::kDigitalSignature | x509::kCrlSign),
             x509::make_extended_key_usage(x509::Critical::kYes, {base::to_bytes(oid::kAttributeAuthority)})})) {}

  [[nodiscard]] x509::AttributeCertificateFields fields() const {
    return {.serial = *x509::Serial::parse("4A17"),
            .holder = officer,
            .issuer = authority.tbs().subject,
            .not_before = kFrom,
            .not_after = kTo,
            .attributes = {x509::make_role_attribute("urn:yuxin:role:PSB:OFF")},
            .extensions = {x509::make_authority_key_identifier(authority_key.public_key().identifier())}};
  }
  [[nodiscard]] base::Bytes make() const {
    return need(x509::make_attribute_certificate(fields(), *signer_of(authority_key)));
  }
};

// moulded makes an AttributeCertificateInfo whose parts are given as they stand, and signs it.
struct Mould {
  base::Bytes version, holder, issuer, serial, validity, attributes, rest;
};
base::Bytes cast(const Mould& mould, const City& city) {
  const auto signer = signer_of(city.authority_key);
  const auto algorithm = x509::scheme(signer->algorithm()).identifier;
  der::Writer writer;
  const auto info = writer.open(der::kSequence);
  for (const auto* part : {&mould.version, &mould.holder, &mould.issuer}) writer.raw(*part);
  writer.raw(algorithm);
  for (const auto* part : {&mould.serial, &mould.validity, &mould.attributes, &mould.rest}) writer.raw(*part);
  writer.close(info);
  return x509::join_signature(writer.view(), algorithm, need(signer->sign(writer.view())));
}

// mould_of takes a good one apart.
Mould mould_of(const City& city) {
  const auto whole = city.make();
  der::Reader outer(whole);
  auto object = *outer.nested(der::kSequence);
  auto info = *object.nested(der::kSequence);
  const auto next = [&] { return base::to_bytes(info.element()->whole); };
  Mould mould;
  mould.version = next();
  mould.holder = next();
  mould.issuer = next();
  static_cast<void>(next());
  mould.serial = next();
  mould.validity = next();
  mould.attributes = next();
  mould.rest = base::to_bytes(info.rest());
  return mould;
}

base::Bytes hex(std::string_view text) { return *base::from_hex(text); }

// wrap puts finished DER into an element.
base::Bytes wrap(std::uint8_t tag, const std::vector<base::Bytes>& parts) {
  der::Writer writer;
  const auto mark = writer.open(tag);
  for (const auto& part : parts) writer.raw(part);
  writer.close(mark);
  return writer.take();
}
base::Bytes directory(const x509::Name& name) { return wrap(0xa4, {base::to_bytes(name.der())}); }

bool parses(const Mould& mould, const City& city) {
  return AttributeCertificate::from_der(cast(mould, city)).has_value();
}

}  // namespace

TEST_CASE("an attribute certificate says whom, what, by whom and how long") {
  const City city;
  const auto der = city.make();
  const auto made = need(AttributeCertificate::from_der(der));
  CHECK(base::equal(made.der(), der));
  CHECK(made.serial().hex() == "4A17");
  CHECK(made.issuer().same(city.authority.subject()));
  CHECK(made.not_before() == kFrom);
  CHECK(made.not_after() == kTo);
  REQUIRE(made.holder().subject);
  CHECK(made.holder().subject->same(city.officer.subject()));
  CHECK(made.holder().digest == x509::DigestAlgorithm::kSha256);
  CHECK(base::equal(made.holder().public_key_digest, x509::sha256(city.officer_key.public_key().spki())));
  CHECK(made.roles() == std::vector<std::string>{"urn:yuxin:role:PSB:OFF"});
  CHECK(base::equal(made.authority_key_identifier(), city.authority_key.public_key().identifier()));
  CHECK(x509::verify_signature(made, city.authority_key.public_key()).has_value());
  const auto again = need(AttributeCertificate::from_bytes(base::as_bytes(made.pem())));
  CHECK(base::equal(again.der(), der));
}

TEST_CASE("every algorithm signs attribute certificates") {
  for (const char* kind : {"rsa:2048", "rsa-pss:2048", "ec:P-384", "ed25519", "sm2"}) {
    CAPTURE(kind);
    const City city(*x509::parse_key_kind(kind));
    const auto made = need(AttributeCertificate::from_der(city.make()));
    CHECK(x509::verify_signature(made, city.authority_key.public_key()).has_value());
  }
}

TEST_CASE("a person is bound by subject and by key") {
  const City city;
  const auto made = need(AttributeCertificate::from_der(city.make()));
  CHECK(x509::is_held_by(made, city.officer));
  // renewed: another serial number and validity, the same subject and key
  const auto renewed = city.ca.issue("C=CN, O=Test City, CN=officer-05", city.officer_key.public_key(), {});
  CHECK(x509::is_held_by(made, renewed));
  // issued again with another key, or the key under another name
  CHECK_FALSE(x509::is_held_by(made, city.ca.issue("C=CN, O=Test City, CN=officer-05", new_key().public_key(), {})));
  CHECK_FALSE(
      x509::is_held_by(made, city.ca.issue("C=CN, O=Test City, CN=officer-06", city.officer_key.public_key(), {})));
}

TEST_CASE("another key, and any changed octet of what is signed, breaks the signature") {
  const City city;
  const auto der = city.make();
  CHECK_FALSE(x509::verify_signature(need(AttributeCertificate::from_der(der)), new_key().public_key()).has_value());
  int verified = 0;
  for (std::size_t at = 0; at < der.size(); ++at) {
    auto changed = der;
    changed[at] ^= 0x01;
    const auto parsed = AttributeCertificate::from_der(changed);
    if (parsed && x509::verify_signature(*parsed, city.authority_key.public_key())) ++verified;
  }
  CHECK(verified == 0);
}

TEST_CASE("two signature algorithms prove nothing") {
  const City city;
  auto der = city.make();
  // ecdsa-with-SHA256 stands there twice; the inner one becomes ecdsa-with-SHA384
  const auto oid = hex("2a8648ce3d040302");
  const auto inner = std::ranges::search(der, oid);
  REQUIRE(!inner.empty());
  inner.back() = 0x03;
  const auto parsed = need(AttributeCertificate::from_der(der));
  const auto verified = x509::verify_signature(parsed, city.authority_key.public_key());
  REQUIRE_FALSE(verified.has_value());
  CHECK(verified.error().code == base::Code::kBadSignature);
}

TEST_CASE("what RFC 5755 forbids is no attribute certificate") {
  const City city;
  const Mould good = mould_of(city);
  REQUIRE(parses(good, city));
  Mould bad = good;
  SUBCASE("version 1") { bad.version = hex("020100"); }
  SUBCASE("no version") { bad.version = {}; }
  SUBCASE("a holder that names nothing") { bad.holder = hex("3000"); }
  SUBCASE("a holder with an empty name") {
    bad.holder = wrap(der::kSequence, {wrap(0xa1, {directory(x509::Name())})});
  }
  SUBCASE("a holder with two names") {
    bad.holder =
        wrap(der::kSequence, {wrap(0xa1, {directory(city.officer.subject()), directory(city.authority.subject())})});
  }
  SUBCASE("a holder named by mail address") {
    bad.holder =
        hex("3007a105810361406"
            "2");
  }
  SUBCASE("a digest of the certificate instead of the key") {
    bad.holder = wrap(der::kSequence, {wrap(0xa2, {hex("0a0101"), hex("300b0609608648016503040201"),
                                                   hex("03210000000000000000000000000000000000000000000000000000"
                                                       "00000000000000")})});
  }
  SUBCASE("an issuer in v1Form") { bad.issuer = wrap(der::kSequence, {directory(city.authority.subject())}); }
  SUBCASE("an issuer without a name") { bad.issuer = wrap(0xa0, {}); }
  SUBCASE("serial number zero") { bad.serial = hex("020100"); }
  SUBCASE("a negative serial number") { bad.serial = hex("0201ff"); }
  SUBCASE("a serial number of 21 octets") { bad.serial = hex("0215010000000000000000000000000000000000000000"); }
  SUBCASE("UTCTime") { bad.validity = hex("301e170d3233303130313030303030305a170d3234303130313030303030305a"); }
  SUBCASE("an end before the beginning") {
    bad.validity =
        wrap(der::kSequence, {hex("180f32303236303130313030303030305a"), hex("180f32303235303130313030303030305a")});
  }
  SUBCASE("no attribute") { bad.attributes = hex("3000"); }
  SUBCASE("one type in two attributes") {
    const auto role = base::to_bytes(der::single(good.attributes, der::kSequence)->content);
    bad.attributes = wrap(der::kSequence, {role, role});
  }
  SUBCASE("an attribute without values") {
    bad.attributes =
        hex("30093007060355044"
            "83100");
  }
  SUBCASE("a role that is no URI") {
    // RoleSyntax with roleName [1] { rfc822Name "a@b" }
    bad.attributes =
        hex("3014301206035504483"
            "10b3009a1078105614062632e");
  }
  SUBCASE("an extension twice") {
    const auto one = base::to_bytes(der::single(good.rest, der::kSequence)->content);
    bad.rest = wrap(der::kSequence, {one, one});
  }
  SUBCASE("an empty list of extensions") { bad.rest = hex("3000"); }
  SUBCASE("octets behind the end") { bad.rest.push_back(0x05), bad.rest.push_back(0x00); }
  CHECK_FALSE(parses(bad, city));
}

TEST_CASE("holders as others write them") {
  const City city;
  Mould mould = mould_of(city);
  SUBCASE("by issuer and serial number: a renewed certificate is another one") {
    der::Writer serial;
    serial.element(der::kInteger, city.officer.tbs().serial);
    mould.holder =
        wrap(der::kSequence,
             {wrap(0xa0, {wrap(der::kSequence, {directory(city.ca.certificate().subject())}), serial.take()})});
    const auto made = need(AttributeCertificate::from_der(cast(mould, city)));
    CHECK(x509::is_held_by(made, city.officer));
    CHECK_FALSE(
        x509::is_held_by(made, city.ca.issue("C=CN, O=Test City, CN=officer-05", city.officer_key.public_key(), {})));
  }
  SUBCASE("by a SHA-1 digest of the key: nobody, since others can be found to fit") {
    der::Writer writer;
    writer.bit_string(x509::digest(x509::DigestAlgorithm::kSha1, city.officer_key.public_key().spki()));
    mould.holder = wrap(der::kSequence, {wrap(0xa2, {hex("0a0100"), hex("300706052b0e03021a"), writer.take()})});
    const auto made = need(AttributeCertificate::from_der(cast(mould, city)));
    CHECK_FALSE(x509::is_held_by(made, city.officer));
  }
  SUBCASE("by an SM3 digest of the key") {
    der::Writer writer;
    writer.bit_string(x509::digest(x509::DigestAlgorithm::kSm3, city.officer_key.public_key().spki()));
    mould.holder =
        wrap(der::kSequence, {wrap(0xa2, {hex("0a0100"), hex("300a06082a811ccf55018311"), writer.take()})});
    const auto made = need(AttributeCertificate::from_der(cast(mould, city)));
    CHECK(x509::is_held_by(made, city.officer));
  }
}

TEST_CASE("nothing can be granted to a certificate without a subject, nor without attributes") {
  const City city;
  auto fields = city.fields();
  const auto signer = signer_of(city.authority_key);
  const auto algorithm = x509::scheme(signer->algorithm()).identifier;
  const auto tbs = x509::make_tbs_certificate({x509::Serial::random(),
                                               algorithm,
                                               city.authority.tbs().subject,
                                               kFrom,
                                               kTo,
                                               x509::Name().der(),
                                               city.officer_key.public_key().spki(),
                                               {}});
  const auto nameless =
      need(x509::Certificate::from_der(x509::join_signature(tbs, algorithm, need(signer->sign(tbs)))));
  CHECK(x509::make_attribute_certificate({.serial = fields.serial,
                                          .holder = nameless,
                                          .issuer = fields.issuer,
                                          .not_before = kFrom,
                                          .not_after = kTo,
                                          .attributes = fields.attributes,
                                          .extensions = {}},
                                         *signer)
            .error()
            .code == base::Code::kUsage);
  fields.attributes.clear();
  CHECK(yuxin::test::error_of(x509::make_attribute_certificate(fields, *signer)).code == base::Code::kUsage);
}

TEST_CASE("PEM without an attribute certificate says so") {
  const auto none = AttributeCertificate::from_bytes(base::as_bytes(City().officer.pem()));
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().detail.find("ATTRIBUTE CERTIFICATE") != std::string::npos);
}

namespace {

// The list of revoked attribute certificates, with what stands in its issuingDistributionPoint.
x509::Crl list_of(const City& city, const x509::Signer& signer, const std::vector<x509::RevokedEntry>& entries,
                  const std::vector<base::Bytes>& extensions) {
  base::Bytes der;
  const auto written = x509::write_crl(
      {.issuer = city.authority.tbs().subject,
       .this_update = kInside,
       .next_update = kInside + base::days(1),
       .number = 7,
       .authority_key_identifier = {},
       .delta_base = std::nullopt,
       .extensions = extensions},
      [&](const std::function<base::Result<>(const x509::RevokedEntry&)>& sink) -> base::Result<> {
        for (const auto& entry : entries) TRY(sink(entry));
        return {};
      },
      signer,
      [&](base::ByteView piece) -> base::Result<> {
        base::append(der, piece);
        return {};
      });
  REQUIRE(written.has_value());
  return need(x509::Crl::from_der(der));
}

std::vector<base::Bytes> scope(void (*set)(x509::IssuingDistributionPoint&)) {
  x509::IssuingDistributionPoint point;
  set(point);
  return {x509::make_issuing_distribution_point(point)};
}

}  // namespace

TEST_CASE("a list of the attribute authority says what was revoked") {
  const City city;
  const auto made = need(AttributeCertificate::from_der(city.make()));
  const auto signer = signer_of(city.authority_key);
  const auto for_attributes =
      scope([](x509::IssuingDistributionPoint& point) { point.only_attribute_certificates = true; });
  const std::vector<x509::RevokedEntry> entries{
      {made.serial(), {1740000000}, x509::RevocationReason::kPrivilegeWithdrawn, std::nullopt}};
  const auto ask = [&](const x509::Crl& list, base::UnixTime at = kInside) {
    return x509::check_attribute_crl(made, city.authority, list, at);
  };
  CHECK(ask(list_of(city, *signer, {}, for_attributes)).status == x509::CrlStatus::kGood);
  CHECK(ask(list_of(city, *signer, {}, {})).status == x509::CrlStatus::kGood);
  const auto revoked = ask(list_of(city, *signer, entries, for_attributes));
  CHECK(revoked.status == x509::CrlStatus::kRevoked);
  CHECK(revoked.reason == x509::RevocationReason::kPrivilegeWithdrawn);
  CHECK(revoked.revoked_at == base::UnixTime{1740000000});
  SUBCASE("a list for certificates says nothing about it") {
    const auto users = scope([](x509::IssuingDistributionPoint& point) { point.only_user_certificates = true; });
    const auto authorities = scope([](x509::IssuingDistributionPoint& point) { point.only_ca_certificates = true; });
    CHECK(ask(list_of(city, *signer, {}, users)).status == x509::CrlStatus::kUnknown);
    CHECK(ask(list_of(city, *signer, {}, authorities)).status == x509::CrlStatus::kUnknown);
  }
  SUBCASE("nor does one that another key signed, or of another time") {
    CHECK(ask(list_of(city, *signer_of(new_key()), {}, for_attributes)).status == x509::CrlStatus::kUnknown);
    const auto list = list_of(city, *signer, {}, for_attributes);
    CHECK(ask(list, kInside - base::Seconds{1}).status == x509::CrlStatus::kUnknown);
    CHECK(ask(list, kInside + base::days(2)).status == x509::CrlStatus::kUnknown);
  }
  SUBCASE("and it says nothing about certificates") {
    const auto list = list_of(city, *signer, {}, for_attributes);
    const auto client = city.ca.issue("CN=x", new_key().public_key(), {});
    CHECK(x509::check_crl(client, city.authority, list, kInside).status == x509::CrlStatus::kUnknown);
  }
}

TEST_CASE("an attribute authority says so in its extended key usage and is no certification authority") {
  const City city;
  const auto judge = [&](const x509::Certificate& certificate) {
    x509::PathMaterial material;
    material.anchors = {city.ca.certificate()};
    x509::PathOptions options;
    options.purpose = x509::PathPurpose::kAttributeAuthority;
    options.revocation = x509::RevocationMode::kNone;
    return x509::verify_path(certificate, material, kInside, options).valid;
  };
  CHECK(judge(city.authority));
  CHECK_FALSE(judge(city.officer));
  const auto key = new_key();
  const auto any = x509::make_extended_key_usage(x509::Critical::kNo, {base::to_bytes(oid::kAnyExtendedKeyUsage)});
  const auto own = x509::make_extended_key_usage(x509::Critical::kNo, {base::to_bytes(oid::kAttributeAuthority)});
  const auto only_lists = x509::make_key_usage(x509::Critical::kYes, x509::kCrlSign);
  CHECK_FALSE(judge(city.ca.issue("CN=any", key.public_key(), {any})));
  CHECK_FALSE(judge(city.ca.issue("CN=lists", key.public_key(), {own, only_lists})));
  CHECK_FALSE(judge(city.ca.issue("CN=authority", key.public_key(),
                                  {own, x509::make_basic_constraints(x509::Critical::kYes, {true, {}})})));
}
