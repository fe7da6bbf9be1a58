// Everything that can be done to an act and its proofs, each refused for its own reason.
#include <doctest/doctest.h>

#include "act_scene.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::evidence;
using namespace yuxin::test;

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
      {"more lists than an act can need", ActProblem::kMalformed,
       [](Scene& s) -> Whole {
         for (int i = 0; i < 65; ++i) s.proofs.crls.push_back(s.city.issuing_list({-i}));
         return {};
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
  const SmallAuthority other("C=CN, O=Test City, CN=Test City Issuing", kP256Key, scene.city.root);
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
                                  {{1577836800}, {kAtWork.seconds - 1}}));
         return {};
       }},
      {"an actor whose certificate is not valid yet", ActProblem::kChain,
       [](Scene& s) -> Whole {
         s.sign_as(s.city.certify("C=CN, O=Test City, CN=New", ActCity::person_extensions(),
                                  {{kAtWork.seconds + 1}, {2524607999}}));
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

TEST_CASE("the act that all cases begin with is good") {
  const Scene scene;
  const auto act = scene.verify();
  if (!act) FAIL(act.error().detail);
  CHECK(act->act().object == "R-1042");
  CHECK(act->moment() == kAtWork);
  CHECK(act->actor().subject().text() == "C=CN, O=Test City, CN=Wei");
  REQUIRE(act->role());
  CHECK(act->role()->role.text() == "RA.REVIEW");
  CHECK(base::equal(act->der(), scene.whole()));
}

TEST_CASE("tampering with the statement and its signature") { judge(signature_cases()); }
TEST_CASE("tampering with the time stamp and its proofs") { judge(time_cases()); }
TEST_CASE("tampering with the actor's certificate and its proofs") { judge(certificate_cases()); }
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
    CHECK(act->moment() == kAtWork);
    CHECK(act->role()->role.text() == "RA.REVIEW");
  }
}

}  // namespace
