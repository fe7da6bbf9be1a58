// What proves that a role was in force at a moment, and the first thing that is missing when it does not.
#include <doctest/doctest.h>

#include "small_roles.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using evidence::RoleProblem;
using evidence::RoleProof;

constexpr base::UnixTime kLater = {kNow.seconds + 3600};

x509::Crl certificate_list(const SmallAuthority& ca, const std::vector<x509::RevokedEntry>& entries = {},
                           base::UnixTime from = kNow) {
  base::Bytes der;
  const auto written = x509::write_crl(
      {.issuer = ca.certificate().tbs().subject,
       .this_update = from,
       .next_update = from + base::days(7),
       .number = 1,
       .authority_key_identifier = {},
       .delta_base = std::nullopt,
       .extensions = {}},
      [&](const std::function<Result<>(const x509::RevokedEntry&)>& sink) -> Result<> {
        for (const auto& entry : entries) TRY(sink(entry));
        return {};
      },
      *ca.signer(),
      [&](base::ByteView piece) -> Result<> {
        base::append(der, piece);
        return {};
      });
  REQUIRE(written.has_value());
  return need(x509::Crl::from_der(der));
}

// A granted role with everything that proves it an hour later.
struct Proven {
  RoleTown town;
  RoleTown::Officer officer = town.officer("officer-05");
  evidence::GrantRow row = town.grant(RoleTown::order("PSB:OFF", officer, "org:PSB/*"));
  RoleProof proof{.grant = need(x509::AttributeCertificate::from_der(row.der)),
                  .authorities = {town.authority.certificate},
                  .crls = {town.list(), certificate_list(town.ca)}};

  [[nodiscard]] x509::PathVerifier paths() const {
    return need(x509::PathVerifier::prepare({.anchors = {town.ca.certificate()}, .untrusted = {}, .crls = {}}));
  }
  [[nodiscard]] std::optional<RoleProblem> problem(base::UnixTime at = kLater) const {
    const auto judged = evidence::judge_role(proof, officer.certificate, at, paths());
    if (judged) return std::nullopt;
    CHECK_FALSE(judged.error().detail.empty());
    return judged.error().problem;
  }
};

Code code_of(const Proven& proven) {
  const auto verified = evidence::verify_role(proven.proof, proven.officer.certificate, kLater, proven.paths());
  REQUIRE_FALSE(verified.has_value());
  return verified.error().code;
}

// sign_grant makes an attribute certificate of the town's authority with anything in it.
x509::AttributeCertificate sign_grant(const Proven& proven, std::vector<x509::Attribute> attributes,
                                      std::vector<base::Bytes> extensions) {
  return need(x509::AttributeCertificate::from_der(
      need(x509::make_attribute_certificate({.serial = x509::Serial::random(),
                                             .holder = proven.officer.certificate,
                                             .issuer = proven.town.authority.certificate.tbs().subject,
                                             .not_before = kNow,
                                             .not_after = kNow + base::days(90),
                                             .attributes = std::move(attributes),
                                             .extensions = std::move(extensions)},
                                            *proven.town.authority.signer))));
}

}  // namespace

TEST_CASE("a role is proven by its grant, the attribute authority's certificate, and the lists") {
  const Proven proven;
  const auto grant = need(evidence::verify_role(proven.proof, proven.officer.certificate, kLater, proven.paths()));
  CHECK(grant.role == role("PSB:OFF"));
  CHECK(grant.scope == scope("org:PSB/*"));
  CHECK_FALSE(proven.problem(kNow));
  CHECK_FALSE(proven.problem(kNow + base::days(1)));
}

TEST_CASE("a renewed certificate with the same key keeps the role, another key or subject does not have it") {
  Proven proven;
  const auto& key = proven.officer.key.public_key();
  proven.officer.certificate = proven.town.ca.issue("C=CN, O=Test City, CN=officer-05", key, {});
  CHECK_FALSE(proven.problem());
  proven.officer.certificate = proven.town.ca.issue("C=CN, O=Test City, CN=officer-06", key, {});
  CHECK(proven.problem() == RoleProblem::kHolder);
  proven.officer = proven.town.officer("officer-05");
  CHECK(proven.problem() == RoleProblem::kHolder);
  CHECK(code_of(proven) == Code::kNotAuthorised);
}

TEST_CASE("before and after its validity a role is not in force") {
  const Proven proven;
  CHECK(proven.problem(kNow - base::Seconds{1}) == RoleProblem::kNotYet);
  CHECK(proven.problem(kNow + base::days(90) + base::Seconds{1}) == RoleProblem::kExpired);
}

TEST_CASE("the attribute authority must be there, believed, and one") {
  Proven proven;
  SUBCASE("its certificate is missing") {
    proven.proof.authorities.clear();
    CHECK(proven.problem() == RoleProblem::kAuthorityMissing);
    CHECK(code_of(proven) == Code::kNotFound);
  }
  SUBCASE("another key of the same name signed nothing") {
    proven.proof.authorities = {proven.town.certify(need(x509::PrivateKey::generate(RoleTown::kKind)))};
    CHECK(proven.problem() == RoleProblem::kSignature);
    CHECK(code_of(proven) == Code::kBadSignature);
  }
  SUBCASE("beside the right one another key of the same name does no harm") {
    proven.proof.authorities.insert(proven.proof.authorities.begin(),
                                    proven.town.certify(need(x509::PrivateKey::generate(RoleTown::kKind))));
    CHECK_FALSE(proven.problem());
  }
  SUBCASE("it was out of date at that moment") {
    const auto key = need(x509::PrivateKey::generate(RoleTown::kKind));
    proven.town.authority.certificate = proven.town.certify(key, {kNow, kNow + base::days(91)});
    proven.town.authority.signer = need(key.signer(x509::SignatureAlgorithm::kEcdsaSha256));
    proven.proof.grant = sign_grant(proven, {x509::make_role_attribute("urn:yuxin:role:PSB:OFF")}, {});
    proven.proof.authorities = {proven.town.certify(key, {kNow - base::days(2), kNow - base::days(1)})};
    CHECK(proven.problem() == RoleProblem::kAuthority);
  }
  SUBCASE("a foreign authority certified it") {
    const SmallAuthority foreign("C=CN, O=Test City, CN=Issuing", RoleTown::kKind);
    const auto paths =
        need(x509::PathVerifier::prepare({.anchors = {foreign.certificate()}, .untrusted = {}, .crls = {}}));
    const auto judged = evidence::judge_role(proven.proof, proven.officer.certificate, kLater, paths);
    REQUIRE_FALSE(judged.has_value());
    CHECK(judged.error().problem == RoleProblem::kAuthority);
  }
  SUBCASE("whoever holds another certificate of the city grants nothing") {
    const auto impostor =
        proven.town.ca.issue("C=CN, O=Test City, CN=Attribute authority", proven.officer.key.public_key(), {});
    proven.town.authority.signer = need(proven.officer.key.signer(x509::SignatureAlgorithm::kEcdsaSha256));
    proven.proof.grant = sign_grant(proven, {x509::make_role_attribute("urn:yuxin:role:CA.SUPER")}, {});
    proven.proof.authorities.push_back(impostor);
    CHECK(proven.problem() == RoleProblem::kAuthority);
    CHECK(code_of(proven) == Code::kBadSignature);
  }
  SUBCASE("it was revoked") {
    const auto serial = *proven.town.authority.certificate.serial();
    proven.proof.crls[1] =
        certificate_list(proven.town.ca, {{serial, kNow, x509::RevocationReason::kAaCompromise, std::nullopt}});
    CHECK(proven.problem() == RoleProblem::kAuthority);
  }
  SUBCASE("nothing says whether it was revoked") {
    proven.proof.crls.pop_back();
    CHECK(proven.problem() == RoleProblem::kStatusMissing);
    // a verifier that has the list itself needs none in the proof
    const auto paths = need(x509::PathVerifier::prepare(
        {.anchors = {proven.town.ca.certificate()}, .untrusted = {}, .crls = {certificate_list(proven.town.ca)}}));
    CHECK(evidence::judge_role(proven.proof, proven.officer.certificate, kLater, paths).has_value());
  }
}

TEST_CASE("the list of the attribute authority decides whether the role was revoked") {
  Proven proven;
  auto& town = proven.town;
  SUBCASE("without a list nothing is known") {
    proven.proof.crls.erase(proven.proof.crls.begin());
    CHECK(proven.problem() == RoleProblem::kStatusMissing);
    CHECK(code_of(proven) == Code::kNotFound);
  }
  SUBCASE("a list that was out of date says nothing") {
    proven.proof.crls[1] = certificate_list(town.ca, {}, kNow + base::days(1));
    CHECK(proven.problem(kNow + base::days(2)) == RoleProblem::kStatusMissing);
  }
  SUBCASE("after the revocation the role is gone, before it was there") {
    town.now = kNow + base::hours(2);
    REQUIRE(town.revoke(proven.row).has_value());
    proven.proof.crls.push_back(town.list());
    CHECK_FALSE(proven.problem(kNow + base::hours(2) - base::Seconds{1}));
    CHECK(proven.problem(kNow + base::hours(2)) == RoleProblem::kRevoked);
    CHECK(proven.problem(kNow + base::hours(3)) == RoleProblem::kRevoked);
  }
  SUBCASE("a later list alone is enough, as long as the grant has not ended") {
    town.now = kNow + base::days(5);
    proven.proof.crls = {certificate_list(town.ca), town.list()};
    CHECK_FALSE(proven.problem());
    // after the end of the grant, a list may leave out what was revoked
    town.now = kNow + base::days(140);
    proven.proof.crls = {certificate_list(town.ca), town.list()};
    CHECK(proven.problem() == RoleProblem::kStatusMissing);
  }
  SUBCASE("a later list that says \"revoked before\" counts against an earlier one that did not know") {
    REQUIRE(town.revoke(proven.row).has_value());
    town.now = kNow + base::days(5);
    proven.proof.crls.push_back(town.list());
    CHECK(proven.problem() == RoleProblem::kRevoked);
    CHECK(code_of(proven) == Code::kNotAuthorised);
  }
  SUBCASE("a list that somebody else signed says nothing") {
    town.authority.signer = town.ca.signer();
    base::Bytes der;
    const auto good = proven.proof.crls[0];
    const auto at = std::size_t{good.der().size() - 8};
    der = base::to_bytes(good.der());
    der[at] ^= 0x01;
    proven.proof.crls[0] = need(x509::Crl::from_der(der));
    CHECK(proven.problem() == RoleProblem::kStatusMissing);
  }
  SUBCASE("the list of the certification authority is no list of roles") {
    proven.proof.crls[0] = certificate_list(town.ca);
    CHECK(proven.problem() == RoleProblem::kStatusMissing);
  }
}

TEST_CASE("the list of a renewed attribute authority answers for the grants of the old one") {
  Proven proven;
  auto& town = proven.town;
  const auto key = need(x509::PrivateKey::generate(RoleTown::kKind));
  town.authority.certificate = town.certify(key);
  town.authority.signer = need(key.signer(x509::SignatureAlgorithm::kEcdsaSha256));
  proven.proof.authorities.push_back(town.authority.certificate);
  proven.proof.crls[0] = town.list();
  CHECK_FALSE(proven.problem());
  REQUIRE(town.revoke(proven.row).has_value());
  proven.proof.crls[0] = town.list();
  CHECK(proven.problem() == RoleProblem::kRevoked);
}

TEST_CASE("an attribute certificate with anything else in it is no grant of a role") {
  Proven proven;
  const auto role_attribute = x509::make_role_attribute("urn:yuxin:role:PSB:OFF");
  const auto scope_attribute = evidence::make_scope_attribute(scope("org:PSB"));
  const auto problem = [&](std::vector<x509::Attribute> attributes, std::vector<base::Bytes> extensions = {}) {
    proven.proof.grant = sign_grant(proven, std::move(attributes), std::move(extensions));
    return proven.problem();
  };
  CHECK_FALSE(problem({role_attribute}));
  CHECK_FALSE(problem({scope_attribute, role_attribute}));
  CHECK(problem({scope_attribute}) == RoleProblem::kMalformed);
  CHECK(problem({x509::make_role_attribute("urn:other:PSB:OFF")}) == RoleProblem::kMalformed);
  auto two = role_attribute;
  two.values.push_back(x509::make_role_attribute("urn:yuxin:role:PSB:LEAD").values.front());
  CHECK(problem({two}) == RoleProblem::kMalformed);
  auto two_scopes = scope_attribute;
  two_scopes.values.push_back(evidence::make_scope_attribute(scope("org:CITY")).values.front());
  CHECK(problem({role_attribute, two_scopes}) == RoleProblem::kMalformed);
  // clearance: what it would allow or limit is not known here
  const x509::Attribute clearance{*x509::oid_from_dotted("2.5.4.55"), {*base::from_hex("3000")}};
  CHECK(problem({role_attribute, clearance}) == RoleProblem::kMalformed);
  // targetInformation limits where the certificate may be used
  const auto target =
      x509::extension(*x509::oid_from_dotted("2.5.29.55"), x509::Critical::kYes, *base::from_hex("3000"));
  CHECK(problem({role_attribute}, {target}) == RoleProblem::kMalformed);
}
