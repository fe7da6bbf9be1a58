// What cases of other hosts have come to without an order.
#include "authority/act_check.hpp"
#include "authority/judge.hpp"
#include "authority/records.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/ca/case_course.hpp"

namespace yuxin::ra {

using base::Code;
using base::message;
using base::Result;
using evidence::VerifiedAct;

// An act that does not hold is not heard, and does not keep others from being heard.
Result<> Judge::hear(const Registry& by, const std::vector<base::Bytes>& ders) {
  TRY(const auto desk, desk_for(by));
  std::vector<VerifiedAct> acts;
  for (const auto& der : ders) {
    auto act = verified_act(*desk, der);
    if (!act) {
      base::log_warning(message("An act that {} tells of is passed over: {}", by.name, act.error().detail));
      continue;
    }
    // only what persons decide; a service could go on by itself for ever
    if (act->act().previous && !is_by_service(*act)) acts.push_back(std::move(*act));
  }
  const auto now = parts_.clock->now();
  return parts_.store->write([&](store::Writer& writer) -> Result<> {
    for (const auto& act : acts) {
      const auto noted = ca::note_follower(writer, act, now);
      if (!noted && noted.error().code != Code::kConflict) return tl::unexpected(noted.error());
      if (!noted) base::log_warning(noted.error().detail);
      if (noted && *noted == ca::Follower::kNew) TRY(record_act(writer, by, act, now));
    }
    return {};
  });
}

}  // namespace yuxin::ra
