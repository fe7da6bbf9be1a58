// Path validation: what the suites of others in tests/conformance do not ask.
#include "yuxin/x509/path.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "small_authority.hpp"
#include "tbs_mould.hpp"

namespace {

using namespace yuxin::test;
namespace x509 = yuxin::x509;
namespace base = yuxin::base;
using x509::PathOptions;
using x509::PathPurpose;
using x509::RevocationMode;

const base::UnixTime kNow = *base::parse_rfc3339("2026-11-22T00:00:00Z");
const x509::KeyKind kP256{x509::KeyType::kP256, 256};
const x509::KeyKind kSm2Key{x509::KeyType::kSm2, 256};

// City is a root, an authority below it, and keys for what they certify.
struct City {
  explicit City(const x509::KeyKind& kind)
      : root("CN=Test Root", kind),
        issuing("CN=Test Issuing", kind, root),
        key(need(x509::PrivateKey::generate(kind))) {}

  [[nodiscard]] x509::Certificate leaf(const std::vector<Bytes>& extensions = {}, const Span& span = kLong) const {
    return issuing.issue("CN=portal.city.test", key.public_key(), extensions, span);
  }
  [[nodiscard]] x509::PathMaterial material() const {
    return {.anchors = {root.certificate()}, .untrusted = {issuing.certificate()}, .crls = {}};
  }

  SmallAuthority root;
  SmallAuthority issuing;
  x509::PrivateKey key;
};

// What a verifier says does not depend on what it was asked before.
TEST_CASE(
    "a path that was found good is not believed without its certificates, at another time or for another purpose") {
  for (const auto& kind : {kP256, kSm2Key}) {
    const City city(kind);
    const auto leaf =
        city.leaf({x509::make_extended_key_usage(x509::Critical::kNo, {base::to_bytes(oid::kClientAuth)})},
                  Span{kNow, {kNow.seconds + 1000}});
    const auto verifier =
        need(x509::PathVerifier::prepare({.anchors = {city.root.certificate()}, .untrusted = {}, .crls = {}}));
    PathOptions client;
    client.purpose = PathPurpose::kTlsClient;
    const std::vector<x509::Certificate> help{city.issuing.certificate()};
    const auto reason = [&](base::UnixTime at, const PathOptions& options,
                            const std::vector<x509::Certificate>& some) {
      return std::string(verifier.verify(leaf, at, options, some).reason);
    };
    for (int i = 0; i < 2; ++i) {
      CHECK(reason(kNow, client, help) == "ok");
      CHECK(verifier.verify(leaf, kNow, client, help).chain.size() == 3);
      CHECK(reason({kNow.seconds + 1000}, client, help) == "ok");
      CHECK(reason({kNow.seconds + 1001}, client, help) == "expired");
      CHECK(reason({kNow.seconds - 1}, client, help) == "not-yet-valid");
      CHECK(reason(kNow, client, {}) == "no-trusted-issuer");
      CHECK(reason(kNow, client, {city.leaf()}) == "no-trusted-issuer");
      PathOptions server;
      server.purpose = PathPurpose::kTlsServer;
      CHECK(reason(kNow, server, help) == "wrong-purpose");
      PathOptions strong;
      strong.minimum_security_bits = 256;
      CHECK(reason(kNow, strong, help) != "ok");
      PathOptions listed;
      listed.revocation = RevocationMode::kCrlRequired;
      CHECK(reason(kNow, listed, help) != "ok");
    }
  }
}

x509::Crl crl_of(const SmallAuthority& issuer, const x509::Signer& signer, const std::vector<x509::Serial>& revoked,
                 base::UnixTime this_update = *base::parse_rfc3339("2026-11-01T00:00:00Z"),
                 base::UnixTime next_update = *base::parse_rfc3339("2026-12-01T00:00:00Z")) {
  const auto subject = issuer.certificate().subject();
  const auto identifier = issuer.certificate().subject_key_identifier();
  Bytes der;
  const x509::CrlFields fields{.issuer = subject.der(),
                               .this_update = this_update,
                               .next_update = next_update,
                               .number = 1,
                               .authority_key_identifier = identifier,
                               .delta_base = std::nullopt,
                               .extensions = {}};
  const x509::EntrySource entries = [&](const auto& sink) -> base::Result<> {
    for (const auto& serial : revoked) TRY(sink({serial, this_update, {}, {}}));
    return {};
  };
  const auto written = x509::write_crl(fields, entries, signer, [&](ByteView part) -> base::Result<> {
    base::append(der, part);
    return {};
  });
  REQUIRE(written);
  return need(x509::Crl::from_der(der));
}

std::string verdict(const x509::Certificate& certificate, const x509::PathMaterial& material,
                    const PathOptions& options = {}, base::UnixTime at = kNow) {
  const auto report = x509::verify_path(certificate, material, at, options);
  CHECK(report.valid == (report.reason == "ok"));
  CHECK(report.valid == report.detail.empty());
  return std::string(report.reason);
}

TEST_CASE("a path is built from the certificate to the anchor, and needs every link") {
  const City city(kP256);
  const auto leaf = city.leaf();
  const auto report = x509::verify_path(leaf, city.material(), kNow, {});
  REQUIRE(report.valid);
  REQUIRE(report.chain.size() == 3);
  CHECK(base::equal(report.chain[0].der(), leaf.der()));
  CHECK(base::equal(report.chain[1].der(), city.issuing.certificate().der()));
  CHECK(base::equal(report.chain[2].der(), city.root.certificate().der()));
  x509::PathMaterial without = city.material();
  without.untrusted.clear();
  CHECK(verdict(leaf, without) == "no-trusted-issuer");
  without = city.material();
  without.anchors.clear();
  CHECK(verdict(leaf, without) == "no-trusted-issuer");
}

TEST_CASE("an authority that is not self-signed can be the anchor") {
  const City city(kP256);
  CHECK(verdict(city.leaf(), {.anchors = {city.issuing.certificate()}, .untrusted = {}, .crls = {}}) == "ok");
}

TEST_CASE("further untrusted certificates can be given for one verification") {
  const City city(kP256);
  const auto verifier =
      need(x509::PathVerifier::prepare({.anchors = {city.root.certificate()}, .untrusted = {}, .crls = {}}));
  CHECK(verifier.verify(city.leaf(), kNow, {}).reason == "no-trusted-issuer");
  CHECK(verifier.verify(city.leaf(), kNow, {}, {city.issuing.certificate()}).valid);
}

TEST_CASE("the time asked about decides, and the answer names the certificate and its limit") {
  const City city(kP256);
  const Span year{*base::parse_rfc3339("2026-01-01T00:00:00Z"), *base::parse_rfc3339("2026-12-31T23:59:59Z")};
  const auto leaf = city.leaf({}, year);
  CHECK(verdict(leaf, city.material()) == "ok");
  CHECK(verdict(leaf, city.material(), {}, year.not_after) == "ok");
  CHECK(verdict(leaf, city.material(), {}, year.not_after + base::Seconds{1}) == "expired");
  CHECK(verdict(leaf, city.material(), {}, year.not_before - base::Seconds{1}) == "not-yet-valid");
  const auto report = x509::verify_path(leaf, city.material(), year.not_after + base::Seconds{1}, {});
  CHECK(report.detail.find("CN=portal.city.test") != std::string::npos);
  CHECK(report.detail.find(base::local_time(year.not_after)) != std::string::npos);
}

TEST_CASE("a changed certificate has a bad signature") {
  const City city(kP256);
  Bytes der = base::to_bytes(city.leaf().der());
  der.back() ^= 1U;
  const auto changed = x509::Certificate::from_der(der);
  REQUIRE(changed);
  CHECK(verdict(*changed, city.material()) == "bad-signature");
}

TEST_CASE("a certificate that is no authority's issues nothing") {
  const City city(kP256);
  const auto leaf = city.leaf();
  const auto name = need(x509::Name::parse("CN=below"));
  const auto signer = need(city.key.signer(x509::SignatureAlgorithm::kEcdsaSha256));
  const auto& algorithm = x509::scheme(signer->algorithm()).identifier;
  const Bytes tbs = x509::make_tbs_certificate({x509::Serial::random(),
                                                algorithm,
                                                leaf.subject().der(),
                                                kLong.not_before,
                                                kLong.not_after,
                                                name.der(),
                                                city.key.public_key().spki(),
                                                {}});
  const auto below = need(x509::Certificate::from_der(x509::join_signature(tbs, algorithm, need(signer->sign(tbs)))));
  x509::PathMaterial material = city.material();
  material.untrusted.push_back(leaf);
  CHECK(verdict(below, material) == "not-an-authority");
}

TEST_CASE("revocation lists: none, fresh, stale, revoking, and of a wrong key") {
  for (const auto& kind : {kP256, kSm2Key}) {
    CAPTURE(x509::print_key_kind(kind));
    const City city(kind);
    const auto leaf = city.leaf();
    const PathOptions required{.revocation = RevocationMode::kCrlRequired};
    const PathOptions none{.revocation = RevocationMode::kNone};
    x509::PathMaterial material = city.material();
    CHECK(verdict(leaf, material, none) == "ok");
    CHECK(verdict(leaf, material) == "ok");
    CHECK(verdict(leaf, material, required) == "no-revocation-data");

    const auto root_list = crl_of(city.root, *city.root.signer(), {});
    material.crls = {root_list, crl_of(city.issuing, *city.issuing.signer(), {})};
    CHECK(verdict(leaf, material) == "ok");
    CHECK(verdict(leaf, material, required) == "ok");

    const auto after = *base::parse_rfc3339("2026-12-02T00:00:00Z");
    CHECK(verdict(leaf, material, required, after) == "crl-expired");
    CHECK(verdict(leaf, material, {}, after) == "ok");
    CHECK(verdict(leaf, material, required, *base::parse_rfc3339("2026-10-31T00:00:00Z")) == "crl-not-yet-valid");

    material.crls = {root_list, crl_of(city.issuing, *city.issuing.signer(), {*leaf.serial()})};
    CHECK(verdict(leaf, material) == "revoked");
    CHECK(verdict(leaf, material, required) == "revoked");
    CHECK(verdict(leaf, material, none) == "ok");

    material.crls = {root_list, crl_of(city.issuing, *city.root.signer(), {})};
    CHECK(verdict(leaf, material, required) == "crl-invalid");

    material.crls = {crl_of(city.root, *city.root.signer(), {*city.issuing.certificate().serial()}),
                     crl_of(city.issuing, *city.issuing.signer(), {})};
    CHECK(verdict(leaf, material) == "revoked");
  }
}

TEST_CASE("one path may go through several algorithms") {
  const SmallAuthority root("CN=Root", {x509::KeyType::kRsa, 2048});
  const SmallAuthority middle("CN=Middle", kSm2Key, root);
  const SmallAuthority issuing("CN=Issuing", {x509::KeyType::kEd25519, 256}, middle);
  const auto key = need(x509::PrivateKey::generate(kP256));
  const auto leaf = issuing.issue("CN=leaf", key.public_key(), {});
  const x509::PathMaterial material{
      .anchors = {root.certificate()}, .untrusted = {issuing.certificate(), middle.certificate()}, .crls = {}};
  CHECK(verdict(leaf, material) == "ok");
  // RSA of 2048 bits has the strength of 112 bits (NIST SP 800-57 part 1 table 2).
  CHECK(verdict(leaf, material, {.minimum_security_bits = 128}) == "weak-key");
  CHECK(verdict(leaf, material, {.minimum_security_bits = 0}) == "ok");
}

TEST_CASE("the number of authorities between certificate and anchor can be bounded") {
  const City city(kP256);
  CHECK(verdict(city.leaf(), city.material(), {.max_depth = 1}) == "ok");
  CHECK(verdict(city.leaf(), city.material(), {.max_depth = 0}) == "path-too-long");
}

Bytes usages(x509::Critical critical, std::initializer_list<ByteView> list) {
  std::vector<Bytes> oids;
  for (const auto one : list) oids.push_back(base::to_bytes(one));
  return x509::make_extended_key_usage(critical, oids);
}

TEST_CASE("a purpose needs its extended key usage and a key usage that fits") {
  using x509::Critical;
  const City city(kP256);
  const auto signs = x509::make_key_usage(Critical::kYes, x509::kDigitalSignature);
  const auto encrypts = x509::make_key_usage(Critical::kYes, x509::kDataEncipherment);
  const auto may = [&](const std::vector<Bytes>& extensions, PathPurpose purpose) {
    return verdict(city.leaf(extensions), city.material(), {.purpose = purpose}) == "ok";
  };
  const auto server = usages(Critical::kNo, {oid::kServerAuth});
  CHECK(may({signs, server}, PathPurpose::kTlsServer));
  CHECK(may({signs, server}, PathPurpose::kAny));
  CHECK_FALSE(may({signs, server}, PathPurpose::kTlsClient));
  CHECK_FALSE(may({signs, server}, PathPurpose::kCodeSigning));
  CHECK_FALSE(may({encrypts, server}, PathPurpose::kTlsServer));
  CHECK(may({signs}, PathPurpose::kTlsClient));
  CHECK(may({signs, usages(Critical::kNo, {oid::kAnyExtendedKeyUsage})}, PathPurpose::kEmail));

  CHECK(may({signs, usages(Critical::kNo, {oid::kOcspSigning})}, PathPurpose::kOcspSigning));
  CHECK_FALSE(may({signs}, PathPurpose::kOcspSigning));
  CHECK_FALSE(may({signs, usages(Critical::kNo, {oid::kAnyExtendedKeyUsage})}, PathPurpose::kOcspSigning));

  CHECK(may({signs, usages(Critical::kYes, {oid::kTimeStamping})}, PathPurpose::kTimeStamping));
  CHECK_FALSE(may({signs, usages(Critical::kNo, {oid::kTimeStamping})}, PathPurpose::kTimeStamping));
  CHECK_FALSE(
      may({signs, usages(Critical::kYes, {oid::kTimeStamping, oid::kCodeSigning})}, PathPurpose::kTimeStamping));

  CHECK(may({x509::make_key_usage(Critical::kYes, x509::kCrlSign)}, PathPurpose::kCrlSign));
  CHECK_FALSE(may({signs}, PathPurpose::kCrlSign));
}

TEST_CASE("the names asked for must all be in the certificate") {
  const City city(kP256);
  const auto leaf = city.leaf({x509::make_subject_alt_name(
      x509::Critical::kNo,
      {need(x509::parse_general_name("dns:Portal.city.test")), need(x509::parse_general_name("dns:*.water.test")),
       need(x509::parse_general_name("ip:192.0.2.1")), need(x509::parse_general_name("email:Li@City.test"))})});
  const auto is_for = [&](std::initializer_list<const char*> names) {
    PathOptions options;
    for (const char* name : names) options.names.push_back(need(x509::parse_general_name(name)));
    const std::string reason = verdict(leaf, city.material(), options);
    CHECK((reason == "ok" || reason == "name-mismatch"));
    return reason == "ok";
  };
  CHECK(is_for({"dns:portal.city.test", "ip:192.0.2.1"}));
  CHECK_FALSE(is_for({"dns:portal.city.test", "ip:192.0.2.2"}));
  CHECK(is_for({"dns:a.water.test"}));
  CHECK_FALSE(is_for({"dns:a.b.water.test"}));
  CHECK_FALSE(is_for({"dns:water.test"}));
  CHECK(is_for({"email:Li@city.TEST"}));
  CHECK_FALSE(is_for({"email:li@city.test"}));  // RFC 5280 section 7.5: the local part is exact
  CHECK_FALSE(is_for({"uri:https://portal.city.test/"}));
}

TEST_CASE("the common name counts as a host only when that is asked and there are no DNS names") {
  const City city(kP256);
  const auto host = need(x509::parse_general_name("dns:portal.city.test"));
  const auto plain = city.leaf();
  CHECK_FALSE(x509::has_name(plain, host, x509::CommonNames::kIgnored));
  CHECK(x509::has_name(plain, host, x509::CommonNames::kWhenNoDnsNames));
  const auto other = city.leaf(
      {x509::make_subject_alt_name(x509::Critical::kNo, {need(x509::parse_general_name("dns:other.city.test"))})});
  CHECK_FALSE(x509::has_name(other, host, x509::CommonNames::kWhenNoDnsNames));
}

TEST_CASE("policies: what the path allows, and what is asked") {
  const City city(kP256);
  const Bytes policy = unhex("2a811c8647010203");
  const auto leaf = city.leaf({x509::make_certificate_policies(x509::Critical::kNo, {{policy, {}, false}})});
  // The authority in between asserts no policy, so none is left at the end (RFC 5280 section 6.1.3 (e)).
  CHECK(verdict(leaf, city.material()) == "ok");
  CHECK(x509::verify_path(leaf, city.material(), kNow, {}).policies.empty());
  CHECK(verdict(leaf, city.material(), {.require_explicit_policy = true}) == "policy");
  const x509::PathMaterial direct{.anchors = {city.issuing.certificate()}, .untrusted = {}, .crls = {}};
  const PathOptions explicit_policy{.policies = {policy}, .require_explicit_policy = true};
  const auto report = x509::verify_path(leaf, direct, kNow, explicit_policy);
  CHECK(report.valid);
  CHECK(report.policies == std::vector<Bytes>{policy});
  CHECK(verdict(leaf, direct, {.policies = {unhex("2a03")}, .require_explicit_policy = true}) == "policy");
}

TEST_CASE("purposes and reasons have stable names") {
  for (const char* name : {"any", "tls-server", "tls-client", "email", "code-signing", "ocsp-signing",
                           "time-stamping", "crl-sign", "attribute-authority", "ledger"}) {
    const auto purpose = x509::purpose_by_name(name);
    REQUIRE(purpose);
    CHECK(x509::purpose_name(*purpose) == name);
  }
  CHECK_FALSE(x509::purpose_by_name("server"));
  const auto reasons = x509::path_reasons();
  CHECK(std::set<std::string_view>(reasons.begin(), reasons.end()).size() == reasons.size());
}

TEST_CASE("one list about one certificate: good, revoked with its reason, or unknown and why") {
  const City city(kSm2Key);
  const auto leaf = city.leaf();
  const auto& issuer = city.issuing.certificate();
  const auto good = x509::check_crl(leaf, issuer, crl_of(city.issuing, *city.issuing.signer(), {}), kNow);
  CHECK(good.status == x509::CrlStatus::kGood);
  CHECK(good.detail.empty());
  const auto list = crl_of(city.issuing, *city.issuing.signer(), {*leaf.serial()});
  const auto revoked = x509::check_crl(leaf, issuer, list, kNow);
  CHECK(revoked.status == x509::CrlStatus::kRevoked);
  CHECK(revoked.revoked_at == base::parse_rfc3339("2026-11-01T00:00:00Z"));
  for (const auto& unusable : {x509::check_crl(leaf, issuer, crl_of(city.issuing, *city.root.signer(), {}), kNow),
                               x509::check_crl(leaf, issuer, crl_of(city.root, *city.root.signer(), {}), kNow),
                               x509::check_crl(leaf, issuer, list, *base::parse_rfc3339("2026-12-02T00:00:00Z")),
                               x509::check_crl(leaf, issuer, list, kNow, base::days(20))}) {
    CHECK(unusable.status == x509::CrlStatus::kUnknown);
    CHECK_FALSE(unusable.detail.empty());
  }
}

}  // namespace
