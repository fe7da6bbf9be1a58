#include "authority/act_check.hpp"

#include "yuxin/ca/approval.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;
using evidence::VerifiedAct;

bool is_by_service(const VerifiedAct& act) { return act.role() && act.role()->role.text() == kServiceRole; }

Result<VerifiedAct> verified_act(const Desk& desk, base::ByteView der) {
  auto act = evidence::verify_act(der, desk.parts().trust);
  if (!act) return tl::unexpected(evidence::act_error(act.error()));
  if (!evidence::says_act(*act))
    return fail(Code::kBadSignature, "What {} signed is a document: its signature does not say that an act is meant.",
                act->actor().subject().text());
  TRY(ca::refuse_withdrawn(*desk.parts().store, *act));
  return std::move(*act);
}

Result<std::vector<VerifiedAct>> verified_acts(const Desk& desk, const std::vector<base::Bytes>& ders) {
  std::vector<VerifiedAct> acts;
  for (const auto& der : ders) {
    TRY(auto act, verified_act(desk, der));
    acts.push_back(std::move(act));
  }
  return acts;
}

}  // namespace yuxin::ra
