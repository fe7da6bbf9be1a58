#include "share_gathering.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using base::Secret;
using keymgmt::Quorum;

namespace {

// One more share; false when there are no more.
Result<bool> take_one(const Context& context, ShareInput& input, const keymgmt::ShareRegister& shares, Quorum& quorum,
                      std::vector<keymgmt::OpenedShare>& opened, std::string& who) {
  auto next = input.next(quorum.status());
  who = input.said();
  TRY(auto brought, std::move(next));
  if (!brought) return false;
  TRY(const auto place, keymgmt::place_share(shares, *brought));
  if (who.empty()) who = shares.groups[place.group].shares[place.number].custodian;
  switch (quorum.add(place)) {
    case Quorum::Added::kThere:
      context.remark(message("This share is there already."));
      break;
    case Quorum::Added::kNotNeeded:
      context.remark(message("Of group {} enough shares are there already.", shares.groups[place.group].name));
      break;
    case Quorum::Added::kCounted:
      opened.push_back(std::move(*brought));
      break;
  }
  return true;
}

}  // namespace

Result<> check_in_force(const keymgmt::ShareRegister& shares) {
  if (!shares.superseded) return {};
  return fail(Code::kConflict,
              "The set \"{}\" was replaced on {}, by the set whose register has the fingerprint {}. Take that one; "
              "nothing was changed.",
              shares.title, base::local_time(shares.superseded->at), base::hex(shares.superseded->by));
}

Result<Secret> gather_secret(const Context& context, ShareInput& input, const keymgmt::ShareRegister& shares,
                             const ShareTold& told) {
  Quorum quorum(shares);
  std::vector<keymgmt::OpenedShare> opened;
  while (!quorum.met()) {
    std::string who;
    const auto taken = take_one(context, input, shares, quorum, opened, who);
    if (told && (!taken || *taken)) told(who, taken ? Result<>() : tl::unexpected(taken.error()));
    if (!taken && !input.in_turn()) return tl::unexpected(taken.error());
    if (!taken) {
      context.remark(taken.error().detail);
    } else if (!*taken) {
      break;
    }
  }
  return keymgmt::join_share_set(shares, opened);
}

}  // namespace yuxin::cli
