#include "renewed_secret.hpp"

#include <algorithm>

#include "custodian_unlock.hpp"
#include "key_record.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/evidence/canonical.hpp"

namespace yuxin::cli {

using base::Result;
using base::Secret;

namespace {

Result<bool> opens(const Home& home, const std::string& label) {
  TRY(const auto ways, keymgmt::unlock_ways(home.keys_folder()));
  return std::ranges::find(ways, label, &keymgmt::UnlockWay::label) != ways.end();
}

}  // namespace

Result<RenewedSecret> RenewedSecret::open(const Context& context, const keymgmt::Reshare& reshare,
                                          const std::string& folder) {
  TRY(auto home, open_home(context, Home::Access::kWrite));
  return of(context, std::move(home), reshare, folder);
}

Result<RenewedSecret> RenewedSecret::of(const Context& context, std::shared_ptr<Home> home,
                                        const keymgmt::Reshare& reshare, const std::string& folder) {
  RenewedSecret renewed(context, std::move(home));
  if (!reshare.current().superseded) return renewed;
  const auto file = folder + "/" + keymgmt::kRegisterName;
  const auto next = base::file_exists(file) ? keymgmt::load_register(file) : Result<keymgmt::ShareRegister>({});
  if (!next || keymgmt::register_fingerprint(*next) != reshare.current().superseded->by) return renewed;
  TRY(const bool there, opens(*renewed.home_, unlock_label(*next)));
  if (!there) return renewed;
  TRY(renewed.settle(folder));
  renewed.settled_ = true;
  return renewed;
}

Result<Secret> RenewedSecret::exchange(Secret old) {
  TRY(auto root, keymgmt::unlock_by_shares(home_->keys_folder(), old));
  home_->unlocked_by(std::move(root));
  old_ = std::move(old);
  return unlocking_key();
}

std::function<Result<>()> RenewedSecret::let_unlock(const keymgmt::ShareRegister& shares, const Secret& secret) {
  return [this, &shares, &secret]() -> Result<> {
    const auto label = unlock_label(shares);
    TRY(record_key(*home_, context_->actor(),
                   {.kind = "shares",
                    .name = "root",
                    .data = evidence::ObjectWriter()
                                .add("register", base::hex(keymgmt::register_fingerprint(shares)))
                                .add("replaces", base::hex(*shares.replaces))
                                .add("set", label)
                                .finish()}));
    TRY(keymgmt::replace_shares(home_->keys_folder(), home_->root(), label, secret, old_));
    TRY(keymgmt::unlock_by_shares(home_->keys_folder(), secret));  // what was written opens
    return {};
  };
}

Result<> RenewedSecret::settle(const std::string& folder) {
  TRY(const auto shares, keymgmt::load_register(folder + "/" + keymgmt::kRegisterName));
  TRY(keymgmt::end_replacement(home_->keys_folder(), unlock_label(shares)));
  end_work(*context_, *home_);
  return {};
}

}  // namespace yuxin::cli
