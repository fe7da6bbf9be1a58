// Everything that can be done to an act and its proofs, each refused for its own reason.
#include <doctest/doctest.h>

#include <functional>

#include "act_city.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::evidence;
using test::ActCity;
using test::need;
using test::Person;

// Scene is an act by Wei in the role RA.REVIEW, signed a moment ago, with the proofs that it will be given. The
// statement is the second one on its object.
struct Scene {
  Scene() : grant(city.grant(wei, "RA.REVIEW")) {
    first.fill(7);
    act = city.act("request.review", "R-1042", "RA.REVIEW");
    act.previous = first;
    sign();
  }
  void sign() {
    fresh = city.sign(act, wei);
    prove();
  }
  // prove makes all proofs anew, at the time of the city.
  void prove() { proofs = city.with_role(city.proofs(fresh, wei), grant); }
  // sign_as makes another person the actor, with the same role.
  void sign_as(const Person& person) {
    grant = city.grant(person, "RA.REVIEW");
    fresh = city.sign(act, person);
    proofs = city.with_role(city.proofs(fresh, person), grant);
  }
  // sign_text signs any octets as a statement, by Wei.
  void sign_text(std::string_view text, const x509::CmsSignOptions& options = {}) {
    fresh = need(x509::sign_message(base::as_bytes(text), {wei.cms()}, options));
    prove();
  }
  [[nodiscard]] base::Bytes whole() const { return need(add_proofs(fresh, proofs)); }
  [[nodiscard]] tl::expected<VerifiedAct, ActFailure> verify() const {
    return verify_act(whole(), city.trust(), ExpectedPrevious(std::optional(first)));
  }

  ActCity city;
  Person wei = city.person("Wei");
  x509::AttributeCertificate grant;
  Hash first{};
  Act act;
  base::Bytes fresh;
  ActProofs proofs;
};

// flipped changes the last bit of the octet in the middle of `part`, which must stand in `octets` once at least.
base::Bytes flipped(base::ByteView octets, base::ByteView part) {
  auto changed = base::to_bytes(octets);
  const auto at = std::ranges::search(changed, part);
  REQUIRE_FALSE(at.empty());
  at[static_cast<std::ptrdiff_t>(part.size() / 2)] ^= 1U;
  return changed;
}
base::Bytes flipped(base::ByteView octets, std::string_view part) { return flipped(octets, base::as_bytes(part)); }
// end_flipped changes the last octet: of a signed object, the end of its signature.
base::Bytes end_flipped(base::ByteView octets) {
  auto changed = base::to_bytes(octets);
  changed.back() ^= 1U;
  return changed;
}
x509::Crl end_flipped(const x509::Crl& crl) { return need(x509::Crl::from_der(end_flipped(crl.der()))); }
x509::Certificate end_flipped(const x509::Certificate& certificate) {
  return need(x509::Certificate::from_der(end_flipped(certificate.der())));
}

x509::SignedData message_of(const Scene& scene) { return need(x509::SignedData::from_bytes(scene.fresh)); }

// flip_fresh changes a bit of what the actor signed, under the proofs that were made before.
std::optional<base::Bytes> flip_fresh(Scene& scene, base::ByteView part) {
  scene.fresh = flipped(scene.fresh, part);
  return {};
}

struct Case {
  const char* name;
  ActProblem problem;
  // Gives the message to judge; nothing stands for the scene as it is now.
  std::function<std::optional<base::Bytes>(Scene&)> tamper;
};
using Whole = std::optional<base::Bytes>;

const Person& foreign_person() {
  static const ActCity kElsewhere;
  static const Person kPerson = kElsewhere.person("Wei");
  return kPerson;
}

const std::vector<Case>& signature_cases() {
  static const std::vector<Case> kCases = {
      {"a bit of the statement", ActProblem::kSignature,
       [](Scene& s) -> Whole { return flip_fresh(s, base::as_bytes("good")); }},
      {"the object in the statement", ActProblem::kSignature,
       [](Scene& s) -> Whole { return flip_fresh(s, base::as_bytes("R-1042")); }},
      {"a bit of the message digest", ActProblem::kSignature,
       [](Scene& s) -> Whole { return flip_fresh(s, x509::sha256(*message_of(s).content())); }},
      {"a bit of the signing certificate's digest", ActProblem::kSignature,
       [](Scene& s) -> Whole { return flip_fresh(s, x509::sha256(s.wei.certificate.der())); }},
      {"a bit of the signing time", ActProblem::kSignature,
       [](Scene& s) -> Whole { return flip_fresh(s, base::as_bytes("261122100000Z")); }},
      {"a bit of the signature", ActProblem::kSignature,
       [](Scene& s) -> Whole { return flip_fresh(s, ActCity::signature_of(s.fresh)); }},
      {"a bit of the actor's certificate", ActProblem::kSignature,
       [](Scene& s) -> Whole { return flip_fresh(s, s.wei.certificate.signature()); }},
      {"the statement of another act", ActProblem::kSignature,
       [](Scene& s) -> Whole {
         auto other = s.act;
         other.body["decision"] = "evil";  // of the same length
         const auto octets = base::to_bytes(*message_of(s).content());
         const auto text = need(statement(other, s.wei.certificate));
         auto whole = s.whole();
         const auto at = std::ranges::search(whole, octets);
         REQUIRE(text.size() == octets.size());
         std::ranges::copy(base::as_bytes(text), at.begin());
         return whole;
       }},
      {"a statement that names somebody else", ActProblem::kActor,
       [](Scene& s) -> Whole {
         s.sign_text(need(statement(s.act, s.city.person("Li").certificate)));
         return {};
       }},
      {"a statement that names the same person with another key", ActProblem::kActor,
       [](Scene& s) -> Whole {
         s.sign_text(need(statement(s.act, s.city.person("Wei").certificate)));
         return {};
       }},
      {"a statement with a line end behind it", ActProblem::kMalformed,
       [](Scene& s) -> Whole {
         s.sign_text(need(statement(s.act, s.wei.certificate)) + "\n");
         return {};
       }},
      {"a statement with an extra member", ActProblem::kMalformed,
       [](Scene& s) -> Whole {
         auto text = need(statement(s.act, s.wei.certificate));
         s.sign_text(text.insert(1, "\"abc\":1,"));
         return {};
       }},
      {"a statement with a member twice", ActProblem::kMalformed,
       [](Scene& s) -> Whole {
         auto text = need(statement(s.act, s.wei.certificate));
         s.sign_text(text.insert(1, "\"act\":1,"));
         return {};
       }},
      {"a statement with another number form", ActProblem::kMalformed,
       [](Scene& s) -> Whole {
         auto text = need(statement(s.act, s.wei.certificate));
         s.sign_text(text.replace(text.find("\"act\":1"), 7, "\"act\":1.0"));
         return {};
       }},
      {"a signature over something that is no statement", ActProblem::kMalformed,
       [](Scene& s) -> Whole {
         s.sign_text("hello");
         return {};
       }},
      {"a statement kept beside its signature", ActProblem::kMalformed,
       [](Scene& s) -> Whole {
         x509::CmsSignOptions options;
         options.content = x509::CmsContent::kDetached;
         s.sign_text(need(statement(s.act, s.wei.certificate)), options);
         return s.fresh;
       }},
      {"a statement as another type of content", ActProblem::kMalformed,
       [](Scene& s) -> Whole {
         x509::CmsSignOptions options;
         options.content_type = base::to_bytes(x509::oid::kTstInfo);
         s.sign_text(need(statement(s.act, s.wei.certificate)), options);
         return s.fresh;
       }},
      {"two signers", ActProblem::kMalformed,
       [](Scene& s) -> Whole {
         const auto text = need(statement(s.act, s.wei.certificate));
         return need(x509::sign_message(base::as_bytes(text), {s.wei.cms(), s.city.person("Li").cms()}, {}));
       }},
      {"the message in PEM", ActProblem::kMalformed,
       [](Scene& s) -> Whole { return base::to_bytes(base::as_bytes(base::pem("CMS", s.whole()))); }},
      {"octets behind the message", ActProblem::kMalformed,
       [](Scene& s) -> Whole {
         auto whole = s.whole();
         whole.push_back(0);
         return whole;
       }},
      {"a message cut short", ActProblem::kMalformed,
       [](Scene& s) -> Whole {
         auto whole = s.whole();
         whole.pop_back();
         return whole;
       }},
      {"nothing at all", ActProblem::kMalformed, [](Scene&) -> Whole { return base::Bytes{}; }},
  };
  return kCases;
}

base::Bytes token_imprint(const Scene& scene) {
  const auto digest = x509::sha256(ActCity::signature_of(scene.fresh));
  return {digest.begin(), digest.end()};
}

Whole flip_token(Scene& scene, base::ByteView part) {
  scene.proofs.time_stamp = flipped(scene.proofs.time_stamp, part);
  return {};
}

const std::vector<Case>& time_cases() {
  static const std::vector<Case> kCases = {
      {"no time stamp", ActProblem::kTimeStampMissing,
       [](Scene& s) -> Whole {
         s.proofs.time_stamp.clear();
         return {};
       }},
      {"a bit of the token's imprint", ActProblem::kTimeStamp,
       [](Scene& s) -> Whole { return flip_token(s, token_imprint(s)); }},
      {"a bit of the token's time", ActProblem::kTimeStamp,
       [](Scene& s) -> Whole {
         s.proofs.time_stamp = flipped(s.proofs.time_stamp, "20261122100000Z");
         return {};
       }},
      {"a bit of the token's signature", ActProblem::kTimeStamp,
       [](Scene& s) -> Whole {
         s.proofs.time_stamp = end_flipped(s.proofs.time_stamp);
         return {};
       }},
      {"octets that are no token", ActProblem::kTimeStamp,
       [](Scene& s) -> Whole {
         s.proofs.time_stamp = {0x30, 0x00};
         return {};
       }},
      {"the time stamp of another act", ActProblem::kTimeStamp,
       [](Scene& s) -> Whole {
         s.proofs.time_stamp = need(s.city.time_stamp(ActCity::signature_of(s.city.sign(s.act, s.wei))));
         return {};
       }},
      {"a time stamp over the statement instead of the signature", ActProblem::kTimeStamp,
       [](Scene& s) -> Whole {
         s.proofs.time_stamp = need(s.city.time_stamp(*message_of(s).content()));
         return {};
       }},
      {"a time stamp of another city", ActProblem::kTimeStamp,
       [](Scene& s) -> Whole {
         ActCity elsewhere;
         s.proofs.time_stamp = need(elsewhere.time_stamp(ActCity::signature_of(s.fresh)));
         return {};
       }},
      {"a time stamp by an expired key", ActProblem::kTimeStamp,
       [](Scene& s) -> Whole {
         const auto expired = s.city.certify("C=CN, O=Test City, CN=Old Stamps", ActCity::stamping_extensions(),
                                             {{1577836800}, {1609459199}});
         s.proofs.time_stamp = need(s.city.stamp_by(expired, ActCity::signature_of(s.fresh)));
         return {};
       }},
      {"the time-stamping authority revoked before", ActProblem::kTimeStampStatus,
       [](Scene& s) -> Whole {
         s.city.clock.advance(base::hours(-3));
         s.city.revoke(s.city.stamping.certificate, x509::RevocationReason::kKeyCompromise);
         s.city.clock.advance(base::hours(3));
         s.prove();
         return {};
       }},
      {"no list about the time-stamping authority", ActProblem::kTimeStampStatus,
       [](Scene& s) -> Whole {
         std::erase_if(s.proofs.crls,
                       [&](const auto& crl) { return crl.issuer().same(s.city.issuing.certificate().subject()); });
         return {};
       }},
      {"no list of the root about the issuing authority", ActProblem::kTimeStampStatus,
       [](Scene& s) -> Whole {
         std::erase_if(s.proofs.crls,
                       [&](const auto& crl) { return crl.issuer().same(s.city.root.certificate().subject()); });
         return {};
       }},
      {"a bit of the root's list", ActProblem::kTimeStampStatus,
       [](Scene& s) -> Whole {
         s.proofs.crls[0] = end_flipped(s.proofs.crls[0]);
         return {};
       }},
      {"the issuing authority revoked before", ActProblem::kTimeStampStatus,
       [](Scene& s) -> Whole {
         s.city.clock.advance(base::hours(-3));
         s.city.revoke(s.city.issuing.certificate(), x509::RevocationReason::kCaCompromise);
         s.city.clock.advance(base::hours(3));
         s.prove();
         return {};
       }},
      {"a list of last year", ActProblem::kTimeStampStatus,
       [](Scene& s) -> Whole {
         s.proofs.crls[1] = s.city.issuing_list(base::days(-365));
         return {};
       }},
      {"an actor's clock that is late", ActProblem::kTime,
       [](Scene& s) -> Whole {
         s.act.time = s.city.clock.now() - base::minutes(6);
         s.sign();
         return {};
       }},
      {"an actor's clock that is early", ActProblem::kTime,
       [](Scene& s) -> Whole {
         s.act.time = s.city.clock.now() + base::minutes(6);
         s.sign();
         return {};
       }},
      {"an act that is stamped only a day later", ActProblem::kTime,
       [](Scene& s) -> Whole {
         s.city.clock.advance(base::days(1));
         s.prove();
         return {};
       }},
  };
  return kCases;
}

// A certificate of the issuing authority by somebody else's key.
x509::Certificate swapped_issuer(const Scene& scene) {
  const test::SmallAuthority other("C=CN, O=Test City, CN=Test City Issuing", test::kP256Key, scene.city.root);
  return other.certificate();
}

const std::vector<Case>& certificate_cases() {
  static const std::vector<Case> kCases = {
      {"no certificate of the issuing authority", ActProblem::kChain,
       [](Scene& s) -> Whole {
         s.fresh = need(sign_act(s.act, s.wei.cms(), {}, x509::CmsForm::kRfc5652));
         s.prove();
         s.proofs.certificates.erase(s.proofs.certificates.begin());
         return {};
       }},
      {"a bit of the issuing authority's certificate", ActProblem::kChain,
       [](Scene& s) -> Whole {
         s.fresh = need(sign_act(s.act, s.wei.cms(), {}, x509::CmsForm::kRfc5652));
         s.prove();
         s.proofs.certificates[0] = end_flipped(s.proofs.certificates[0]);
         return {};
       }},
      {"the certificate of another authority of the same name", ActProblem::kChain,
       [](Scene& s) -> Whole {
         s.fresh = need(sign_act(s.act, s.wei.cms(), {}, x509::CmsForm::kRfc5652));
         s.prove();
         s.proofs.certificates[0] = swapped_issuer(s);
         return {};
       }},
      {"an actor of another city", ActProblem::kChain,
       [](Scene& s) -> Whole {
         s.sign_as(foreign_person());
         return {};
       }},
      {"an actor whose certificate has expired", ActProblem::kChain,
       [](Scene& s) -> Whole {
         s.sign_as(s.city.certify("C=CN, O=Test City, CN=Old", ActCity::person_extensions(),
                                  {{1577836800}, {test::kAtWork.seconds - 1}}));
         return {};
       }},
      {"an actor whose certificate is not valid yet", ActProblem::kChain,
       [](Scene& s) -> Whole {
         s.sign_as(s.city.certify("C=CN, O=Test City, CN=New", ActCity::person_extensions(),
                                  {{test::kAtWork.seconds + 1}, {2524607999}}));
         return {};
       }},
      {"no OCSP response", ActProblem::kStatusMissing,
       [](Scene& s) -> Whole {
         s.proofs.ocsp_responses.clear();
         return {};
       }},
      {"a bit of the OCSP response", ActProblem::kStatusMissing,
       [](Scene& s) -> Whole {
         s.proofs.ocsp_responses[0] = flipped(s.proofs.ocsp_responses[0], "20261122100000Z");
         return {};
       }},
      {"the OCSP response about somebody else", ActProblem::kStatusMissing,
       [](Scene& s) -> Whole {
         s.proofs.ocsp_responses = {s.city.ocsp(s.city.person("Li").certificate)};
         return {};
       }},
      {"an OCSP response of last week", ActProblem::kStatusMissing,
       [](Scene& s) -> Whole {
         s.city.clock.advance(base::days(-7));
         s.proofs.ocsp_responses = {s.city.ocsp(s.wei.certificate)};
         return {};
       }},
      {"an OCSP response of next year", ActProblem::kStatusMissing,
       [](Scene& s) -> Whole {
         s.city.clock.advance(base::days(365));
         s.proofs.ocsp_responses = {s.city.ocsp(s.wei.certificate)};
         return {};
       }},
      {"an OCSP response of another city", ActProblem::kStatusMissing,
       [](Scene& s) -> Whole {
         s.proofs.ocsp_responses = {ActCity().ocsp(s.wei.certificate)};
         return {};
       }},
      {"revoked before", ActProblem::kStatus,
       [](Scene& s) -> Whole {
         s.city.clock.advance(base::Seconds{-1});
         s.city.revoke(s.wei.certificate);
         s.city.clock.advance(base::Seconds{1});
         s.prove();
         return {};
       }},
      {"revoked in the same second", ActProblem::kStatus,
       [](Scene& s) -> Whole {
         s.city.revoke(s.wei.certificate);
         s.prove();
         return {};
       }},
      {"on hold", ActProblem::kStatus,
       [](Scene& s) -> Whole {
         s.city.revoke(s.wei.certificate, x509::RevocationReason::kCertificateHold);
         s.prove();
         return {};
       }},
      {"a response that says good, and a list of next year that says revoked before", ActProblem::kStatus,
       [](Scene& s) -> Whole {
         s.city.revoke(s.wei.certificate);
         s.proofs.crls.push_back(s.city.list_of(s.city.clock.now() + base::days(365),
                                                s.city.issuing.certificate().tbs().subject,
                                                *s.city.issuing.signer()));
         return {};
       }},
      {"a certificate for encryption", ActProblem::kPurpose,
       [](Scene& s) -> Whole {
         s.sign_as(s.city.certify("C=CN, O=Test City, CN=Enc",
                                  {x509::make_key_usage(x509::Critical::kYes, x509::kKeyEncipherment)}));
         return {};
       }},
      {"a certificate of a server", ActProblem::kPurpose,
       [](Scene& s) -> Whole {
         s.sign_as(s.city.certify("C=CN, O=Test City, CN=Portal", ActCity::server_extensions()));
         return {};
       }},
      {"a certificate without key usage", ActProblem::kPurpose,
       [](Scene& s) -> Whole {
         s.sign_as(s.city.certify("C=CN, O=Test City, CN=Bare", {}));
         return {};
       }},
      {"a certification authority", ActProblem::kPurpose,
       [](Scene& s) -> Whole {
         s.sign_as({s.city.issuing.key(), s.city.issuing.certificate(), s.city.issuing.signer()});
         return {};
       }},
  };
  return kCases;
}

const std::vector<Case>& role_cases() {
  static const std::vector<Case> kCases = {
      {"no attribute certificate", ActProblem::kRoleMissing,
       [](Scene& s) -> Whole {
         s.proofs.role.reset();
         return {};
       }},
      {"a bit of the role", ActProblem::kRole,
       [](Scene& s) -> Whole {
         s.proofs.role = need(x509::AttributeCertificate::from_der(flipped(s.grant.der(), "RA.REVIEW")));
         return {};
       }},
      {"a bit of the attribute certificate's signature", ActProblem::kRole,
       [](Scene& s) -> Whole {
         s.proofs.role = need(x509::AttributeCertificate::from_der(end_flipped(s.grant.der())));
         return {};
       }},
      {"the role of somebody else", ActProblem::kRole,
       [](Scene& s) -> Whole {
         s.proofs.role = s.city.grant(s.city.person("Li"), "RA.REVIEW");
         return {};
       }},
      {"the role of the same name with another key", ActProblem::kRole,
       [](Scene& s) -> Whole {
         s.proofs.role = s.city.grant(s.city.person("Wei"), "RA.REVIEW");
         return {};
       }},
      {"the role of another name with the same key", ActProblem::kRole,
       [](Scene& s) -> Whole {
         s.proofs.role = s.city.grant(
             s.city.certify("C=CN, O=Test City, CN=Li", s.wei.key, ActCity::person_extensions()), "RA.REVIEW");
         return {};
       }},
      {"another role than the one claimed", ActProblem::kRole,
       [](Scene& s) -> Whole {
         s.proofs.role = s.city.grant(s.wei, "RA.ENTRY");
         return {};
       }},
      {"an act before the role", ActProblem::kRole,
       [](Scene& s) -> Whole {
         s.proofs.role = s.city.grant(s.wei, "RA.REVIEW", "", {test::kAtWork + base::Seconds{1}, {1798761599}});
         return {};
       }},
      {"an act after the role", ActProblem::kRole,
       [](Scene& s) -> Whole {
         s.proofs.role = s.city.grant(s.wei, "RA.REVIEW", "", {{1767225600}, test::kAtWork - base::Seconds{1}});
         return {};
       }},
      {"a role granted by the actor", ActProblem::kRole,
       [](Scene& s) -> Whole {
         s.proofs.role = ActCity::make_grant(s.wei, s.wei, "RA.REVIEW");
         return {};
       }},
      {"a role in the name of the authority by another key", ActProblem::kRole,
       [](Scene& s) -> Whole {
         auto forger = s.city.person("Forger");
         forger.certificate = s.city.attributes.certificate;
         s.proofs.role = ActCity::make_grant(forger, s.wei, "RA.REVIEW");
         return {};
       }},
      {"a role by the attribute authority of another city", ActProblem::kRole,
       [](Scene& s) -> Whole {
         const ActCity elsewhere;
         s.proofs.role = ActCity::make_grant(elsewhere.attributes, s.wei, "RA.REVIEW");
         s.proofs.certificates.back() = elsewhere.attributes.certificate;
         s.proofs.crls.back() = elsewhere.role_list();
         return {};
       }},
      {"a server's certificate posing as attribute authority", ActProblem::kRole,
       [](Scene& s) -> Whole {
         s.city.attributes = s.city.certify("C=CN, O=Test City, CN=Portal", ActCity::server_extensions());
         s.grant = s.city.grant(s.wei, "RA.REVIEW");
         s.prove();
         return {};
       }},
      {"the attribute authority revoked before", ActProblem::kRole,
       [](Scene& s) -> Whole {
         s.city.clock.advance(base::hours(-3));
         s.city.revoke(s.city.attributes.certificate);
         s.city.clock.advance(base::hours(3));
         s.prove();
         return {};
       }},
      {"no certificate of the attribute authority", ActProblem::kRole,
       [](Scene& s) -> Whole {
         s.proofs.certificates.pop_back();
         return {};
       }},
      {"two attribute certificates", ActProblem::kRole,
       [](Scene& s) -> Whole {
         ActProofs more;
         more.role = s.city.grant(s.wei, "RA.ENTRY");
         return need(add_proofs(s.whole(), more));
       }},
      {"the role withdrawn before", ActProblem::kRoleRevoked,
       [](Scene& s) -> Whole {
         s.city.clock.advance(base::hours(-3));
         s.city.revoke(s.grant);
         s.city.clock.advance(base::hours(3));
         s.prove();
         return {};
       }},
      {"no list of the attribute authority", ActProblem::kRoleStatusMissing,
       [](Scene& s) -> Whole {
         s.proofs.crls.pop_back();
         return {};
       }},
      {"a bit of the attribute authority's list", ActProblem::kRoleStatusMissing,
       [](Scene& s) -> Whole {
         s.proofs.crls.back() = end_flipped(s.proofs.crls.back());
         return {};
       }},
      {"a list of the attribute authority of last year", ActProblem::kRoleStatusMissing,
       [](Scene& s) -> Whole {
         s.proofs.crls.back() = s.city.role_list(base::days(-365));
         return {};
       }},
  };
  return kCases;
}

const std::vector<Case>& order_cases() {
  static const std::vector<Case> kCases = {
      {"an act that follows nothing", ActProblem::kOrder,
       [](Scene& s) -> Whole {
         s.act.previous.reset();
         s.sign();
         return {};
       }},
      {"an act that follows another object's act", ActProblem::kOrder,
       [](Scene& s) -> Whole {
         s.act.previous = s.city.accepted(s.city.act("request.enter", "R-7"), s.wei).digest();
         s.sign();
         return {};
       }},
      {"an act that follows a former form of itself", ActProblem::kOrder,
       [](Scene& s) -> Whole {
         s.act.previous = act_digest(*message_of(s).content());
         s.sign();
         return {};
       }},
  };
  return kCases;
}

void judge(const std::vector<Case>& cases) {
  for (const auto& one : cases) {
    CAPTURE(one.name);
    Scene scene;
    const auto whole = one.tamper(scene);
    const auto verdict =
        verify_act(whole ? *whole : scene.whole(), scene.city.trust(), ExpectedPrevious(std::optional(scene.first)));
    REQUIRE_FALSE(verdict.has_value());
    CAPTURE(verdict.error().detail);
    CHECK(act_problem_name(verdict.error().problem) == act_problem_name(one.problem));
    CHECK_FALSE(verdict.error().detail.empty());
  }
}

TEST_CASE("the act that all cases begin with is good") {
  const Scene scene;
  const auto act = scene.verify();
  if (!act) FAIL(act.error().detail);
  CHECK(act->act().object == "R-1042");
  CHECK(act->moment() == test::kAtWork);
  CHECK(act->actor().subject().text() == "C=CN, O=Test City, CN=Wei");
  REQUIRE(act->role());
  CHECK(act->role()->role.text() == "RA.REVIEW");
  CHECK(base::equal(act->der(), scene.whole()));
}

TEST_CASE("tampering with the statement and its signature") { judge(signature_cases()); }
TEST_CASE("tampering with the time stamp and its proofs") { judge(time_cases()); }
TEST_CASE("tampering with the actor's certificate and its proofs") { judge(certificate_cases()); }
TEST_CASE("tampering with the role and its proofs") { judge(role_cases()); }
TEST_CASE("tampering with the order") { judge(order_cases()); }

TEST_CASE("what is revoked or withdrawn later leaves older acts good") {
  Scene scene;
  scene.city.clock.advance(base::hours(2));
  scene.city.revoke(scene.wei.certificate, x509::RevocationReason::kKeyCompromise);
  scene.city.revoke(scene.grant);
  scene.city.revoke(scene.city.stamping.certificate);
  const auto token = scene.proofs.time_stamp;
  scene.prove();  // every status is of two hours later
  scene.proofs.time_stamp = token;
  scene.proofs.crls = {scene.city.root_list(base::hours(-3)), scene.city.issuing_list(base::hours(-3)),
                       scene.city.role_list({0})};
  const auto act = scene.verify();
  if (!act) CHECK_MESSAGE(act, act_problem_name(act.error().problem), ": ", act.error().detail);
}

// Whatever bit of a complete message is changed, it is refused, or says the same by the same person at the same time.
TEST_CASE("no bit can be changed to make another act of it") {
  const Scene scene;
  const auto trust = scene.city.trust();
  const auto whole = scene.whole();
  const auto digest = act_digest(*message_of(scene).content());
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    auto changed = whole;
    changed[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
    const auto act = verify_act(changed, trust);
    if (!act) continue;
    CHECK(act->digest() == digest);
    CHECK(base::equal(act->actor().der(), scene.wei.certificate.der()));
    CHECK(act->moment() == test::kAtWork);
    CHECK(act->role()->role.text() == "RA.REVIEW");
  }
}

}  // namespace
