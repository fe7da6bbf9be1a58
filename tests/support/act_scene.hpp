// An act with all its proofs, and the table of what can be done to it.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <vector>

#include "act_city.hpp"

namespace yuxin::test {

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
  [[nodiscard]] base::Bytes whole() const { return need(evidence::add_proofs(fresh, proofs)); }
  [[nodiscard]] tl::expected<evidence::VerifiedAct, evidence::ActFailure> verify() const {
    return evidence::verify_act(whole(), city.trust(), evidence::ExpectedPrevious(std::optional(first)));
  }

  ActCity city;
  Person wei = city.person("Wei");
  x509::AttributeCertificate grant;
  evidence::Hash first{};
  evidence::Act act;
  base::Bytes fresh;
  evidence::ActProofs proofs;
};

// flipped changes the last bit of the octet in the middle of `part`, which must stand in `octets` once at least.
inline base::Bytes flipped(base::ByteView octets, base::ByteView part) {
  auto changed = base::to_bytes(octets);
  const auto at = std::ranges::search(changed, part);
  REQUIRE_FALSE(at.empty());
  at[static_cast<std::ptrdiff_t>(part.size() / 2)] ^= 1U;
  return changed;
}
inline base::Bytes flipped(base::ByteView octets, std::string_view part) {
  return flipped(octets, base::as_bytes(part));
}
// end_flipped changes the last octet: of a signed object, the end of its signature.
inline base::Bytes end_flipped(base::ByteView octets) {
  auto changed = base::to_bytes(octets);
  changed.back() ^= 1U;
  return changed;
}
inline x509::Crl end_flipped(const x509::Crl& crl) { return need(x509::Crl::from_der(end_flipped(crl.der()))); }
inline x509::Certificate end_flipped(const x509::Certificate& certificate) {
  return need(x509::Certificate::from_der(end_flipped(certificate.der())));
}

inline x509::SignedData message_of(const Scene& scene) { return need(x509::SignedData::from_bytes(scene.fresh)); }

// flip_fresh changes a bit of what the actor signed, under the proofs that were made before.
inline std::optional<base::Bytes> flip_fresh(Scene& scene, base::ByteView part) {
  scene.fresh = flipped(scene.fresh, part);
  return {};
}

struct Case {
  const char* name;
  evidence::ActProblem problem;
  // Gives the message to judge; nothing stands for the scene as it is now.
  std::function<std::optional<base::Bytes>(Scene&)> tamper;
};
using Whole = std::optional<base::Bytes>;

inline void judge(const std::vector<Case>& cases) {
  for (const auto& one : cases) {
    CAPTURE(one.name);
    Scene scene;
    const auto whole = one.tamper(scene);
    const auto verdict = evidence::verify_act(whole ? *whole : scene.whole(), scene.city.trust(),
                                              evidence::ExpectedPrevious(std::optional(scene.first)));
    REQUIRE_FALSE(verdict.has_value());
    CAPTURE(verdict.error().detail);
    CHECK(evidence::act_problem_name(verdict.error().problem) == evidence::act_problem_name(one.problem));
    CHECK_FALSE(verdict.error().detail.empty());
  }
}

}  // namespace yuxin::test
