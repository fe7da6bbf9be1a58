// What can be done to the role of an act and to its place among others, each refused for its own reason.
#include <doctest/doctest.h>

#include "act_scene.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::evidence;
using namespace yuxin::test;

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
         s.proofs.role = s.city.grant(s.wei, "RA.REVIEW", "", {kAtWork + base::Seconds{1}, {1798761599}});
         return {};
       }},
      {"an act after the role", ActProblem::kRole,
       [](Scene& s) -> Whole {
         s.proofs.role = s.city.grant(s.wei, "RA.REVIEW", "", {{1767225600}, kAtWork - base::Seconds{1}});
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

TEST_CASE("tampering with the role and its proofs") { judge(role_cases()); }
TEST_CASE("tampering with the order") { judge(order_cases()); }

}  // namespace
