// The authority as the desk sees it: of this home, or on another host, where nothing that the desk says is believed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "yuxin/base/result.hpp"
#include "yuxin/ca/enrolment.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/ca/revocation.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/workflow/cases.hpp"

namespace yuxin::ra {

// Order is an effect of a case, with the acts that it rests on. References must outlive it.
struct Order {
  const workflow::Case& of;                 // as it stands after all of the acts
  const workflow::Workflow* workflow;       // that it follows; nothing: an act that is of no case orders this
  std::string effect;                       // one of known_effects
  std::vector<evidence::VerifiedAct> acts;  // all on the case, in their order
  std::vector<workflow::File> files;
  std::int64_t step = 0;  // number of the act that ordered it; 0: a deadline that ran out did

  // ordered_by is that act; nothing for a deadline.
  [[nodiscard]] const evidence::VerifiedAct* ordered_by() const;
};

// Carried is what came of an order.
struct Carried {
  std::string text;        // one line for people
  base::JsonObject facts;  // that the case learns: "serial" of a certificate
  bool status_changed = false;
};

// Authority is what the desk needs of the authority that issues. Errors of all of it: kUnavailable where it cannot be
// reached; what was ordered is then ordered again later, and done once. Thread-safe.
class Authority {
 public:
  virtual ~Authority() = default;
  // refresh returns when the store of the desk says of certificates, their status and roles what the authority says.
  // kIntegrity where the authority shows another history than before.
  [[nodiscard]] virtual base::Result<> refresh() = 0;
  // check: whether it is worth applying (ca::Issuer::check).
  [[nodiscard]] virtual base::Result<> check(const std::shared_ptr<const ca::Profile>& profile,
                                             const ca::Enrolment& enrolment) = 0;
  // try_order makes the refusals of carry_out and changes nothing.
  // kRefused where the case went on since, so that what was decided last counts.
  [[nodiscard]] virtual base::Result<> try_order(const Order& order) = 0;
  // carry_out brings it about, or finds that it was brought about before. What it issued is in the desk's store.
  [[nodiscard]] virtual base::Result<Carried> carry_out(const Order& order) = 0;
  // revoke ends a certificate that its holder gives back by a protocol of machines, which has judged that they may;
  // `actor` is who that was.
  [[nodiscard]] virtual base::Result<> revoke(const ca::StatusOrder& order, const std::string& actor) = 0;
};

}  // namespace yuxin::ra
